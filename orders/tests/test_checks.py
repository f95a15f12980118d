"""Each check of the settings of orders, with its id and its hint."""

from typing import Any

from orders import checks


def test_the_old_text_in_qr_codes_is_warned_of(settings: Any):
    settings.QR_PAYLOAD = "legacy"
    (warning,) = checks.check_qr_payload(None)
    assert (warning.id, warning.msg) == (
        "orders.W001",
        "Every QR image holds its customer's email, the public one too.",
    )
    assert "QR_PAYLOAD" in (warning.hint or "")


def test_the_tracking_address_in_qr_codes_is_right(settings: Any):
    settings.QR_PAYLOAD = "url"
    assert checks.check_qr_payload(None) == []
