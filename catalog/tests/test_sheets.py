"""Services as a file: out, and in again by a dry run and a confirmation."""

import re
from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.db import OperationalError
from django.test import Client

from catalog.models import Service
from catalog.offering import change_service
from orders.models import Order
from tests.cast import staff_holding, staff_in
from tests.sheets import (
    confirmed,
    csv_of,
    exported,
    planned,
    problems,
    rows_of,
    uploaded,
    xlsx_of,
)
from tests.statements import statements
from tests.unchanged import nothing_written

LIST = "/admin/catalog/service/"
IMPORT, EXPORT, CONFIRM = f"{LIST}import/", f"{LIST}export/", f"{LIST}process_import/"
HEADER = ["id", "name", "price", "duration_minutes", "status"]


def shop() -> list[tuple]:
    return list(Service.objects.order_by("pk").values_list("name", "price", "status"))


def browser_of(user) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


# --- Out --------------------------------------------------------------------------------


def test_a_list_comes_out_as_csv(office, wash, ironing):
    assert rows_of(exported(office, EXPORT)) == [
        HEADER,
        [str(ironing.pk), "Ironing", "4.00", "", "active"],
        [str(wash.pk), "Wash", "12.50", "90", "active"],
    ]


def test_a_list_comes_out_as_a_workbook_with_numbers(office, wash):
    assert rows_of(exported(office, EXPORT, "xlsx")) == [
        HEADER,
        [wash.pk, "Wash", 12.5, 90, "active"],
    ]


def test_the_file_is_named_by_what_it_holds_and_the_day(office, wash):
    answer = office.post(EXPORT, {"format": "xlsx"})

    assert re.fullmatch(
        r'attachment; filename="services-\d{4}-\d\d-\d\d\.xlsx"', answer["Content-Disposition"]
    )
    assert answer["Content-Type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )


def test_what_the_list_is_narrowed_down_to_comes_out(office, wash, ironing):
    change_service(service=ironing, changes={"status": "inactive"})

    assert [row[1] for row in rows_of(exported(office, f"{EXPORT}?status__exact=inactive"))] == [
        "name",
        "Ironing",
    ]
    assert [row[1] for row in rows_of(exported(office, f"{EXPORT}?q=was"))] == ["name", "Wash"]


def test_the_page_tells_how_many_rows_and_by_what_they_are_narrowed_down(office, wash, ironing):
    page = office.get(f"{EXPORT}?q=was&status__exact=active&o=1").content.decode()

    assert "1 row" in page
    assert "as the list is narrowed down: search, status." in page


def test_an_export_is_noted_without_what_was_searched_for(office, owner, wash):
    exported(office, f"{EXPORT}?q=wash&status__exact=active")

    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.object_id) == (owner, "services", None)
    assert entry.change_message == "Rows exported as CSV: 1. Narrowed down by: search, status."


def test_more_rows_than_a_page_makes_are_refused_and_not_noted(office, wash, ironing, monkeypatch):
    monkeypatch.setattr("config.sheets.admin.MOST_EXPORTED", 1)

    answer = office.post(EXPORT, {"format": "csv"})

    assert "These are more than 1 rows, too many for a page." in answer.content.decode()
    assert "Content-Disposition" not in answer
    assert not LogEntry.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"format": "json"}, {"format": ""}])
def test_another_format_makes_no_file(office, wash, sent):
    answer = office.post(EXPORT, sent)

    assert answer.status_code == 200
    assert "Content-Disposition" not in answer
    assert answer.context["form"].errors


def test_an_address_with_a_filter_that_is_none_leads_back_to_the_list(office):
    answer = office.get(f"{EXPORT}?id__exact=x")
    assert (answer.status_code, answer["Location"]) == (302, f"{LIST}?e=1")


# --- In: the dry run ----------------------------------------------------------------------


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_a_dry_run_tells_what_would_change_by_lines_and_writes_nothing(make, office, wash, ironing):
    content = make(
        HEADER,
        [wash.pk, "Wash", "13", 90, "active"],
        [ironing.pk, "Ironing", "4.00", "", "active"],
        ["", "Starching", "2.5", "", "inactive"],
    )

    with nothing_written():
        answer = uploaded(office, IMPORT, content)

    assert answer.context["told"] == "1 new, 1 changed, 1 as they were."
    assert planned(answer) == [
        (2, False, [("price", "12.50", "13")]),
        (
            4,
            True,
            [("name", "", "Starching"), ("price", "", "2.5"), ("status", "", "inactive")],
        ),
    ]
    assert not LogEntry.objects.exists()


