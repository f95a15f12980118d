"""Customers as a file: out, and in again. Staff are never reached by one."""

import re
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from accounts.models import User
from accounts.profile import change_customer
from accounts.sessions import open_session
from config.mail.models import OutgoingMail
from config.mail.outbox import send_due
from config.rest.refusals import Code, Refusal
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

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/customer/"
IMPORT, EXPORT = f"{LIST}import/", f"{LIST}export/"
HEADER = ["id", "name", "email", "phone", "is_active"]


def facts(user: User) -> tuple[Any, ...]:
    user.refresh_from_db()
    return (user.name, user.email, user.phone, user.is_active)


def brought(office, *rows: Any) -> Any:
    """Import these rows; the answer to the confirmation."""
    shown = uploaded(office, IMPORT, csv_of(*rows))
    assert problems(shown) == []
    answer = confirmed(office, shown)
    assert answer.status_code == 302
    return answer


# --- Out --------------------------------------------------------------------------------


def test_customers_come_out_without_anything_secret(office, customer):
    confirmed_at = timezone.localtime(customer.email_confirmed_at)
    created_at = timezone.localtime(customer.created_at)

    assert rows_of(exported(office, EXPORT)) == [
        [*HEADER, "email_confirmed_at", "created_at"],
        [
            str(customer.pk),
            "Asha Rao",
            "asha@example.com",
            "'+91 98450 12345",
            "true",
            f"{confirmed_at:%Y-%m-%d %H:%M:%S}",
            f"{created_at:%Y-%m-%d %H:%M:%S}",
        ],
    ]


def test_a_search_and_a_filter_narrow_the_file_and_staff_are_not_in_it(
    office, customer, other_customer, unconfirmed_customer
):
    named = [row[1] for row in rows_of(exported(office, EXPORT))[1:]]
    assert named == ["Chloe Cole", "Bert Blum", "Asha Rao"]
    named = [row[1] for row in rows_of(exported(office, f"{EXPORT}?q=ber"))[1:]]
    assert named == ["Bert Blum"]
    path = f"{EXPORT}?email_confirmed_at__isempty=1"
    assert [row[1] for row in rows_of(exported(office, path))[1:]] == ["Chloe Cole"]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_exported_file_comes_in_again_without_a_difference(
    office, kind, customer, unconfirmed_customer
):
    User.objects.create_user(None, None, name="Walk-in", phone="+1 (2) 3")
    User.objects.create_user(None, None, name="Walk-in", phone="+1 (2) 3")
    User.objects.create_user(None, None, name="=cmd|' /C calc'!A0", is_active=False)
    # As an old server left them.
    User.objects.create_user("no address", None, name="'+", phone="'-call\tme")
    blank = User.objects.create_user(None, None, name="")
    User.objects.filter(pk=blank.pk).update(anonymised_at=timezone.now(), is_active=False)

    answer = uploaded(office, IMPORT, exported(office, EXPORT, kind))

    assert problems(answer) == []
    assert answer.context["told"] == "0 new, 0 changed, 7 as they were."


# --- In -----------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [csv_of, xlsx_of])
def test_somebody_new_is_made_as_staff_make_a_customer(office, make):
    content = make(HEADER, ["", " Dora Dahl ", " Dora@Example.COM", "+49 (30) 5551", "no"])

    shown = uploaded(office, IMPORT, content)
    assert planned(shown) == [
        (
            2,
            True,
            [
                ("name", "", "Dora Dahl"),
                ("email", "", "dora@example.com"),
                ("phone", "", "+49 (30) 5551"),
                ("is_active", "", "false"),
            ],
        )
    ]
    confirmed(office, shown)

    dora = User.objects.get(email="dora@example.com")
    assert facts(dora) == ("Dora Dahl", "dora@example.com", "+49 (30) 5551", False)
    assert (dora.phone_reversed, dora.is_staff) == ("15550394", False)
    assert (dora.has_usable_password(), dora.email_confirmed) == (False, False)
    assert not OutgoingMail.objects.exists()


def test_a_number_that_a_spreadsheet_took_for_one_is_a_phone_number(office):
    confirmed(office, uploaded(office, IMPORT, xlsx_of(["name", "phone"], ["Ede", 9845012345.0])))
    assert User.objects.get(name="Ede").phone_reversed == "5432105489"


def test_a_changed_phone_is_found_by_its_end(office, customer):
    brought(office, ["id", "phone"], [customer.pk, "+1 777 000"])
    customer.refresh_from_db()
    assert (customer.phone, customer.phone_reversed) == ("+1 777 000", "0007771")


