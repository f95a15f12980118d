"""Setting a second factor up, taking it away, and recovery codes."""

from collections.abc import Callable

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from accounts.enrolment import (
    RECOVERY_CODES,
    new_seed,
    renew_recovery_codes,
    reset,
    switch_off,
    switch_on,
)
from accounts.links import SET_PASSWORD, uid_of
from accounts.models import RecoveryCode, SecondFactor, Session, User
from accounts.passwords import reset_password
from accounts.second_factor import key_text, prove, recovery_codes_left
from accounts.sessions import open_session
from config.rest.refusals import Code, Refusal
from tests.admin import office_of
from tests.cast import PASSWORD
from tests.phone import Phone, code_of, give_phone
from tests.threads import at_the_same_moment
from tests.unchanged import nothing_written


def code_refused(call: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code


@pytest.fixture
def phone(owner: User) -> Phone:
    """Olga's."""
    return give_phone(owner)


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


# --- Switching on ---------------------------------------------------------------------


def test_it_is_set_up_by_the_first_code_of_the_app(owner):
    seed = new_seed()
    codes = switch_on(user=owner, seed=seed, password=PASSWORD, otp=code_of(key_text(seed)))

    kept = User.objects.get()
    assert kept.second_factor_at is not None
    assert kept.second_factor.seed == seed
    assert len(set(codes)) == recovery_codes_left(owner) == RECOVERY_CODES
    assert LogEntry.objects.get().change_message == "Set a second factor up."


def test_the_code_that_set_it_up_lets_nobody_in(owner):
    seed = new_seed()
    otp = code_of(key_text(seed))
    switch_on(user=owner, seed=seed, password=PASSWORD, otp=otp)

    assert code_refused(lambda: prove(user=owner, otp=otp)) == Code.OTP_REQUIRED


@pytest.mark.parametrize(
    ("password", "off", "code"),
    [("wrong", 0, Code.BAD_PASSWORD), (PASSWORD, 9, Code.OTP_REQUIRED)],
)
def test_a_wrong_password_or_code_sets_nothing_up(password, off, code, owner):
    seed = new_seed()
    otp = code_of(key_text(seed), off=off)

    with nothing_written():
        refused = code_refused(lambda: switch_on(user=owner, seed=seed, password=password, otp=otp))
    assert refused == code


def test_a_second_one_beside_it_is_refused(owner, phone):
    seed = new_seed()
    otp = code_of(key_text(seed))

    with nothing_written():
        refused = code_refused(lambda: switch_on(user=owner, seed=seed, password=PASSWORD, otp=otp))
    assert refused == Code.IN_USE


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_is_set_up(owner):
    seeds = [new_seed(), new_seed()]

    def attempt(seed: str) -> Callable[[], object]:
        user = User.objects.get()
        otp = code_of(key_text(seed))
        return lambda: switch_on(user=user, seed=seed, password=PASSWORD, otp=otp)

    outcomes = at_the_same_moment(*map(attempt, seeds))

    [refused] = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert refused.code == Code.IN_USE
    winner = seeds[1 - outcomes.index(refused)]
    assert SecondFactor.objects.get().seed == winner
    assert RecoveryCode.objects.count() == RECOVERY_CODES


@pytest.mark.parametrize("change", [give_phone, lambda user: reset(user=user, by=user)])
def test_every_session_that_was_opened_before_ends(change, owner, staff_without_permissions):
    give_phone(staff_without_permissions)
    session = open_session(user=staff_without_permissions)
    browser = office_of(User.objects.get(pk=staff_without_permissions.pk))
    others = office_of(owner)
    open_session(user=owner)
    assert is_in(browser)
    if change is give_phone:
        reset(user=staff_without_permissions, by=owner)

    change(staff_without_permissions)

    assert session.user.sessions.get().revoked_at is not None
    assert not is_in(browser)
    assert is_in(others)
    assert Session.objects.get(user=owner).revoked_at is None


# --- Recovery codes -------------------------------------------------------------------


def test_new_recovery_codes_end_the_old_ones(owner, phone):
    codes = renew_recovery_codes(user=owner, password=PASSWORD, otp=phone.code())

    assert recovery_codes_left(owner) == RECOVERY_CODES
    old = phone.recovery_codes[0]
    assert code_refused(lambda: prove(user=owner, otp=old)) == Code.OTP_REQUIRED
    prove(user=owner, otp=codes[0])
    messages = LogEntry.objects.order_by("pk").values_list("change_message", flat=True)
    assert "Made new recovery codes." in messages


def test_a_recovery_code_gives_new_ones_too(owner, phone):
    renew_recovery_codes(user=owner, password=PASSWORD, otp=phone.recovery_codes[0])
    assert recovery_codes_left(owner) == RECOVERY_CODES


@pytest.mark.parametrize("verb", [renew_recovery_codes, switch_off])
def test_a_wrong_password_or_code_changes_nothing(verb, owner, phone):
    with nothing_written():
        wrong = code_refused(lambda: verb(user=owner, password="wrong", otp=phone.code()))
    assert wrong == Code.BAD_PASSWORD

    with nothing_written(but=(SecondFactor,)):  # The attempt is counted.
        wrong = code_refused(lambda: verb(user=owner, password=PASSWORD, otp=phone.code(off=9)))
    assert wrong == Code.OTP_REQUIRED
    assert SecondFactor.objects.get().throttling_failure_count == 1


def test_without_a_second_factor_there_are_no_recovery_codes(owner):
    with nothing_written():
        refused = code_refused(lambda: renew_recovery_codes(user=owner, password=PASSWORD, otp="1"))
    assert refused == Code.NOT_FOUND


# --- Switching off --------------------------------------------------------------------


def test_switched_off_it_leaves_nothing_behind(owner, phone):
    switch_off(user=owner, password=PASSWORD, otp=phone.code())

    assert User.objects.get().second_factor_at is None
    assert not SecondFactor.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert LogEntry.objects.latest("pk").change_message == "Took the second factor away."


def test_a_reset_tells_who_did_it(owner, staff_without_permissions):
    give_phone(staff_without_permissions)

    assert reset(user=staff_without_permissions, by=owner)

    entry = LogEntry.objects.latest("pk")
    assert (entry.user, entry.object_id) == (owner, str(staff_without_permissions.pk))


def test_where_there_is_none_a_reset_changes_nothing(owner):
    with nothing_written():
        assert not reset(user=owner, by=owner)
    assert not LogEntry.objects.exists()


def test_after_it_another_can_be_set_up(owner, phone):
    reset(user=owner, by=owner)
    prove(user=owner, otp=give_phone(owner).code())


def test_a_new_password_does_not_switch_it_off(owner, phone):
    user = User.objects.get()
    reset_password(
        uid=uid_of(user),
        token=SET_PASSWORD.tokens.make_token(user),
        new_password="a-tin-kettle-whistles",
    )

    assert User.objects.get().second_factor_at is not None
    prove(user=User.objects.get(), otp=phone.code())
