import json
import os
import secrets
import stat
import subprocess
import sys
from collections import Counter
from itertools import pairwise

import pytest
from django.contrib.auth import authenticate
from django.core.checks.registry import registry
from django.core.management import CommandError, call_command
from django.core.management.base import SystemCheckError
from django.db import OperationalError
from django.utils import timezone

from accounts.models import Customer, User
from accounts.sessions import sign_in
from catalog.models import Service
from config.env import BASE_DIR
from config.operations import demo, demo_data
from config.operations.management.commands.prepare_demo import CHECKS_OF_CODE
from config.rest.checks import check_rates
from orders.models import Order, Status
from tests.cast import PASSWORD
from tracking.models import Track
from workforce.devices import sign_in_device
from workforce.models import Worker

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def kept(settings, tmp_path):
    """The file that keeps the logins, in a folder of this test's own."""
    settings.VAR_DIR = tmp_path
    settings.ADMIN_USERNAME = settings.ADMIN_EMAIL = settings.ADMIN_PASSWORD = ""
    return tmp_path / "demo-logins.json"


@pytest.fixture
def loaded(kept):
    """The whole demonstration, as the first start leaves it."""
    return demo.prepare()


@pytest.fixture
def few_orders(monkeypatch):
    """A demonstration with one order in the workshop, for what does not depend on orders."""
    plans = demo_data.plans(timezone.now())
    in_workshop = next(plan for plan in plans if len(plan.steps) == 2)
    monkeypatch.setattr(demo_data, "plans", lambda now: [in_workshop])


@pytest.fixture
def started(few_orders, kept):
    """That small demonstration, after its first start."""
    return demo.prepare()


def signed_in_by(identity, password):
    user = authenticate(username=identity, password=password)
    assert isinstance(user, User)
    return user


def history_of(order):
    return list(order.tracks.order_by("seq"))


def login_of(kept, role):
    logins = json.loads(kept.read_text())["logins"]
    return next(login for login in logins if login["role"] == role)


def test_an_empty_database_becomes_a_shop_with_orders_at_all_stages(loaded):
    assert Counter(Order.objects.values_list("status", flat=True)) == {
        Status.CREATED: 5,
        Status.PICKED_UP: 4,
        Status.PROCESSING: 5,
        Status.COMPLETED: 3,
        Status.DELIVERED: 31,
        Status.CANCELLED: 3,
    }
    assert Service.objects.count() == 8
    assert Customer.objects.count() == 10
    assert Worker.objects.count() == 3


def test_its_histories_hold_every_kind_of_track_that_a_shop_sees(loaded):
    results = Counter(Track.objects.values_list("result", flat=True))

    assert results.keys() == {"recorded", "already", "late", "refused"}
    assert (results["already"], results["late"], results["refused"]) == (2, 2, 1)
    assert Track.objects.filter(action="stain_noted", result="recorded").count() == 2
    assert Track.objects.exclude(location="").exists()
    assert Track.objects.get(result="refused").reason == "transition_not_allowed"
    assert Track.objects.exclude(reason="").exclude(result="refused").count() == 1


def test_guests_and_people_at_the_counter_have_placed_orders_too(loaded):
    guest_orders = Order.objects.filter(email__in=[guest.email for guest in demo_data.GUESTS])
    walk_in = Order.objects.filter(source=Order.Source.COUNTER)

    assert {order.customer_confirmed for order in guest_orders} == {False}
    assert {order.customer for order in walk_in} == {None}
    assert {order.email for order in walk_in} == {""}


def test_every_history_leads_from_the_placing_to_the_present_status(loaded):
    for order in Order.objects.all():
        tracks = history_of(order)
        assert tracks[0].from_status == ""
        assert all(before.to_status == after.from_status for before, after in pairwise(tracks))
        assert tracks[-1].to_status == order.status
        assert order.last_seq == len(tracks)