def test_a_changed_email_is_unconfirmed_again_and_its_link_waits_in_the_outbox(
    office, customer, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        brought(office, ["id", "email"], [customer.pk, "Asha@New.example"])

    customer.refresh_from_db()
    assert (customer.email, customer.email_confirmed) == ("asha@new.example", False)
    assert mailoutbox == []
    assert send_due(limit=10).sent == 1
    assert [mail.to for mail in mailoutbox] == [["asha@new.example"]]


def test_who_has_no_password_gets_no_link(office, customer):
    customer.set_unusable_password()
    customer.save()

    brought(office, ["id", "email"], [customer.pk, "asha@new.example"])

    assert not OutgoingMail.objects.exists()


def test_a_dry_run_mails_nobody_and_counts_no_mail(office, customer, settings):
    settings.RATELIMIT_MAIL = "1/h"
    content = csv_of(["id", "email"], [customer.pk, "asha@new.example"])
    for _time in range(3):
        shown = uploaded(office, IMPORT, content)
    assert not OutgoingMail.objects.exists()

    confirmed(office, shown)

    assert OutgoingMail.objects.count() == 1


def test_an_email_is_taken_away_by_an_empty_cell(office, customer):
    brought(office, HEADER, [customer.pk, "Asha Rao", "", "+91 98450 12345", "true"])
    assert facts(customer) == ("Asha Rao", None, "+91 98450 12345", True)


def test_who_is_deactivated_is_signed_out(office, customer):
    session = open_session(user=customer).user.sessions.get()

    brought(office, ["email", "is_active"], ["ASHA@example.com", "FALSE"])

    session.refresh_from_db()
    assert customer.sessions.get().revoked_at is not None
    assert facts(customer)[3] is False


def test_who_is_not_changed_stays_signed_in_and_confirmed(office, customer, other_customer):
    open_session(user=customer)
    brought(office, ["email", "name"], ["asha@example.com", "Asha R."], ["bert@example.com", "B"])
    customer.refresh_from_db()
    assert (customer.email_confirmed, customer.sessions.get().revoked_at) == (True, None)


@pytest.mark.parametrize(
    ("row", "text"),
    [
        (["999", "A", "", "", "true"], "2: id: There is no customer of this id."),
        (["", "", "a@example.com", "", "true"], "2: name: This field is required."),
        (["", "A", "a@", "", "true"], "2: email: Enter a valid email address."),
        (["", "A", "a@example.com", "", "maybe"], "2: is_active: Write true or false."),
        (["", "A", "a@example.com", "", ""], "2: is_active: This field is required."),
        (
            ["", "A", "", "", "true"],
            "2: Give an id, an email or a phone number: a name alone tells nobody apart.",
        ),
        (
            ["", "A", "a@example.com", "1" * 33, "true"],
            "2: phone: Ensure this value has at most 32 characters (it has 33).",
        ),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(office, customer, row, text):
    with nothing_written():
        assert problems(uploaded(office, IMPORT, csv_of(HEADER, row))) == [text]


# --- Who is meant -------------------------------------------------------------------------


def test_without_an_id_and_an_email_name_and_phone_tell_who_is_meant(office):
    walk_in = User.objects.create_user(None, None, name="Gita", phone="98450-777")

    brought(office, ["name", "phone", "is_active"], ["Gita", "(98450) 777", "no"])

    assert facts(walk_in) == ("Gita", None, "(98450) 777", False)


def test_a_name_and_a_phone_of_several_need_the_id(office):
    for _number in range(2):
        User.objects.create_user(None, None, name="Gita", phone="98450-777")
    assert problems(uploaded(office, IMPORT, csv_of(["name", "phone"], ["Gita", "98450777"]))) == [
        "2: id: Several customers have this name and phone number: give the id."
    ]


def test_a_name_and_a_phone_do_not_mean_who_was_merged_into_another(office):
    merged, stays = (
        User.objects.create_user(None, None, name="Gita", phone="98450-777") for _n in range(2)
    )
    User.objects.filter(pk=merged.pk).update(is_active=False, merged_into=stays)

    brought(office, ["name", "phone"], ["Gita", "98450 777"])

    assert (facts(merged)[2], facts(stays)[2]) == ("98450-777", "98450 777")


def test_a_file_without_emails_takes_none_away(office, customer):
    content = csv_of(["name", "email", "phone"], ["Asha Rao", "", "+91 98450 12345"])
    assert problems(uploaded(office, IMPORT, content)) == [
        "2: email: A customer of this name and phone number has an email: give it, or the id."
    ]
    shown = uploaded(office, IMPORT, csv_of(["name", "phone"], ["Asha Rao", "919845012345"]))
    assert planned(shown) == [(2, False, [("phone", "+91 98450 12345", "919845012345")])]


def test_importing_twice_changes_nothing_the_second_time(office):
    rows = (
        ["name", "email", "phone"],
        ["Dora", "dora@example.com", "555 1"],
        ["Walk-in", "", "+1 777"],
    )
    brought(office, *rows)

    again = uploaded(office, IMPORT, csv_of(*rows))

    assert again.context["told"] == "0 new, 0 changed, 2 as they were."


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        (
            [["", "A", "d@example.com", ""], ["", "B", "D@Example.com ", ""]],
            "3: This stands in line 2 already.",
        ),
        (
            [["", "A", "", "12 34"], ["", "A", "", "1234"]],
            "3: This stands in line 2 already.",
        ),
        (
            [["", "Asha", "asha@example.com", "1"], ["asha", "Asha", "", "1"]],
            "3: This stands in line 2 already.",
        ),
        (
            [["asha", "A", "new@example.com", ""], ["", "B", "new@example.com", ""]],
            "3: This stands in line 2 already.",
        ),
        (
            [["asha", "A", "bert@example.com", ""]],
            "2: email: There is already an account with this email.",
        ),
    ],
)
def test_an_email_or_a_customer_twice_is_refused(office, customer, other_customer, rows, text):
    key = {"asha": str(customer.pk)}
    content = csv_of(HEADER[:4], *([key.get(row[0], row[0]), *row[1:]] for row in rows))
    with nothing_written():
        assert problems(uploaded(office, IMPORT, content)) == [text]


# --- Staff and the anonymised ---------------------------------------------------------------


def test_no_row_reaches_a_member_of_staff_by_id(office, owner):
    with nothing_written():
        answer = uploaded(office, IMPORT, csv_of(["id", "email"], [owner.pk, "me@example.com"]))
    assert problems(answer) == ["2: id: There is no customer of this id."]


def test_no_row_reaches_a_member_of_staff_by_email(office, owner):
    content = csv_of(["name", "email"], ["Me", "OLGA@example.com"])
    with nothing_written():
        answer = uploaded(office, IMPORT, content)
    assert problems(answer) == ["2: email: There is already an account with this email."]


def test_no_row_reaches_a_member_of_staff_by_name_and_phone(office, owner):
    User.objects.filter(pk=owner.pk).update(phone="555 1", phone_reversed="1555")

    brought(office, ["name", "phone", "is_active"], ["Olga Owner", "5551", "no"])

    owner.refresh_from_db()
    assert owner.is_active
    assert User.objects.filter(name="Olga Owner").count() == 2


def test_who_became_staff_since_the_dry_run_is_not_changed(office, customer):
    shown = uploaded(office, IMPORT, csv_of(["id", "email"], [customer.pk, "x@example.com"]))
    User.objects.filter(pk=customer.pk).update(is_staff=True)

    with nothing_written():
        answer = confirmed(office, shown)

    assert problems(answer) == ["2: id: There is no customer of this id."]


def test_a_member_of_staff_is_no_customer_to_change(owner):
    with pytest.raises(Refusal) as refusal, nothing_written():
        change_customer(customer=owner, changes={"email": "x@example.com"})
    assert refusal.value.code == Code.NOT_FOUND


def test_nothing_personal_comes_back_to_who_was_anonymised(office, customer):
    User.objects.filter(pk=customer.pk).update(
        name="", email=None, phone="", anonymised_at=timezone.now()
    )
    with nothing_written():
        answer = uploaded(office, IMPORT, csv_of(["id", "name"], [customer.pk, "Asha"]))
    assert problems(answer) == ["2: name: This customer was anonymised, for good."]


def test_nothing_personal_comes_back_to_who_is_anonymised_while_the_row_is_written(
    office, customer, monkeypatch
):
    shown = uploaded(office, IMPORT, csv_of(["id", "phone"], [customer.pk, "0171 1234"]))

    def anonymised_first(*, customer, changes):
        User.objects.filter(pk=customer.pk).update(phone="", anonymised_at=timezone.now())
        return change_customer(customer=customer, changes=changes)

    monkeypatch.setattr("accounts.resources.change_customer", anonymised_first)

    with nothing_written():
        answer = confirmed(office, shown)

    assert answer.status_code == 200


# --- Its cost, its note -----------------------------------------------------------------


def test_a_dry_run_of_many_rows_asks_a_few_questions(office):
    User.objects.bulk_create(
        User(email=f"c{n}@example.com", name=f"C {n}", phone=f"{n:05}") for n in range(1_000)
    )
    content = exported(office, EXPORT)

    with statements() as seen:
        assert uploaded(office, IMPORT, content).context["row_count"] == 0

    assert len([sql for sql in seen if "accounts_user" in sql]) <= 4


def test_the_history_of_each_customer_tells_of_an_import(office, customer):
    brought(office, ["id", "name"], [customer.pk, "Asha R."])

    assert LogEntry.objects.get().change_message == "Import: 0 new, 1 changed, 0 as they were."
    page = re.sub(r"<[^>]*>|\s+", " ", office.get(f"{LIST}{customer.pk}/history/").content.decode())
    assert re.search(r"Olga Owner .*Name +Asha Rao .*Asha R\.", page), page
