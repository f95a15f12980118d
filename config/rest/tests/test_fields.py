"""Strict fields: JSON types are taken at their word."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from rest_framework import serializers

from config.rest.fields import (
    MAX_INTEGER,
    Boolean,
    Choice,
    Email,
    Instant,
    Integer,
    Money,
    Phone,
    RawText,
    Secret,
    Text,
    Uuid,
    utc_text,
)

NO_STRINGS = [0, 1, -1, 1.5, True, False, [], ["x"], {}, {"a": "b"}, 10**30]
NO_TEXT = ["a\x00b", "\x00", "\ud800", "ok \udfff"]


def read(field: serializers.Field, value: Any) -> Any:
    return field.run_validation(value)


def assert_refused(field: serializers.Field, value: Any) -> None:
    with pytest.raises(serializers.ValidationError):
        read(field, value)


@pytest.mark.parametrize("field_class", [Text, Email, Phone, RawText, Secret, Uuid, Instant])
@pytest.mark.parametrize("value", [*NO_STRINGS, None])
def test_a_text_takes_nothing_but_a_string(
    field_class: type[serializers.Field], value: Any
) -> None:
    assert_refused(field_class(), value)


@pytest.mark.parametrize("field_class", [Text, Email, Phone, RawText, Secret])
@pytest.mark.parametrize("value", ["", *NO_TEXT])
def test_a_text_holds_characters_that_every_database_can_keep(
    field_class: type[serializers.Field], value: str
) -> None:
    assert_refused(field_class(), value)


@pytest.mark.parametrize("value", NO_STRINGS)
def test_the_refusal_of_a_text_says_what_is_wanted(value: Any) -> None:
    with pytest.raises(serializers.ValidationError) as refused:
        read(Text(), value)
    assert refused.value.detail == ["A string is required."]


def test_a_text_loses_the_blanks_around_it() -> None:
    assert read(Text(), " \t a  b \n") == "a  b"


def test_a_text_of_blanks_is_blank() -> None:
    assert_refused(Text(), "   ")
    assert read(Text(allow_blank=True), "   ") == ""


def test_a_text_is_measured_in_characters_and_without_its_blanks() -> None:
    assert read(Text(max_length=3), "  \U0001f9e6ßé  ") == "\U0001f9e6ßé"
    assert_refused(Text(max_length=3), "abcd")


class Legacy(serializers.Serializer):
    text = Text()


@pytest.mark.parametrize(("value", "text"), [(5, "5"), (12.5, "12.5"), (0, "0"), ("x", "x")])
def test_old_clients_numbers_are_read_as_text(value: Any, text: str) -> None:
    serializer = Legacy(data={"text": value}, context={"legacy": True})
    assert serializer.is_valid()
    assert serializer.validated_data == {"text": text}


@pytest.mark.parametrize("value", [True, False, [], {}])
def test_old_clients_booleans_and_lists_are_no_text(value: Any) -> None:
    assert not Legacy(data={"text": value}, context={"legacy": True}).is_valid()


def test_an_email_is_stripped_and_in_lower_case_and_nothing_else() -> None:
    assert read(Email(), " Dora.Dahl+Wash@Example.COM ") == "dora.dahl+wash@example.com"
    assert read(Email(), "dora@straße.example") == "dora@straße.example"


@pytest.mark.parametrize(
    "value", ["dora", "@example.com", "dora@", "a b@example.com", "d@e", "a@b.c" + "c" * 260]
)
def test_what_is_no_email_is_refused(value: str) -> None:
    assert_refused(Email(), value)


@pytest.mark.parametrize("value", ["+91 98450-12345", "(030) 555/6789", "020.7946.0018"])
def test_a_phone_number_is_kept_as_people_write_it(value: str) -> None:
    assert read(Phone(), value) == value


@pytest.mark.parametrize("value", ["call me", "１２３", "12345x", "1" * 33, "123\n456"])
def test_what_is_no_phone_number_is_refused(value: str) -> None:
    assert_refused(Phone(), value)


def test_the_blanks_of_a_raw_text_and_a_secret_count() -> None:
    assert read(RawText(), " a ") == " a "
    assert read(Secret(), " a ") == " a "


def test_a_secret_has_at_most_256_characters() -> None:
    assert read(Secret(), "x" * 256) == "x" * 256
    assert_refused(Secret(), "x" * 257)


def test_a_uuid_is_read_from_text() -> None:
    text = "0193f2a4-6f1b-7c3d-8e5f-0123456789ab"
    assert read(Uuid(), text) == uuid.UUID(text)
    assert_refused(Uuid(), "0193f2a4")


@pytest.mark.parametrize(("value", "number"), [(1, 1), ("1", 1), (-3, -3), (" 7 ", 7), ("007", 7)])
def test_an_integer_may_come_as_a_string(value: Any, number: int) -> None:
    assert read(Integer(), value) == number


@pytest.mark.parametrize(("value", "number"), [(1.0, 1), (-3.0, -3), (1e15, 10**15)])
def test_an_integer_may_come_with_a_fraction_of_zero(value: float, number: int) -> None:
    assert read(Integer(), value) == number
    assert type(read(Integer(), value)) is int


@pytest.mark.parametrize(
    "value",
    [
        True,
        False,
        None,
        1.5,
        "1.5",
        "1.0",
        "",
        "x",
        "1_000",
        "٣",
        "1e3",
        "0x1",
        "NaN",
        [1],
        {},
    ],
)
def test_what_only_resembles_an_integer_is_refused(value: Any) -> None:
    assert_refused(Integer(), value)


def test_an_integer_has_at_most_64_bits() -> None:
    assert read(Integer(), MAX_INTEGER) == 2**63 - 1
    for beyond in (2**63, -(2**63) - 1, 10**30, 1e30, 1e300, "9" * 30, "9" * 5000):
        assert_refused(Integer(), beyond)


@pytest.mark.parametrize(
    ("value", "amount"),
    [(12.5, "12.5"), ("12.50", "12.50"), (4, "4"), (0, "0"), ("0.01", "0.01"), (99999999.99,) * 2],
)
def test_money_may_come_as_a_string(value: Any, amount: Any) -> None:
    assert read(Money(), value) == Decimal(str(amount))


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        -0.01,
        "-1",
        0.001,
        "1.005",
        100000000,
        1e300,
        10**30,
        float("nan"),
        float("inf"),
        "NaN",
        "Infinity",
        "1_0",
        "1e2",
        "٣",
        "1,50",
        "",
        "x",
        [],
        {},
    ],
)
def test_what_is_no_amount_of_money_is_refused(value: Any) -> None:
    assert_refused(Money(), value)


def test_a_boolean_is_true_or_false() -> None:
    assert read(Boolean(), True) is True
    assert read(Boolean(), False) is False


@pytest.mark.parametrize("value", ["true", "false", "1", 1, 0, "on", "yes", "", None, [], {}, 1.0])
def test_what_only_resembles_a_boolean_is_refused(value: Any) -> None:
    assert_refused(Boolean(), value)


def test_a_choice_is_one_of_its_list() -> None:
    assert read(Choice(choices=[("on", "On"), ("off", "Off")]), "off") == "off"


@pytest.mark.parametrize("value", [*NO_STRINGS, *NO_TEXT, None, "", "On", " on", "other"])
def test_what_is_not_in_the_list_is_no_choice(value: Any) -> None:
    assert_refused(Choice(choices=[("on", "On"), ("off", "Off")]), value)


def test_the_refusal_of_a_choice_tells_the_list_and_not_what_was_sent() -> None:
    """What was sent may be a lone surrogate, which no answer can hold."""
    with pytest.raises(serializers.ValidationError) as refusal:
        read(Choice(choices=[("on", "On"), ("off", "Off")]), "\ud800")
    assert [str(text) for text in refusal.value.detail] == ["Send one of: on, off."]


def moment(*parts: int) -> datetime.datetime:
    return datetime.datetime(*parts, tzinfo=datetime.UTC)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("text", "read_as"),
    [
        ("2026-12-24T18:30:00Z", moment(2026, 12, 24, 18, 30)),
        ("2026-12-24T18:30:00+05:30", moment(2026, 12, 24, 13, 0)),
        ("2026-12-24T00:30:00+05:30", moment(2026, 12, 23, 19, 0)),
        (" 2026-12-24 18:30Z ", moment(2026, 12, 24, 18, 30)),
    ],
)
def test_a_moment_with_an_offset_is_converted(text: str, read_as: datetime.datetime) -> None:
    assert read(Instant(), text) == read_as


def test_a_moment_without_an_offset_is_read_in_the_shops_time(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Kolkata"
    assert read(Instant(), "2026-12-24T18:30:00") == moment(2026, 12, 24, 13, 0)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "tomorrow",
        "2026-13-01T00:00:00Z",
        "2026-02-30T00:00:00Z",
        "2026-12-24T25:00:00Z",
        "24.12.2026",
        "1766601000",
        "0001-01-01T00:00:00+23:00",
        "9999-12-31T23:59:59-23:00",
        "0001-01-01T00:00:00Z",
        "1969-12-31T23:59:59Z",
        "3000-01-01T00:00:00Z",
        "\ud800",
    ],
)
def test_what_is_no_moment_of_our_time_is_refused(value: str) -> None:
    assert_refused(Instant(), value)


def test_a_moment_is_answered_in_utc_with_z() -> None:
    kolkata = datetime.timezone(datetime.timedelta(hours=5, minutes=30))
    given = datetime.datetime(2026, 12, 24, 18, 30, tzinfo=kolkata)
    assert utc_text(given) == "2026-12-24T13:00:00Z"
    assert Instant().to_representation(given) == "2026-12-24T13:00:00Z"
    assert Instant().to_representation(None) is None
