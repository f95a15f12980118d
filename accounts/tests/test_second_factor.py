"""The codes of a second factor: which let in, how often, and what wrong ones cost."""

import base64
import datetime
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.contrib.admin.models import LogEntry
from django.core import serializers
from django.utils import timezone
from django_otp.oath import totp

from accounts.enrolment import new_seed
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.second_factor import key_address, key_text, prove
from accounts.sessions import sign_in
from config.rest.refusals import Code, Refusal
from tests.cast import PASSWORD
from tests.phone import Phone, give_phone
from tests.threads import at_the_same_moment
from tests.unchanged import nothing_written

WRONG = "This code is not right, or was used before."


def refusal_of(call: Callable[[], object]) -> tuple[str, str]:
    """The code and the sentence of what is refused."""
    with pytest.raises(Refusal) as refused:
        call()
    return refused.value.code.value, refused.value.detail


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Stops the clock at the middle of a step, and sets it."""

    def set_to(seconds: float) -> None:
        for module in ("accounts.second_factor", "django_otp.oath"):
            monkeypatch.setattr(f"{module}.time", lambda: seconds)

    set_to(1_800_000_015)
    return set_to


@pytest.fixture
def phone(owner: User) -> Phone:
    """Olga's."""
    return give_phone(owner)


def wait_over(user: User) -> None:
    """Let the time pass that a wrong code costs."""
    long_ago = timezone.now() - datetime.timedelta(days=1)
    SecondFactor.objects.filter(user=user).update(throttling_failure_timestamp=long_ago)


# --- Codes of the app -----------------------------------------------------------------


@pytest.mark.parametrize("off", [-1, 0, 1])
def test_a_clock_may_be_a_step_off(off, clock, owner, phone):
    prove(user=owner, otp=phone.code(off=off))

    assert SecondFactor.objects.get().last_step == 1_800_000_000 // 30 + off


@pytest.mark.parametrize("off", [-2, 2])
def test_a_clock_that_is_two_steps_off_is_wrong(off, clock, owner, phone):
    assert refusal_of(lambda: prove(user=owner, otp=phone.code(off=off))) == ("otp_required", WRONG)
    assert SecondFactor.objects.get().last_step == -1


def test_a_clock_that_is_off_does_not_move_ours(clock, owner, phone):
    prove(user=owner, otp=phone.code(off=1))
    clock(1_800_000_015 + 60)
    assert refusal_of(lambda: prove(user=owner, otp=phone.code(off=2)))[1] == WRONG


def test_a_code_lets_in_once(clock, owner, phone):
    prove(user=owner, otp=phone.code())

    assert refusal_of(lambda: prove(user=owner, otp=phone.code())) == ("otp_required", WRONG)


def test_a_code_older_than_one_that_was_used_lets_nobody_in(clock, owner, phone):
    prove(user=owner, otp=phone.code())

    assert refusal_of(lambda: prove(user=owner, otp=phone.code(off=-1)))[1] == WRONG


def test_the_next_code_lets_in_again(clock, owner, phone):
    prove(user=owner, otp=phone.code())
    clock(1_800_000_015 + 30)
    prove(user=owner, otp=phone.code())


@pytest.mark.parametrize("write", ["{}-{}", " {} {} ", "{}\u00a0{}"])
def test_a_code_is_read_as_apps_show_it(write, owner, phone):
    code = phone.code()
    prove(user=owner, otp=write.format(code[:3], code[3:]))


@pytest.mark.parametrize("otp", ["", "  ", "-"])
def test_no_code_is_asked_for_and_counts_as_no_attempt(otp, owner, phone):
    with nothing_written():
        refused = refusal_of(lambda: prove(user=owner, otp=otp))
    assert refused == ("otp_required", Code.OTP_REQUIRED.label)


@pytest.mark.parametrize("otp", ["12345", "1234567", "abcdef", "١٢٣٤٥٦", "1e5"])
def test_what_is_no_code_is_a_wrong_one(otp, owner, phone):
    assert refusal_of(lambda: prove(user=owner, otp=otp)) == ("otp_required", WRONG)


def test_anothers_code_is_wrong(owner, phone, staff_without_permissions):
    other = give_phone(staff_without_permissions)

    assert refusal_of(lambda: prove(user=owner, otp=other.code()))[1] == WRONG


def test_who_has_no_second_factor_is_not_asked_for_it(customer):
    prove(user=customer, otp="")
    prove(user=customer, otp="123456")


# --- Wrong ones -----------------------------------------------------------------------


def test_a_wrong_code_makes_one_wait_twice_as_long_each_time(owner, phone):
    for failures, seconds in ((1, 1), (2, 2), (3, 4), (4, 8)):
        wait_over(owner)
        assert refusal_of(lambda: prove(user=owner, otp=phone.code(off=9)))[1] == WRONG
        assert SecondFactor.objects.get().throttling_failure_count == failures

        with pytest.raises(Refusal) as refused, nothing_written():
            prove(user=owner, otp=phone.code())
        assert refused.value.code == Code.RATE_LIMITED
        assert refused.value.headers == {"Retry-After": str(seconds)}


