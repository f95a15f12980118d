"""What pages say of the shop."""

from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import translation

from config.shop_tags import money


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("0"), "EUR 0.00"),
        (Decimal("12.5"), "EUR 12.50"),
        (Decimal("1234567.89"), "EUR 1,234,567.89"),
    ],
)
def test_money_has_its_currency_and_two_decimals_and_can_be_read(settings, amount, text):
    settings.CURRENCY = "EUR"
    template = Template("{% load shop %}{{ amount|money }}")
    assert template.render(Context({"amount": amount})) == text


def test_money_in_hindi_is_read_by_lakh_and_crore(settings):
    settings.CURRENCY = "INR"
    with translation.override("hi"):
        assert money(Decimal("12345678.9")) == "INR 1,23,45,678.90"
