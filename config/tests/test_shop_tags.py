"""What pages say of the shop."""

from decimal import Decimal

import pytest
from django.template import Context, Template


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
