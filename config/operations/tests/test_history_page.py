"""The history of a row in the admin: what changed and was noted, the newest first."""

import datetime
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from accounts.models import User
from catalog.models import Service
from config.admin_history import PER_PAGE
from config.history import history_of
from orders.models import Order
from tests.admin import fill, office_of, statements_of
from tests.cast import staff_holding, staff_in
from workforce.models import Worker

pytestmark = pytest.mark.django_db


def page_of(row: Any, kind: str = "") -> str:
    return f"/admin/{kind or row._meta.label_lower.replace('.', '/')}/{row.pk}/history/"


def told(browser: Client, path: str) -> list[tuple[str, str, dict[str, Any], list[str]]]:
    """Each occasion of the page: who, what, from what to what, and what was noted."""
    answer = browser.get(path)
    assert answer.status_code == 200
    return [
        (
            str(one.who),
            str(one.title),
            {str(d.label): (d.before, d.after) for d in one.differences},
            one.notes,
        )
        for one in answer.context["occasions"]
    ]


def test_a_price_that_was_changed_by_the_list_and_by_the_api(office, as_owner, owner, wash):
    fill(office, f"/admin/catalog/service/{wash.pk}/change/", price="13.75", status="inactive")
    as_owner.patch(f"/api/v1/services/{wash.pk}", {"duration_minutes": 60}, format="json")

    assert told(office, page_of(wash)) == [
        ("Olga Owner", "Changed", {"duration": (["90"], ["60"])}, []),
        (
            "Olga Owner",
            "Changed",
            {"price": (["12.50"], ["13.75"]), "status": (["active"], ["inactive"])},
            [],
        ),
        ("the system", "Added", {}, []),
    ]


def test_what_customers_change_of_themselves_is_told_beside_what_staff_do(
    office, as_customer, customer
):
    as_customer.patch("/api/v1/auth/me", {"phone": ""}, format="json")
    path = f"/admin/accounts/customer/{customer.pk}"
    fill(office, f"{path}/change/", name="Asha R.", is_active=None)

    assert told(office, f"{path}/history/") == [
        (
            "Olga Owner",
            "Changed",
            {"name": (["Asha Rao"], ["Asha R."]), "active": (["Yes"], ["No"])},
            [],
        ),
        ("Asha R.", "Changed", {"phone": (["+91 98450 12345"], ["–"])}, []),
        ("the system", "Added", {}, []),
    ]


def test_a_changed_password_is_told_without_it(office, as_customer, customer):
    body = {"current_password": "a-copper-kettle-sings", "new_password": "a-tin-kettle-whistles"}
    as_customer.post("/api/v1/auth/password/change", body, format="json")

    path = page_of(customer, "accounts/customer")
    assert told(office, path)[0] == ("Asha Rao", "Changed", {"password": ([], [])}, [])
    content = office.get(path).content.decode()
    assert '<dt>Password</dt>\n<dd><span class="secondary">changed</span></dd>' in content


def test_lines_that_came_and_went_are_told_and_those_that_stayed_are_not(
    office, order, wash, ironing
):
    path = f"/admin/orders/order/{order.pk}/change/"
    lines = {"lines-TOTAL_FORMS": 2, "lines-1-service": ironing.pk, "lines-1-quantity": 2}
    fill(office, path, **lines)
    fill(office, path, **{"lines-0-quantity": 3})

    newest, first = told(office, page_of(order))
    assert first[2]["lines"] == ([], ["2 × Ironing, 4.00"])
    assert first[2]["total"] == (["12.50"], ["20.50"])
    assert newest[2]["lines"] == (["1 × Wash, 12.50"], ["3 × Wash, 12.50"])


def test_an_order_given_away_names_both_customers_and_keeps_its_note(
    office, order, customer, other_customer
):
    path = f"/admin/orders/order/{order.pk}/do/reassign/"
    office.post(path, {"version": order.version, "customer": other_customer.pk})

    note = f"Given to customer {other_customer.pk}."
    ((who, what, differences, notes),) = told(office, page_of(order))
    assert (who, what, notes) == ("Olga Owner", "Changed", [note])
    assert differences == {"customer": (["Asha Rao"], ["Bert Blum"])}


def test_notes_of_buttons_stand_among_the_changes(office, worker):
    Worker.objects.update(locked_at=timezone.now())
    path = f"/admin/workforce/worker/{worker.pk}"
    office.post(f"{path}/unlock/")
    earlier = timezone.now() - datetime.timedelta(minutes=1)
    LogEntry.objects.update(action_time=earlier + datetime.timedelta(milliseconds=5))
    history_of(Worker).filter(history_type="~").update(history_date=earlier)
    history_of(Worker).filter(history_type="+").update(
        history_date=earlier - datetime.timedelta(minutes=1)
    )
    office.post(f"{path}/devices/add/", {"name": "Van 2", "beginning": "0123456789ab"})

    handed, unlocked, added = told(office, f"{path}/history/")
    assert handed == (
        "Olga Owner",
        "",
        {},
        ["Handed a token out for the device Van 2."],
    )
    assert (unlocked[1], unlocked[3]) == ("Changed", ["Unlocked."])
    assert unlocked[2]["locked"][1] == ["–"]
    assert added == ("the system", "Added", {}, [])


