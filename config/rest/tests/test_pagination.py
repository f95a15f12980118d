"""Pages of lists: bounded, by keyset, each with the address of the next."""

import base64
import re
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from drf_spectacular.generators import SchemaGenerator
from rest_framework.test import APIClient

from catalog.models import Service
from config.rest.principals import SYSTEM
from orders.models import Order
from tests.answers import assert_problem
from tests.statements import statements
from tests.states import take

SERVICES = "/api/v1/services"
SHOP = "https://shop.example"


@pytest.fixture(autouse=True)
def public_url(settings: Any) -> None:
    settings.PUBLIC_URL = SHOP


def make_services(count: int) -> list[int]:
    """So many services; their ids, newest first."""
    Service.objects.bulk_create(
        Service(name=f"Service {number}", price=Decimal(1)) for number in range(count)
    )
    return list(Service.objects.order_by("-id").values_list("id", flat=True))


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.content
    return [row["id"] for row in response.json()]


def links(response: Any) -> dict[str, str]:
    """The addresses of the Link header by their relation."""
    return {
        relation: url
        for url, relation in re.findall(r'<([^>]*)>; rel="(\w+)"', response.get("Link", ""))
    }


def follow(api: APIClient, url: str) -> Any:
    assert url.startswith(SHOP)
    return api.get(url.removeprefix(SHOP))


