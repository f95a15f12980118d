"""What the admin lists of all apps share."""

import pytest

from accounts.models import Customer, User
from config.admin import BoundedPaginator

pytestmark = pytest.mark.django_db


@pytest.fixture
def three_customers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three customers, where two are as many as a list counts."""
    monkeypatch.setattr(BoundedPaginator, "MOST", 2)
    for name in ("Ada", "Ben", "Cleo"):
        User.objects.create_user(f"{name.lower()}@example.com", name=name)


def test_a_list_counts_the_rows_that_it_leads_to(three_customers):
    pages = BoundedPaginator(Customer.objects.filter(name="Ada").order_by("pk"), 1)
    assert (pages.count, pages.num_pages, pages.has_more) == (1, 1, False)


def test_a_list_of_exactly_the_most_rows_has_no_more(three_customers):
    pages = BoundedPaginator(Customer.objects.exclude(name="Ada").order_by("pk"), 1)
    assert (pages.count, pages.num_pages, pages.has_more) == (2, 2, False)


def test_a_longer_list_counts_no_further_and_says_that_there_is_more(three_customers):
    pages = BoundedPaginator(Customer.objects.order_by("pk"), 1)
    assert (pages.count, pages.num_pages, pages.has_more) == (2, 2, True)


def test_counting_reads_no_row_behind_the_most(three_customers, django_assert_num_queries):
    pages = BoundedPaginator(Customer.objects.order_by("name"), 1)
    with django_assert_num_queries(1) as queries:
        assert pages.has_more
    sql = queries[0]["sql"]
    assert "LIMIT 3" in sql
    assert "ORDER BY" not in sql


def test_the_page_says_that_there_is_more(three_customers, owner, client):
    client.force_login(owner)
    page = client.get("/admin/accounts/customer/").content.decode()
    assert "2+ customers" in page


def test_only_what_can_be_changed_leads_to_its_history(owner, wash, order, client):
    client.force_login(owner)
    track = order.tracks.get()
    service_page = client.get(f"/admin/catalog/service/{wash.pk}/change/").content.decode()
    track_page = client.get(f"/admin/tracking/track/{track.pk}/change/").content.decode()
    assert "historylink" in service_page
    assert "historylink" not in track_page


@pytest.mark.parametrize(
    "hidden",
    [
        "mail/outgoingmail/?text__contains",
        "mail/outgoingmail/?html__contains",
        "accounts/customer/?password__startswith",
        "accounts/user/?password__startswith",
        "workforce/worker/?password__startswith",
        "workforce/devicetoken/?secret_hash__startswith",
        "workforce/devicetoken/?worker__password__startswith",
    ],
)
def test_no_list_is_narrowed_down_by_what_no_page_shows(hidden, office):
    assert office.get(f"/admin/{hidden}=a").status_code == 400


@pytest.mark.parametrize(
    "shown",
    [
        "mail/outgoingmail/?attempts__gte=1",
        "orders/order/?id__in=1,2",
        "orders/order/?stuck=yes&customer__id__exact=1",
        "tracking/track/?source__in=scan,legacy",
    ],
)
def test_a_list_is_narrowed_down_by_what_it_shows(shown, office):
    assert office.get(f"/admin/{shown}").status_code == 200