def test_after_the_wait_a_right_code_lets_in_and_ends_the_counting(owner, phone):
    refusal_of(lambda: prove(user=owner, otp=phone.code(off=9)))
    wait_over(owner)

    prove(user=owner, otp=phone.code())

    factor = SecondFactor.objects.get()
    assert (factor.throttling_failure_count, factor.throttling_failure_timestamp) == (0, None)


def test_nobody_is_kept_out_for_more_than_35_minutes(owner, phone):
    SecondFactor.objects.update(throttling_failure_count=12)
    wait_over(owner)

    refusal_of(lambda: prove(user=owner, otp=phone.code(off=9)))

    assert SecondFactor.objects.get().throttling_failure_count == 12
    with pytest.raises(Refusal) as refused:
        prove(user=owner, otp=phone.code())
    assert refused.value.headers == {"Retry-After": "2048"}


# --- Recovery codes -------------------------------------------------------------------


def test_a_recovery_code_lets_in_once(owner, phone):
    code = phone.recovery_codes[0]
    prove(user=owner, otp=code)

    assert refusal_of(lambda: prove(user=owner, otp=code)) == ("otp_required", WRONG)
    assert RecoveryCode.objects.filter(used_at=None).count() == 9


@pytest.mark.parametrize("write", [str.upper, lambda code: code.replace("-", " ")])
def test_a_recovery_code_is_read_as_people_write_it(write, owner, phone):
    prove(user=owner, otp=write(phone.recovery_codes[0]))


def test_anothers_recovery_code_is_wrong(owner, phone, staff_without_permissions):
    other = give_phone(staff_without_permissions)

    with nothing_written():
        assert refusal_of(lambda: prove(user=owner, otp=other.recovery_codes[0]))[1] == WRONG


def test_a_recovery_code_lets_in_while_one_of_the_app_would_have_to_wait(owner, phone):
    refusal_of(lambda: prove(user=owner, otp=phone.code(off=9)))

    prove(user=owner, otp=phone.recovery_codes[0])


def test_the_use_of_a_recovery_code_stands_in_the_history(owner, phone):
    prove(user=owner, otp=phone.recovery_codes[0])

    entry = LogEntry.objects.latest("pk")
    assert (entry.user, entry.object_id) == (owner, str(owner.pk))
    assert entry.change_message == "Used a recovery code; 9 are left."


# --- Secrets --------------------------------------------------------------------------


def test_the_database_holds_neither_the_key_nor_a_recovery_code(owner, phone):
    rows = serializers.serialize(
        "json", [*SecondFactor.objects.all(), *RecoveryCode.objects.all(), *LogEntry.objects.all()]
    )
    key = base64.b32decode(phone.key)
    for secret in (phone.key, key.hex(), *phone.recovery_codes):
        assert secret not in rows
        assert secret.replace("-", "") not in rows


def test_with_another_secret_key_the_seed_makes_another_key(settings):
    seed = new_seed()
    key = key_text(seed)
    settings.SECRET_KEY = "another"
    assert key_text(seed) != key


def test_the_address_is_one_that_apps_read(owner, settings, clock):
    settings.SHOP_NAME = "Wash & Go: Köln"
    seed = new_seed()
    parts = urlsplit(key_address(user=owner, seed=seed))
    told = {name: values[0] for name, values in parse_qs(parts.query).items()}

    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/Wash & Go  Köln:olga@example.com"
    assert told == {
        "secret": key_text(seed),
        "issuer": "Wash & Go  Köln",
        "digits": "6",
        "period": "30",
    }
    assert "+" not in parts.query
    assert len(base64.b32decode(told["secret"])) == 20


def test_codes_are_those_of_the_standard(clock):
    """RFC 6238, appendix B, with the last six of its eight digits."""
    clock(1_111_111_109)
    assert f"{totp(b'12345678901234567890'):06}" == "081804"


# --- At the same moment ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_sent_several_times_at_the_same_moment_lets_in_once(kind, owner):
    phone = give_phone(owner)
    otp = phone.code() if kind == "app" else phone.recovery_codes[0]

    def attempt() -> object:
        return sign_in(email="olga@example.com", password=PASSWORD, otp=otp)

    outcomes = at_the_same_moment(*[attempt] * 4)

    refused = [outcome for outcome in outcomes if isinstance(outcome, Refusal)]
    assert len(refused) == 3, outcomes
    assert owner.sessions.filter(revoked_at=None).count() == 1
    # Who comes after a wrong code of the app has to wait a second.
    expected = {Code.OTP_REQUIRED, Code.RATE_LIMITED} if kind == "app" else {Code.OTP_REQUIRED}
    assert {refusal.code for refusal in refused} <= expected