def test_the_times_of_orders_and_tracks_agree(loaded):
    for order in Order.objects.all():
        tracks = history_of(order)
        moments = [track.created_at for track in tracks]
        assert moments == sorted(set(moments))
        assert order.created_at == moments[0]
        moved = [track for track in tracks if track.has_moved]
        assert order.status_changed_at == moved[-1].created_at


def test_tracks_are_numbered_in_the_order_in_which_they_happened(loaded):
    moments = list(Track.objects.order_by("id").values_list("created_at", flat=True))

    assert moments == sorted(moments)


def test_a_late_scan_was_read_before_the_order_moved_on(loaded):
    order = Order.objects.filter(tracks__result="late").earliest("id")

    processed, late = history_of(order)[1:3]
    assert (processed.to_status, late.action) == ("processing", "picked_up")
    assert late.scanned_at < processed.created_at < late.created_at


def test_the_logins_are_kept_where_only_their_owner_reads_them(started, kept, settings):
    content = json.loads(kept.read_text())

    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert content["base_url"] == settings.PUBLIC_URL
    assert [(login["role"], login["identity"]) for login in content["logins"]] == [
        ("admin", "admin@example.com"),
        ("worker", "dinesh@example.com"),
        ("worker", "vera@example.com"),
        ("worker", "wanda@example.com"),
        ("customer", "asha@example.com"),
    ]


@pytest.mark.django_db(transaction=True)
def test_every_kept_login_lets_its_owner_in(few_orders, kept):
    demo.prepare()

    admin, worker, customer = (login_of(kept, role) for role in ("admin", "worker", "customer"))
    device, _token = sign_in_device(worker_id=worker["id"], password=worker["password"])

    assert device.worker.email == "dinesh@example.com"
    assert len(worker["password"]) == 6
    assert signed_in_by("admin", admin["password"]).is_superuser
    assert sign_in(email=customer["identity"], password=customer["password"]).user.name == (
        "Asha Rao"
    )


def test_a_second_start_changes_nothing_and_asks_little(started, kept, django_assert_num_queries):
    content = kept.read_text()
    hashes = list(User.objects.values_list("password", flat=True).order_by("id"))

    with django_assert_num_queries(6):
        assert demo.prepare() == started

    assert Order.objects.count() == 1
    assert kept.read_text() == content
    assert list(User.objects.values_list("password", flat=True).order_by("id")) == hashes


def test_a_lost_file_is_made_again_with_new_passwords(started, kept):
    old = login_of(kept, "admin")["password"]
    kept.unlink()

    demo.prepare()

    new = login_of(kept, "admin")["password"]
    assert new != old
    assert authenticate(username="admin", password=new) is not None


def test_a_broken_file_counts_as_lost(started, kept):
    kept.write_text("{")

    demo.prepare()

    assert authenticate(username="admin", password=login_of(kept, "admin")["password"])


def test_a_new_database_takes_the_kept_passwords(few_orders, kept):
    kept.write_text(
        json.dumps(
            {
                "base_url": "http://127.0.0.1:8000",
                "logins": [
                    {
                        "role": "admin",
                        "id": 99,
                        "name": "Olga Owner",
                        "identity": "admin@example.com",
                        "password": PASSWORD,
                    }
                ],
            }
        )
    )

    demo.prepare()

    admin = signed_in_by("admin@example.com", PASSWORD)
    assert login_of(kept, "admin")["id"] == admin.pk


def test_a_password_that_was_changed_since_stays(started, kept):
    admin = User.objects.get(username="admin")
    admin.set_password(PASSWORD)
    admin.save(update_fields=["password"])

    demo.prepare()

    assert authenticate(username="admin", password=PASSWORD) == admin


def test_a_database_with_orders_of_its_own_gets_no_demo_data(order, capsys):
    call_command("prepare_demo")

    assert Order.objects.count() == 1
    assert Worker.objects.count() == 0
    assert "holds orders of its own: no demo data was added" in capsys.readouterr().out


