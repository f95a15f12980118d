"""`docs/errors.md` shows the errors as the API answers them."""

import json
import re

import pytest

from config.env import BASE_DIR
from config.rest.refusals import STATUS, Code
from orders.models import Order

PAGE = (BASE_DIR / "docs" / "errors.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| `(\w+)` \| (\d{3}) \| \S.*\S \|$", re.MULTILINE)
EXAMPLE = re.compile(r"```json\n(.*?)```", re.DOTALL)


def test_the_page_lists_every_code_with_its_status_in_the_order_of_the_code():
    rows = [(code, int(status)) for code, status in ROW.findall(PAGE)]

    assert rows == [(code.value, STATUS[code]) for code in Code]


@pytest.mark.django_db(transaction=True)
def test_the_example_is_what_the_api_answers(order, as_worker):
    example = json.loads(EXAMPLE.findall(PAGE)[0])
    Order.objects.update(order_number="K7PXMQ42RD", status="delivered")

    answer = as_worker.post(
        "/api/v1/workers/scan",
        {"order_number": "K7PXMQ42RD", "action": "picked_up"},
        format="json",
        headers={"X-Request-ID": example["request_id"]},
    )

    assert answer.status_code == example["status"]
    assert answer.json() == example