def cursor_of(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_list_that_fits_has_no_link(api: APIClient, db: None) -> None:
    newest_first = make_services(100)
    response = api.get(SERVICES)
    assert ids(response) == newest_first
    assert "Link" not in response


def test_a_list_of_nothing_is_an_empty_array(api: APIClient, db: None) -> None:
    response = api.get(SERVICES)
    assert (response.status_code, response.json()) == (200, [])
    assert "Link" not in response


def test_a_page_has_a_hundred_rows_and_the_address_of_the_next(api: APIClient, db: None) -> None:
    newest_first = make_services(101)
    response = api.get(SERVICES)
    assert ids(response) == newest_first[:100]
    cursor = cursor_of(f"p={newest_first[99]}").replace("=", "%3D")
    assert response["Link"] == f'<{SHOP}{SERVICES}?cursor={cursor}>; rel="next"'


def test_following_the_links_shows_every_row_once(api: APIClient, db: None) -> None:
    newest_first = make_services(25)
    response = api.get(SERVICES, {"page_size": 10})
    seen = [ids(response)]
    while url := links(response).get("next"):
        response = follow(api, url)
        seen.append(ids(response))
    assert seen == [newest_first[:10], newest_first[10:20], newest_first[20:]]


def test_the_way_back_leads_to_the_same_rows(api: APIClient, db: None) -> None:
    make_services(25)
    first = api.get(SERVICES, {"page_size": 10})
    second = follow(api, links(first)["next"])
    assert links(second).keys() == {"next", "prev"}
    assert ids(follow(api, links(second)["prev"])) == ids(first)


def test_the_next_page_keeps_the_other_parameters(as_owner: APIClient, db: None) -> None:
    make_services(3)
    response = as_owner.get(f"{SERVICES}/", {"page_size": "2", "status": "active", "q": "a b&c"})
    url = urlsplit(links(response)["next"])
    assert (url.scheme, url.netloc, url.path) == ("https", "shop.example", f"{SERVICES}/")
    query = parse_qs(url.query)
    assert query.pop("cursor")
    assert query == {"page_size": ["2"], "status": ["active"], "q": ["a b&c"]}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost:8000"])
def test_the_address_is_made_from_the_shops_url_never_from_the_request(
    api: APIClient, db: None, host: str
) -> None:
    make_services(2)
    response = api.get(
        SERVICES, {"page_size": 1}, HTTP_HOST=host, HTTP_X_FORWARDED_HOST="evil.example"
    )
    assert links(response)["next"].startswith(f"{SHOP}{SERVICES}?")


def test_rows_that_come_between_do_not_shift_the_next_page(api: APIClient, db: None) -> None:
    newest_first = make_services(4)
    first = api.get(SERVICES, {"page_size": 2})
    make_services(3)
    assert ids(follow(api, links(first)["next"])) == newest_first[2:]


def test_rows_that_go_between_do_not_shift_the_next_page(api: APIClient, db: None) -> None:
    newest_first = make_services(4)
    first = api.get(SERVICES, {"page_size": 2})
    Service.objects.filter(pk__in=newest_first[:2]).delete()
    assert ids(follow(api, links(first)["next"])) == newest_first[2:]


@pytest.mark.parametrize("page_size", ["1", "007", "500"])
def test_a_page_may_have_from_one_to_five_hundred_rows(
    api: APIClient, db: None, page_size: str
) -> None:
    make_services(501)
    response = api.get(SERVICES, {"page_size": page_size})
    assert len(response.json()) == int(page_size)
    assert "next" in links(response)


@pytest.mark.parametrize("page_size", ["501", "100000", "9" * 30])
def test_it_never_has_more_than_five_hundred(api: APIClient, db: None, page_size: str) -> None:
    make_services(501)
    assert len(api.get(SERVICES, {"page_size": page_size}).json()) == 500


@pytest.mark.parametrize(
    "page_size", ["", "0", "000", "-1", "+1", "1.5", "1e2", "ten", " 5", "٣", "²", "\x00"]
)
def test_a_bad_page_size_is_named(api: APIClient, db: None, page_size: str) -> None:
    response = api.get(SERVICES, {"page_size": page_size})
    assert_problem(response, "validation", fields={"page_size"})


@pytest.mark.parametrize(
    "cursor",
    [
        "elsewhere",
        "ü",
        "\x00",
        "====",
        "",
        cursor_of("r=1"),
        cursor_of("p=5&o=5"),
        cursor_of("p=abc"),
        cursor_of("p=1.5"),
        cursor_of("p=-1"),
        cursor_of("p=٣"),
        cursor_of("p=2026-01-01"),
        cursor_of("o=5"),
        cursor_of("o=abc"),
        cursor_of("p=5&o=-1"),
        base64.b64encode(b"\xff\xfe").decode(),
    ],
)
def test_a_cursor_that_we_did_not_make_is_named(api: APIClient, db: None, cursor: str) -> None:
    response = api.get(SERVICES, {"cursor": cursor})
    assert_problem(response, "validation", fields={"cursor"})


@pytest.mark.parametrize("position", ["0", "9223372036854775808", "9" * 100])
def test_a_cursor_beyond_every_row_is_just_an_end(api: APIClient, db: None, position: str) -> None:
    newest_first = make_services(2)
    found = ids(api.get(SERVICES, {"cursor": cursor_of(f"p={position}")}))
    assert found == ([] if position == "0" else newest_first)


def test_no_page_asks_for_an_offset_or_a_total(api: APIClient, db: None) -> None:
    make_services(30)
    first = api.get(SERVICES, {"page_size": 10})
    with statements() as asked:
        follow(api, links(first)["next"])
    assert len(asked) == 1
    assert " LIMIT 11" in asked[0]
    assert "OFFSET" not in asked[0]
    assert "COUNT(" not in asked[0]


def test_one_orders_tracks_go_by_seq_from_the_first(as_owner: APIClient, order: Order) -> None:
    for _step in range(4):
        take(order, "weighed", SYSTEM)
    url = f"/api/v1/tracks/order/{order.pk}"
    first = as_owner.get(url, {"page_size": 2})
    second = follow(as_owner, links(first)["next"])
    third = follow(as_owner, links(second)["next"])
    pages = [[track["seq"] for track in page.json()] for page in (first, second, third)]
    assert pages == [[1, 2], [3, 4], [5]]
    assert links(third).keys() == {"prev"}
    cursor = cursor_of("p=2").replace("=", "%3D")
    assert first["Link"] == f'<{SHOP}{url}?cursor={cursor}&page_size=2>; rel="next"'


def test_the_schema_shows_a_list_as_the_array_that_it_is() -> None:
    schema: Any = SchemaGenerator().get_schema(request=None, public=True)
    answer = schema["paths"][SERVICES]["get"]["responses"]["200"]["content"]["application/json"]
    name = answer["schema"]["$ref"].removeprefix("#/components/schemas/")
    assert schema["components"]["schemas"][name] == {
        "type": "array",
        "items": {"$ref": "#/components/schemas/ServiceOutput"},
    }
    assert all(isinstance(example["value"], list) for example in answer["examples"].values())
