"""How the tests of the order endpoints call them."""

from typing import Any

from accounts.models import User
from orders.models import Order, OrderLine
from tests.answers import assert_problem
from tracking.models import Track

URL = "/api/v1/orders"
GUEST: dict[str, Any] = {
    "name": "Gita Guest",
    "email": "gita@example.com",
    "phone": "+91 80 1234 5678",
}
ORDER_KEYS = {
    "id",
    "order_number",
    "customer_id",
    "service_id",
    "service_name",
    "items",
    "name",
    "email",
    "phone",
    "pickup_date",
    "instructions",
    "total_cost",
    "status",
    "qr_code_path",
    "tracking_url",
    "version",
    "created_at",
    "updated_at",
}


def placed(client: Any, **body: Any) -> dict[str, Any]:
    """The answer to an order that must be placed."""
    response = client.post(URL, body, format="json")
    assert response.status_code == 201, response.content
    answer: dict[str, Any] = response.json()
    assert answer.keys() == ORDER_KEYS
    return answer


def refused(client: Any, code: str, fields: set[str] | None = None, **body: Any) -> dict[str, Any]:
    """The answer to an order that must be refused, after which there is nothing."""
    response = client.post(URL, body, format="json")
    answer = assert_problem(response, code, fields=fields)
    assert not Order.objects.exists()
    assert not OrderLine.objects.exists()
    assert not Track.objects.exists()
    assert not User.objects.filter(email=GUEST["email"]).exists()
    return answer