def test_an_admin_who_is_there_already_is_not_touched(owner, order, kept, capsys):
    call_command("prepare_demo")

    assert User.objects.filter(is_superuser=True).get() == owner
    assert authenticate(username="olga", password=PASSWORD) == owner
    assert json.loads(kept.read_text())["logins"] == []
    assert "admin  olga@example.com  password  as you have set it" in capsys.readouterr().out


def test_the_admin_is_who_the_environment_names_and_the_password_is_not_shown(
    settings, few_orders, kept, capsys
):
    settings.ADMIN_USERNAME = "boss"
    settings.ADMIN_EMAIL = "Boss@Example.com"
    settings.ADMIN_PASSWORD = PASSWORD

    call_command("prepare_demo")

    boss = signed_in_by("boss", PASSWORD)
    assert (boss.email, boss.is_superuser) == ("boss@example.com", True)
    assert PASSWORD not in kept.read_text() + capsys.readouterr().out


def test_an_admin_by_the_email_of_a_customer_is_refused_in_a_sentence(settings, customer):
    settings.ADMIN_EMAIL = customer.email

    with pytest.raises(CommandError) as caught:
        call_command("prepare_demo")

    assert str(caught.value) == (
        "asha@example.com or the user name admin belongs to somebody who is no active admin: "
        "name another by ADMIN_EMAIL and ADMIN_USERNAME."
    )
    assert Order.objects.count() == 0


def test_in_production_it_only_migrates(settings, kept, monkeypatch):
    calls = []
    monkeypatch.setattr(demo, "migrate", lambda: calls.append("migrate"))
    settings.PRODUCTION = True
    settings.SECRET_KEY = secrets.token_urlsafe(50)

    with pytest.raises(CommandError) as caught:
        call_command("prepare_demo")

    assert str(caught.value) == (
        "ENVIRONMENT=production: the database is migrated; demo data is never loaded there."
    )
    assert calls == ["migrate"]
    assert User.objects.count() == Order.objects.count() == 0
    assert not kept.exists()


def test_it_says_what_to_open_and_who_can_sign_in(started, kept, settings, capsys):
    order = Order.objects.get()
    worker = login_of(kept, "worker")

    call_command("prepare_demo")

    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert f"{settings.PUBLIC_URL}/ look up where an order stands" in lines
    assert f"{order.tracking_url} an order on its way, as its customer sees it" in lines
    assert f"{settings.PUBLIC_URL}/admin/ the shop, as its staff see it" in lines
    assert f"Sign in (kept in {kept})" in lines
    assert f"worker {worker['id']} dinesh@example.com PIN {worker['password']}" in lines
    assert lines[-1] == ".venv/bin/python manage.py roundtrip"


def test_a_database_that_cannot_be_used_is_told_in_a_sentence(monkeypatch):
    def fail():
        raise OperationalError(2002, "Can't connect to server")

    monkeypatch.setattr(demo, "migrate", fail)

    with pytest.raises(CommandError, match=r"^The database cannot be used: Can't connect"):
        call_command("prepare_demo")


def test_a_setting_that_cannot_be_read_stops_the_start(settings):
    settings.RATELIMITS = settings.RATELIMITS | {"auth": {"anyone": "often"}}
    with pytest.raises(SystemCheckError, match=r"rest\.E002"):
        call_command("prepare_demo")
    assert not Order.objects.exists()


def test_every_check_of_the_projects_own_runs_at_a_start():
    apps = {"config", "accounts", "catalog", "orders", "tracking", "workforce"}
    own = [check for check in registry.get_checks() if check.__module__.split(".")[0] in apps]
    assert check_rates in own
    assert [check for check in own if set(check.tags) <= CHECKS_OF_CODE] == []


def test_a_fresh_machine_gets_its_tables_too(tmp_path):
    environment = {
        "PATH": os.environ["PATH"],
        "ENV_FILE": os.devnull,
        "VAR_DIR": str(tmp_path),
        "PORT": "8123",
    }

    start = subprocess.run(
        [sys.executable, "manage.py", "prepare_demo"],
        cwd=BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert "http://127.0.0.1:8123/admin/" in start.stdout
    assert (tmp_path / "db.sqlite3").exists()