def test_roles_that_were_given_stand_beside_the_changed_name(office, owner):
    staff = staff_in("Counter", "Cora")
    path = f"/admin/accounts/user/{staff.pk}"
    fill(office, f"{path}/change/", name="Cora C.", groups=[])

    who, what, differences, notes = told(office, f"{path}/history/")[0]
    assert (who, what, differences) == (
        "Olga Owner",
        "Changed",
        {"name": (["Cora"], ["Cora C."])},
    )
    assert notes == ["Changed Name and Groups."]


def test_what_is_typed_is_shown_as_text(office, as_owner, customer):
    name = "<script>alert(1)</script>"
    as_owner.patch(f"/api/v1/customers/{customer.pk}", {"name": name}, format="json")
    content = office.get(page_of(customer, "accounts/customer")).content.decode()
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in content


@pytest.mark.parametrize("permission", ["catalog.view_service", "catalog.change_service"])
def test_who_may_see_a_service_sees_its_history(permission, wash):
    assert told(office_of(staff_holding("Nora", permission)), page_of(wash))


def test_who_may_not_see_it_does_not(wash, customer):
    nora = office_of(staff_holding("Nora", "accounts.view_customer"))
    assert nora.get(page_of(wash)).status_code == 403


def test_the_history_of_staff_is_not_found_among_customers(office, owner):
    answer = office.get(page_of(owner, "accounts/customer"))
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")


def test_nothing_is_turned_back_by_it(office, wash):
    row = history_of(Service).get()
    assert office.get(f"{page_of(wash)}{row.pk}/").status_code == 302
    assert office.post(page_of(wash)).status_code == 200
    assert history_of(Service).count() == 1


# --- Much of it -------------------------------------------------------------------------


def much(order: Order, owner: User, count: int) -> None:
    """So many changes and notes of an order, a second apart, the newest an hour ago."""
    kind = ContentType.objects.get_for_model(Order)
    newest = timezone.now() - datetime.timedelta(hours=1)
    moments = [newest - datetime.timedelta(seconds=10 * number) for number in range(count)]
    rows = history_of(Order)
    rows.bulk_create(
        rows.model(
            id=order.pk,
            order_number=order.order_number,
            name="Asha",
            customer_id=order.customer_id,
            history_date=moment,
            history_type="~",
            history_user=owner,
            author_kind="staff",
            changes={"customer": [owner.pk, order.customer_id], "total_cost": ["1", "2.50"]},
        )
        for moment in reversed(moments)
    )
    LogEntry.objects.bulk_create(
        LogEntry(
            user=owner,
            content_type=kind,
            object_id=str(order.pk),
            object_repr="An order",
            action_flag=CHANGE,
            change_message=f"Note {number}.",
            action_time=moment - datetime.timedelta(seconds=5),
        )
        for number, moment in reversed(list(enumerate(moments)))
    )


def test_it_asks_as_much_for_a_thousand_changes_as_for_ten(office, order, owner):
    much(order, owner, 10)
    for_ten = statements_of(office, page_of(order))
    much(order, owner, 1000)
    for_a_thousand = statements_of(office, page_of(order))
    assert len(for_ten) == len(for_a_thousand) == 7, for_a_thousand


def test_every_change_and_note_is_on_one_page_exactly(office, order, owner):
    much(order, owner, 60)
    pages, path = [], page_of(order)
    while True:
        context = office.get(path).context
        pages.append([(one.at, one.title, one.notes) for one in context["occasions"]])
        if not context["older"]:
            break
        path = f"{page_of(order)}?before={context['older'].replace('+', '%2B')}"

    assert [len(page) for page in pages] == [PER_PAGE, PER_PAGE, 20]
    every = [one for page in pages for one in page]
    assert [one[0] for one in every] == sorted((one[0] for one in every), reverse=True)
    assert [one[2] for one in every if one[2]] == [[f"Note {n}."] for n in range(60)]


@pytest.mark.parametrize(
    "before", ["yesterday", "2026-11-22", "2026-13-45T00:00:00Z", "0001-01-01T00:00:00+14:00", ""]
)
def test_a_moment_that_is_none_leads_to_the_newest(before, office, wash):
    answer = office.get(page_of(wash), {"before": before})
    assert (answer.status_code, len(answer.context["occasions"])) == (200, 1)


def test_a_history_without_anything_says_so(office, order):
    assert "Nothing here yet." in office.get(page_of(order)).content.decode()


def test_amounts_keep_their_cents(office, wash):
    wash.price = Decimal(7)
    wash.save()
    assert told(office, page_of(wash))[0][2] == {"price": (["12.50"], ["7.00"])}
