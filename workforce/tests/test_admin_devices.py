"""The page of a worker: unlocking, handing devices out, taking them back."""

import base64
import json
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from config.rest.refusals import Code, Refusal
from tests.admin import statements_of
from tests.cast import bearing, staff_holding, staff_in, with_device
from tests.unchanged import nothing_written
from workforce.devices import hand_out_token, issue_token, new_prefix
from workforce.models import DeviceToken, Worker

BUTTONS = {
    "unlock": "{path}unlock/",
    "hand_out": "{path}devices/add/",
    "take_back": "{path}devices/{device}/revoke/",
}


@pytest.fixture
def path(worker) -> str:
    """Where Wim's pages are."""
    return f"/admin/workforce/worker/{worker.pk}/"


@pytest.fixture
def page(path) -> str:
    """Wim's own page."""
    return f"{path}change/"


def visit(user) -> Client:
    """This member of staff's browser."""
    browser = Client()
    browser.force_login(user)
    return browser


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# --- Handing a device out -------------------------------------------------------------


def opened(browser: Client, path: str) -> dict[str, str]:
    """What the form of a new device sends as it is shown."""
    form = browser.get(f"{path}devices/add/").context["form"]
    return {"name": "Van 2", "beginning": form["beginning"].value()}


def token_in(answer) -> str:
    """The token on a page."""
    found = re.search(r'id="device-token">([^<]+)<', answer.content.decode())
    assert found is not None
    return found[1]


def test_a_token_that_is_handed_out_signs_its_device_in(office, path, worker):
    answer = office.post(f"{path}devices/add/", opened(office, path))

    token = token_in(answer)
    device = DeviceToken.objects.get()
    assert (device.worker, device.name, device.prefix) == (worker, "Van 2", token[:12])
    assert bearing(token).get("/api/v1/workers/devices").status_code == 200


def test_a_device_needs_no_name(office, path):
    office.post(f"{path}devices/add/", opened(office, path) | {"name": ""})

    device = DeviceToken.objects.get()
    assert (device.name, str(device)) == ("", device.prefix)


def test_a_form_that_is_sent_again_makes_no_second_token_and_shows_none(office, path):
    sent = opened(office, path)
    token = token_in(office.post(f"{path}devices/add/", sent))

    again = office.post(f"{path}devices/add/", sent, follow=True)

    assert again.redirect_chain == [(f"{path}change/", 302)]
    assert messages_of(again) == ["This token was made before, and is shown only once."]
    assert token not in again.content.decode()
    assert DeviceToken.objects.count() == 1


def test_each_opened_form_makes_a_token_of_its_own(office, path):
    for _time in range(2):
        office.post(f"{path}devices/add/", opened(office, path))

    assert DeviceToken.objects.count() == 2


def test_the_page_with_the_token_is_kept_by_nobody(office, path):
    answer = office.post(f"{path}devices/add/", opened(office, path))

    assert "no-store" in answer["Cache-Control"]


def test_the_token_stands_on_no_other_page_and_nowhere_in_the_database(office, path, page):
    token = token_in(office.post(f"{path}devices/add/", opened(office, path)))
    secret = token[12:]

    device = DeviceToken.objects.get()
    for address in (page, f"{path}history/", f"/admin/workforce/devicetoken/{device.pk}/change/"):
        assert secret not in office.get(address).content.decode()
    assert secret not in str(DeviceToken.objects.values())
    assert secret not in str(LogEntry.objects.values())
    assert [
        session for session in Session.objects.all() if secret in str(session.get_decoded())
    ] == []


def test_the_code_tells_a_device_where_the_shop_is_and_its_token(
    office, path, monkeypatch, settings
):
    settings.PUBLIC_URL = "https://shop.example"
    monkeypatch.setattr("orders.qr.svg", str.encode)

    answer = office.post(f"{path}devices/add/", opened(office, path))

    image = re.search(r'src="data:image/svg\+xml;base64,([^"]+)"', answer.content.decode())
    assert image is not None
    assert json.loads(base64.b64decode(image[1])) == {
        "url": "https://shop.example",
        "token": token_in(answer),
    }


