"""The list of what staff did in the admin."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.test import Client

from accounts.models import User
from catalog.models import Service
from tests.admin import fill, office_of
from tests.cast import staff_in

pytestmark = pytest.mark.django_db

LIST = "/admin/admin/logentry/"


def listed(browser: Client, **query: str) -> list[str]:
    answer = browser.get(LIST, query)
    assert answer.status_code == 200
    return [str(entry) for entry in answer.context["cl"].result_list]


@pytest.fixture
def log(office: Client, owner: User, wash: Service) -> User:
    """Olga changed a price, and Cora put an export of services out."""
    fill(office, f"/admin/catalog/service/{wash.pk}/change/", price="13.75")
    cora = staff_in("Counter", "Cora")
    LogEntry.objects.create(
        user=cora,
        content_type=ContentType.objects.get_for_model(Service),
        object_repr="services",
        action_flag=CHANGE,
        change_message="Exported 2 rows.",
    )
    return cora


PRICE = "Changed “Wash” — Changed Price."
EXPORT = "Changed “services” — Exported 2 rows."


def test_it_is_narrowed_down_by_person_kind_and_days(office, owner, log):
    kind = str(ContentType.objects.get_for_model(Service).pk)
    other = str(ContentType.objects.get_for_model(User).pk)

    assert listed(office) == [EXPORT, PRICE]
    assert listed(office, user=str(owner.pk)) == [PRICE]
    assert listed(office, user=str(log.pk)) == [EXPORT]
    assert listed(office, kind=kind) == [EXPORT, PRICE]
    assert listed(office, kind=other) == []
    assert listed(office, action_time__until="2020-01-01") == []
    assert listed(office, q="WASH") == [PRICE]


@pytest.mark.parametrize("name", ["user", "kind"])
@pytest.mark.parametrize("value", ["x", "99999999999999999999", "-1"])
def test_what_is_no_choice_finds_nothing(name, value, office, log):
    assert listed(office, **{name: value}) == []


def test_only_staff_are_offered_and_what_the_admin_shows(office, customer, log):
    html = office.get(LIST).content.decode()
    assert "Olga Owner" in html
    assert "Asha Rao" not in html


def test_it_leads_to_what_was_changed_and_tells_the_rest(office, wash, log):
    html = office.get(LIST).content.decode()
    assert f'<a href="/admin/catalog/service/{wash.pk}/change/">Wash</a>' in html
    assert "Exported 2 rows." in html
    assert '<td class="field-kind">service</td><td class="field-thing">services</td>' in html


def test_what_is_typed_is_shown_as_text(office, log):
    LogEntry.objects.update(object_repr="<script>", change_message="<b>")
    html = office.get(LIST).content.decode()
    assert "&lt;script&gt;" in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("role", "status"), [("Owner", 200), ("Auditor", 200), ("Manager", 403), ("Counter", 403)]
)
def test_owner_and_auditor_read_it_and_nobody_changes_it(role, status, log):
    browser = office_of(staff_in(role, "Rosa"))
    entry = LogEntry.objects.latest("pk")
    assert browser.get(LIST).status_code == status
    assert browser.post(f"{LIST}{entry.pk}/change/", {"object_repr": "x"}).status_code == 403
    assert browser.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