def test_columns_that_are_left_out_stay_as_they_are(office, wash):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    confirmed(office, shown)

    wash.refresh_from_db()
    assert (wash.name, wash.price, wash.duration_minutes) == ("Wash", Decimal("13.00"), 90)


def test_without_an_id_a_row_is_the_service_of_its_name(office, wash):
    answer = uploaded(office, IMPORT, csv_of(["name", "price"], [" Wash ", "13"]))
    assert planned(answer) == [(2, False, [("price", "12.50", "13")])]


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (["x", "Wash", "1", "", "active"], "2: id: There is no service of this id."),
        (["999", "Wash", "1", "", "active"], "2: id: There is no service of this id."),
        (["", "", "1", "", "active"], "2: name: This field is required."),
        (["", "Mend", "", "", "active"], "2: price: This field is required."),
        (["", "Mend", "much", "", "active"], "2: price: Enter a number."),
        (["", "Mend", "-1", "", "active"], "2: A price is not negative."),
        (
            ["", "Mend", "1.005", "", "active"],
            "2: price: Ensure that there are no more than 2 decimal places.",
        ),
        (["", "Mend", "1", "0", "active"], "2: A duration is at least one minute."),
        (["", "Mend", "1", "soon", "active"], "2: duration_minutes: Enter a whole number."),
        (
            ["", "Mend", "1", "", "gone"],
            "2: status: Select a valid choice. gone is not one of the available choices.",
        ),
        (["", "Mend\0", "1", "", "active"], "2: name: Null characters are not allowed."),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(office, wash, row, text):
    with nothing_written():
        answer = uploaded(office, IMPORT, csv_of(HEADER, row))

    assert problems(answer) == [text]
    assert b"process_import" not in answer.content


def test_every_wrong_row_is_told_at_once(office):
    content = csv_of(["name", "price"], ["Mend", "x"], ["Sew", "2"], ["", "y"])
    assert problems(uploaded(office, IMPORT, content)) == [
        "2: price: Enter a number.",
        "4: name: This field is required.",
        "4: price: Enter a number.",
    ]


def test_a_new_row_without_a_needed_column_is_refused(office):
    assert problems(uploaded(office, IMPORT, csv_of(["name"], ["Mend"]))) == [
        "2: price: This field cannot be null."
    ]


def test_an_unknown_column_is_refused_because_it_may_be_misspelt(office):
    assert problems(uploaded(office, IMPORT, csv_of(["name", "pirce"], ["Mend", "1"]))) == [
        "There is no column pirce; there are: id, name, price, duration_minutes, status."
    ]


def test_a_name_of_several_services_needs_the_id(office, wash):
    Service.objects.create(name="Wash", price=1)
    assert problems(uploaded(office, IMPORT, csv_of(["name", "price"], ["Wash", "1"]))) == [
        "2: id: Several services are called so: give the id."
    ]


@pytest.mark.parametrize("second", ["Wash", "Mend"])
def test_one_service_in_two_lines_is_refused(office, wash, second):
    content = csv_of(["name", "price"], [second, "1"], ["Sew", "1"], [second, "2"])
    assert problems(uploaded(office, IMPORT, content)) == ["4: This stands in line 2 already."]


# --- In: confirmed ------------------------------------------------------------------------


def test_what_was_shown_is_done_by_the_button(office, owner, wash):
    shown = uploaded(
        office,
        IMPORT,
        csv_of(HEADER, [wash.pk, "Wash", "13", "60", "active"], ["", "Mend", "2", "", "active"]),
    )

    answer = confirmed(office, shown)

    assert (answer.status_code, answer["Location"]) == (302, LIST)
    assert shop() == [("Wash", Decimal("13.00"), "active"), ("Mend", Decimal("2.00"), "active")]
    entry = LogEntry.objects.get()
    assert (entry.user, entry.object_repr, entry.object_id) == (owner, "services", None)
    assert entry.change_message == "Import: 1 new, 1 changed, 0 as they were."


def test_the_history_of_each_row_tells_of_it(office, wash):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    confirmed(office, shown)

    page = re.sub(r"<[^>]*>|\s+", " ", office.get(f"{LIST}{wash.pk}/history/").content.decode())
    assert re.search(r"Olga Owner .*Price +12.50 .*13.00", page), page