def test_the_code_scanned_as_an_orders_is_refused_and_not_written_down(office, path, as_worker):
    token = token_in(office.post(f"{path}devices/add/", opened(office, path)))
    scan = {
        "qr": json.dumps({"url": "https://shop.example", "token": token}),
        "action": "picked_up",
    }

    with nothing_written():
        answer = as_worker.post("/api/v1/workers/scan", scan, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_code")


@pytest.mark.parametrize(
    "changes",
    [{"beginning": ""}, {"beginning": "ABCDEFABCDEF"}, {"beginning": "abcdef"}, {"name": "x" * 65}],
)
def test_a_bad_form_is_told_and_makes_no_token(changes, office, path):
    answer = office.post(f"{path}devices/add/", opened(office, path) | changes)

    assert (answer.status_code, "token" in answer.context) == (200, False)
    assert answer.context["form"].errors.keys() == changes.keys()
    assert not DeviceToken.objects.exists()


def test_an_inactive_worker_gets_no_token(office, path, page):
    sent = opened(office, path)
    Worker.objects.update(is_active=False)

    answer = office.post(f"{path}devices/add/", sent, follow=True)

    assert messages_of(answer) == ["Only an active worker takes a device."]
    assert "Issue a device token" not in answer.content.decode()
    assert not DeviceToken.objects.exists()


def test_a_worker_erased_meanwhile_gets_no_token(worker):
    gone = Worker.objects.get()
    worker.delete()

    with pytest.raises(Refusal) as refused:
        hand_out_token(worker=gone, name="", prefix=new_prefix())

    assert refused.value.code == Code.NOT_FOUND


def test_the_history_tells_who_handed_a_token_out(office, path, owner):
    office.post(f"{path}devices/add/", opened(office, path))

    entry = LogEntry.objects.get()
    assert (entry.user, entry.get_change_message()) == (
        owner,
        "Handed a token out for the device Van 2.",
    )


# --- Taking a device back -------------------------------------------------------------


def test_a_device_is_taken_back_once_that_is_confirmed(office, path, worker):
    scanner = with_device(worker)
    device = DeviceToken.objects.get()
    address = f"{path}devices/{device.pk}/revoke/"

    asked = office.get(address)
    assert "Wim Weaver: Scanner, last used:" in asked.content.decode()
    office.post(address)
    assert scanner.get("/api/v1/workers/devices").status_code == 200

    answer = office.post(address, {"confirmed": "yes"}, follow=True)

    assert messages_of(answer) == ["The device Scanner was taken back."]
    assert scanner.get("/api/v1/workers/devices").status_code == 401


def test_a_device_is_not_taken_back_from_another_worker(office, path, other_worker):
    device, _token = issue_token(worker=other_worker)

    answer = office.post(f"{path}devices/{device.pk}/revoke/", {"confirmed": "yes"})

    assert answer.status_code == 404
    assert DeviceToken.objects.get().revoked_at is None


def test_the_page_shows_the_devices_in_use_first(office, page, worker):
    old, _token = issue_token(worker=worker, name="Old")
    issue_token(worker=worker, name="Van 1")
    issue_token(worker=worker, name="Van 2")
    DeviceToken.objects.filter(pk=old.pk).update(revoked_at=timezone.now())
    DeviceToken.objects.filter(name="Van 1").update(expires_at=timezone.now())

    shown = office.get(page).context["devices"]

    assert [(str(device), device.state[0]) for device in shown] == [
        ("Van 2", "active"),
        ("Van 1", "expired"),
        ("Old", "revoked"),
    ]


# --- Unlocking ------------------------------------------------------------------------


def test_a_locked_worker_is_unlocked_on_the_page(office, path, page):
    Worker.objects.update(locked_at=timezone.now(), failed_logins=20)
    assert f'action="{path}unlock/"' in office.get(page).content.decode()

    answer = office.post(f"{path}unlock/", follow=True)

    assert Worker.objects.values("locked_at", "failed_logins").get() == {
        "locked_at": None,
        "failed_logins": 0,
    }
    assert f'action="{path}unlock/"' not in answer.content.decode()


def test_opening_the_address_of_a_button_unlocks_nobody(office, path):
    Worker.objects.update(locked_at=timezone.now())

    office.get(f"{path}unlock/")

    assert Worker.objects.get().locked_at is not None


# --- Who may --------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["Counter", "Auditor"])
@pytest.mark.parametrize("button", BUTTONS)
def test_who_may_only_look_is_shown_no_button_and_refused(role, button, path, page, worker):
    device, _token = issue_token(worker=worker)
    Worker.objects.update(locked_at=timezone.now())
    browser = visit(staff_in(role, "Vera"))
    address = BUTTONS[button].format(path=path, device=device.pk)
    sent = {"confirmed": "yes", "name": "Mine", "beginning": new_prefix()}

    assert address not in browser.get(page).content.decode()
    assert browser.get(address).status_code == 403
    with nothing_written():
        assert browser.post(address, sent).status_code == 403


@pytest.mark.parametrize("button", BUTTONS)
def test_a_manager_has_every_button(button, path, page, worker):
    device, _token = issue_token(worker=worker)
    Worker.objects.update(locked_at=timezone.now())
    address = BUTTONS[button].format(path=path, device=device.pk)

    assert f'"{address}"' in visit(staff_in("Manager", "Mia")).get(page).content.decode()


@pytest.mark.parametrize("button", BUTTONS)
def test_a_forged_form_is_refused(button, path, worker, owner):
    device, _token = issue_token(worker=worker)
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(owner)

    with nothing_written():
        answer = browser.post(BUTTONS[button].format(path=path, device=device.pk))

    assert answer.status_code == 403


@pytest.mark.parametrize("number", ["0", "999999", "9" * 30])
@pytest.mark.parametrize("button", BUTTONS)
def test_the_pages_of_no_worker_are_not_found(number, button, office, worker):
    path = f"/admin/workforce/worker/{number}/"

    answer = office.post(BUTTONS[button].format(path=path, device=number))

    assert answer.status_code == 404


def test_the_counter_sees_neither_devices_nor_the_field_of_the_pin(page, worker):
    issue_token(worker=worker, name="Scanner")

    content = visit(staff_in("Counter", "Cora")).get(page).content.decode()

    assert "Wim Weaver" in content
    assert "Scanner" not in content
    assert "PIN" not in content


def test_the_auditor_sees_devices(page, worker):
    issue_token(worker=worker, name="Scanner")

    assert "Scanner" in visit(staff_in("Auditor", "Ada")).get(page).content.decode()


def test_the_tracks_of_a_worker_are_shown_to_who_may_see_tracks(page, worker):
    link = f'href="/admin/tracking/track/?worker__id__exact={worker.pk}"'

    assert link in visit(staff_in("Counter", "Cora")).get(page).content.decode()
    vera = staff_holding("Vera", "workforce.view_worker")
    assert link not in visit(vera).get(page).content.decode()


# --- How much is asked of the database -------------------------------------------------


def test_the_page_takes_as_many_statements_for_a_thousand_devices_as_for_ten(office, page, worker):
    for number in range(10):
        issue_token(worker=worker, name=f"Van {number}")
    for_ten = statements_of(office, page)
    for number in range(990):
        issue_token(worker=worker, name=f"Bike {number}")
    for_more = statements_of(office, page)

    assert len(for_more) == len(for_ten), (for_ten, for_more)


@pytest.mark.parametrize("name", ["worker", "devicetoken"])
def test_a_list_takes_as_many_statements_for_a_thousand_rows_as_for_ten(name, office):
    def add(first: int, last: int) -> None:
        for number in range(first, last):
            issue_token(worker=Worker.objects.create(name=f"Worker {number}"))

    add(0, 10)
    for_ten = statements_of(office, f"/admin/workforce/{name}/")
    add(10, 1000)
    for_more = statements_of(office, f"/admin/workforce/{name}/")

    assert len(for_more) == len(for_ten), (for_ten, for_more)