def test_an_order_keeps_its_price(office, order, wash):
    confirmed(office, uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "99"])))

    assert Service.objects.get().price == Decimal("99.00")
    assert Order.objects.get().total_cost == Decimal("12.50")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_file_comes_in_again_without_a_difference(office, wash, kind):
    Service.objects.create(name="=HYPERLINK(1)", price=0, status="inactive")
    Service.objects.create(name="'=quoted", price=Decimal("0.10"), duration_minutes=1)
    Service.objects.create(name="Twice", price=1)
    Service.objects.create(name="Twice", price=2)
    Service.objects.filter(pk=wash.pk).update(name=" Ünal\t\x01_x0041_ ")

    answer = uploaded(office, IMPORT, exported(office, EXPORT, kind))

    assert problems(answer) == []
    assert answer.context["told"] == "0 new, 0 changed, 5 as they were."
    assert b"There is nothing to import." in answer.content
    assert b"process_import" not in answer.content.split(b"<button", 1)[1].split(b"<form")[0]


def test_importing_twice_changes_nothing_the_second_time(office):
    content = csv_of(["name", "price"], ["Mend", "2"], ["Sew", "3.50"])
    confirmed(office, uploaded(office, IMPORT, content))
    before = shop()

    again = uploaded(office, IMPORT, content)

    assert again.context["told"] == "0 new, 0 changed, 2 as they were."
    assert shop() == before


def test_pressing_the_button_twice_adds_nothing_twice(office):
    shown = uploaded(office, IMPORT, csv_of(["name", "price"], ["Mend", "2"]))
    confirmed(office, shown)

    answer = confirmed(office, shown)

    assert answer.status_code == 200
    assert shop() == [("Mend", Decimal("2.00"), "active")]


def test_what_was_changed_meanwhile_is_shown_before_anything_is_done(office, wash):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    change_service(service=wash, changes={"price": Decimal("20")})

    with nothing_written():
        answer = confirmed(office, shown)

    assert "Something changed meanwhile, so nothing was imported: look again." in (
        answer.content.decode()
    )
    assert planned(answer) == [(2, False, [("price", "20.00", "13")])]
    assert not LogEntry.objects.exists()
    assert confirmed(office, answer).status_code == 302
    assert Service.objects.get().price == Decimal("13.00")


def test_a_row_that_cannot_be_any_more_takes_the_whole_import_along(office, wash):
    shown = uploaded(
        office, IMPORT, csv_of(["id", "name", "price"], ["", "Mend", "2"], [wash.pk, "Wash", "3"])
    )
    wash.delete()

    with nothing_written():
        answer = confirmed(office, shown)

    assert problems(answer) == ["3: id: There is no service of this id."]


def test_a_service_erased_while_its_row_is_written_takes_the_whole_import_along(
    office, wash, monkeypatch
):
    shown = uploaded(
        office, IMPORT, csv_of(["id", "name", "price"], ["", "Mend", "2"], [wash.pk, "Wash", "3"])
    )

    def erased_first(*, service, changes):
        Service.objects.filter(pk=service.pk).delete()
        return change_service(service=service, changes=changes)

    monkeypatch.setattr("catalog.resources.change_service", erased_first)

    answer = confirmed(office, shown)

    assert answer.status_code == 200
    assert shop() == [("Wash", Decimal("12.50"), "active")]


def test_what_a_row_leaves_as_it_is_stays_as_a_colleague_makes_it_at_that_moment(
    office, wash, monkeypatch
):
    shown = uploaded(office, IMPORT, csv_of(["id", "name", "price"], [wash.pk, "Washing", "12.50"]))

    def repriced_first(*, service, changes):
        Service.objects.filter(pk=service.pk).update(price=15)
        return change_service(service=service, changes=changes)

    monkeypatch.setattr("catalog.resources.change_service", repriced_first)

    assert confirmed(office, shown).status_code == 302
    assert shop() == [("Washing", Decimal("15.00"), "active")]


def test_what_nobody_expected_is_not_told_as_a_fault_of_the_file(office, wash, monkeypatch):
    def broken(self, row):
        raise RuntimeError("broken")

    monkeypatch.setattr("catalog.resources.ServiceResource.find", broken)

    with pytest.raises(RuntimeError, match="broken"):
        uploaded(office, IMPORT, csv_of(["name", "price"], ["Mend", "2"]))


@pytest.mark.django_db(transaction=True)
def test_an_import_that_the_database_gave_up_runs_anew(office, wash, monkeypatch):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    given_up = [OperationalError(1213, "Deadlock found"), OperationalError(1205, "Lock wait")]

    def sometimes(*, service, changes):
        if given_up:
            raise given_up.pop()
        return change_service(service=service, changes=changes)

    monkeypatch.setattr("catalog.resources.change_service", sometimes)

    assert confirmed(office, shown).status_code == 302
    assert Service.objects.get().price == Decimal("13.00")


# --- Who may ------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Counter", "Auditor"])
def test_who_may_not_import_confirms_nothing_either(office, wash, role):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    browser = browser_of(staff_in(role, "Other"))

    with nothing_written():
        assert confirmed(browser, shown).status_code == 403


def test_who_lost_the_permission_since_the_dry_run_confirms_nothing(wash):
    manager = staff_in("Manager", "Mara")
    browser = browser_of(manager)
    shown = uploaded(browser, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    manager.groups.clear()

    with nothing_written():
        assert confirmed(browser, shown).status_code == 403


@pytest.mark.parametrize("missing", ["import", "add", "change"])
def test_importing_needs_the_permissions_to_add_and_to_change_too(missing, wash):
    verbs = {"view", "import", "add", "change"} - {missing}
    browser = browser_of(staff_holding("Nia", *(f"catalog.{verb}_service" for verb in verbs)))

    assert browser.get(IMPORT).status_code == 403
    assert b">Import<" not in browser.get(LIST).content


def test_exporting_needs_the_permission_to_view_too(wash):
    browser = browser_of(staff_holding("Nia", "catalog.export_service"))

    assert browser.get(EXPORT).status_code == 403
    assert browser.post(EXPORT, {"format": "csv"}).status_code == 403


@pytest.mark.parametrize(
    ("role", "links"),
    [
        ("Owner", {"Import", "Export"}),
        ("Manager", {"Import", "Export"}),
        ("Counter", set()),
        ("Auditor", {"Export"}),
    ],
)
def test_the_list_shows_the_way_to_who_may_go_it(role, links, wash):
    page = browser_of(staff_in(role, "Other")).get(f"{LIST}?q=wash").content.decode()

    assert set(re.findall(r'href="[^"]+">(Import|Export)</a>', page)) == links
    assert ('href="/admin/catalog/service/export/?q=wash"' in page) == ("Export" in links)


def test_a_confirmation_is_not_opened_by_a_link(office):
    assert office.get(CONFIRM).status_code == 405


def test_another_member_of_staff_does_not_confirm_what_one_uploaded(office, wash):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    browser = browser_of(staff_in("Manager", "Mara"))

    with nothing_written():
        answer = confirmed(browser, shown)

    assert (answer.status_code, answer["Location"]) == (302, IMPORT)


def test_what_was_uploaded_for_one_list_is_not_confirmed_for_another(office, wash):
    shown = uploaded(office, IMPORT, csv_of(["id", "name"], [wash.pk, "Was"]))
    sent = {name: shown.context[name] for name in ("carried", "seen")}

    with nothing_written():
        answer = office.post("/admin/accounts/customer/process_import/", sent)

    assert answer["Location"] == "/admin/accounts/customer/import/"


@pytest.mark.parametrize("carried", ["", "x", "{}:x:y"])
def test_what_was_tampered_with_is_not_confirmed(office, carried):
    with nothing_written():
        answer = office.post(CONFIRM, {"carried": carried, "seen": "x"})

    assert (answer.status_code, answer["Location"]) == (302, IMPORT)


def test_a_page_that_was_open_for_too_long_asks_for_the_file_again(office, wash, monkeypatch):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))
    monkeypatch.setattr("config.sheets.admin.CARRIED_SECONDS", -1)

    with nothing_written():
        answer = confirmed(office, shown)

    assert "choose the file again" in office.get(answer["Location"]).content.decode()


def test_what_nobody_was_shown_is_not_done(office, wash):
    shown = uploaded(office, IMPORT, csv_of(["id", "price"], [wash.pk, "13"]))

    with nothing_written():
        answer = office.post(CONFIRM, {"carried": shown.context["carried"]})

    assert answer.status_code == 200


# --- Its cost ---------------------------------------------------------------------------


def test_a_dry_run_asks_no_more_of_the_database_for_more_unchanged_rows(office):
    def asked(count: int) -> int:
        Service.objects.bulk_create(Service(name=f"S{count} {n}", price=1) for n in range(count))
        content = exported(office, EXPORT)
        with statements() as seen:
            assert uploaded(office, IMPORT, content).context["row_count"] == 0
        return len(seen)

    assert asked(3) == asked(60)


def test_more_text_than_the_page_can_carry_is_refused(office, monkeypatch):
    monkeypatch.setattr("config.sheets.admin.MOST_CARRIED", 10)

    answer = uploaded(office, IMPORT, csv_of(["name", "price"], ["Mend", "2"]))

    assert problems(answer) == ["This file holds too much text: split it."]
