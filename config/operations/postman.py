"""The Postman collection, made from the OpenAPI document: every call once, in an order that runs.

A run signs in as a new customer, a worker and staff, goes through an order's life and cleans up.
Each request is held against the statuses of the document; those on the way must succeed. The
collection's variables are set by who runs it: `base`, the worker's id and PIN, the admin's email
and password.
"""

import json
from typing import Any, NamedTuple

SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"


class Step(NamedTuple):
    """How a call is run: who makes it, what it sends, what of its answer is kept.

    `who` is a token's variable, `body` replaces the document's example, `keep` maps variables
    to JavaScript over `answer`, and `status` is the one that must come.
    """

    operation: str
    who: str = ""
    status: int = 200
    body: Any = None
    keep: dict[str, str] = {}
    path: dict[str, str] = {}


CUSTOMER, STAFF, WORKER = "customer_token", "staff_token", "worker_token"
NEW_CUSTOMER = {
    "name": "Asha Rao",
    "email": "asha.{{$randomUUID}}@example.com",
    "password": "a-copper-kettle",
}
SIGN_IN = {"email": "{{customer_email}}", "password": "a-copper-kettle"}
SERVICE = {"name": "Collection wash", "price": 12.5, "duration_minutes": 90}
ORDER = {"items": [{"service_id": "{{service_id}}", "quantity": 2}], "pickup_date": "2026-12-24"}
SCAN = {"order_number": "{{order_number}}", "action": "picked_up", "location": "Van 2"}
KEPT_ORDER = {"order_number": "answer.order_number", "order_id": "answer.id"}
OF_ORDER = {"id": "{{order_number}}", "form": "png", "order_id": "{{order_id}}"}
OF_SERVICE = {"id": "{{service_id}}"}
OF_CUSTOMER = {"id": "{{customer_id}}"}
OF_WORKER = {"id": "{{new_worker_id}}", "worker_id": "{{new_worker_id}}"}

STEPS = (
    Step("auth_login", "", 200, {"email": "{{admin_email}}", "password": "{{admin_password}}"},
         {"staff_token": "answer.access_token"}),
    Step("auth_register", "", 201, NEW_CUSTOMER,
         {"customer_token": "answer.access_token", "refresh_token": "answer.refresh_token",
          "customer_id": "answer.customer.id", "customer_email": "answer.customer.email"}),
    Step("auth_refresh", "", 200, {"refresh_token": "{{refresh_token}}"}),
    Step("auth_me", CUSTOMER),
    Step("auth_update_me", CUSTOMER, 200, {"phone": "+91 98450 12345"}),
    Step("auth_confirm_email", CUSTOMER, 400),
    Step("auth_change_password", CUSTOMER, 200,
         {"current_password": "a-copper-kettle", "new_password": "two-copper-kettles"}),
    Step("auth_request_reset", "", 202, {"email": "{{customer_email}}"}),
    Step("auth_reset_password", "", 400),
    Step("customer_list", STAFF),
    Step("customer_retrieve", CUSTOMER, path=OF_CUSTOMER),
    Step("customer_profile", CUSTOMER, path=OF_CUSTOMER),
    Step("customer_update_own", CUSTOMER),
    Step("customer_update_own_put", CUSTOMER),
    Step("customer_partial_update", CUSTOMER, path=OF_CUSTOMER),
    Step("customer_update_put", STAFF, path=OF_CUSTOMER),
    Step("service_create", STAFF, 201, SERVICE, {"service_id": "answer.id"}),
    Step("service_list"),
    Step("service_retrieve", path=OF_SERVICE),
    Step("service_update_put", STAFF, path=OF_SERVICE),
    Step("service_partial_update", STAFF, 200, {"price": 13}, path=OF_SERVICE),
    Step("order_create", CUSTOMER, 201, ORDER, KEPT_ORDER),
    Step("order_list", CUSTOMER),
    Step("order_retrieve", CUSTOMER, path=OF_ORDER),
    Step("order_update_put", CUSTOMER, path=OF_ORDER),
    Step("order_partial_update", CUSTOMER, path=OF_ORDER),
    Step("order_qr", CUSTOMER, path=OF_ORDER),
    Step("worker_login", "", 200, {"worker_id": "{{worker_id}}", "password": "{{worker_pin}}"},
         {"worker_token": "answer.worker_token"}),
    Step("worker_peek", WORKER, 200, {"order_number": "{{order_number}}"}),
    Step("worker_scan", WORKER, 200, SCAN),
    Step("worker_scans", WORKER, 200, {"scans": [SCAN | {"action": "processing"}]}),
    Step("track_list", STAFF),
    Step("track_of_order", CUSTOMER, path=OF_ORDER),
    Step("order_undo", STAFF, path=OF_ORDER),
    Step("order_destroy", STAFF, path=OF_ORDER),
    Step("order_restore", STAFF, path=OF_ORDER),
    Step("own_device_list", WORKER, keep={"device_id": "answer[0].id"}),
    Step("worker_register", STAFF, 201, {"name": "Ravi Kumar", "password": "482913"},
         {"new_worker_id": "answer.id"}),
    Step("worker_list", STAFF),
    Step("worker_retrieve", STAFF, path=OF_WORKER),
    Step("worker_update_put", STAFF, 200, {"name": "Ravi K."}, path=OF_WORKER),
    Step("worker_partial_update", STAFF, path=OF_WORKER),
    Step("worker_device_list", STAFF, keep={"new_device_id": "answer[0].id"}, path=OF_WORKER),
    Step("worker_device_destroy", STAFF, path=OF_WORKER | {"id": "{{new_device_id}}"}),
    Step("worker_destroy", STAFF, path=OF_WORKER),
    Step("own_device_destroy", WORKER, path={"id": "{{device_id}}"}),
    Step("worker_logout", WORKER, 401),
    Step("service_destroy", STAFF, 409, path=OF_SERVICE),
    Step("customer_destroy", STAFF, 409, path=OF_CUSTOMER),
    Step("auth_logout", CUSTOMER),
)  # fmt: skip
VARIABLES = ("base", "worker_id", "worker_pin", "admin_email", "admin_password")


def _operations(document: dict[str, Any]) -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Every operation of the document by its id: method, path, description."""
    return {
        operation["operationId"]: (method.upper(), path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if isinstance(operation, dict) and "operationId" in operation
    }


def _example(operation: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    examples = list(content.get("examples", {}).values())
    return examples[0]["value"] if examples else None


def _test(step: Step, documented: list[int]) -> list[str]:
    """The JavaScript that holds an answer against the document and keeps what is needed."""
    lines = [
        f'pm.test("{step.operation} answers {step.status}", () => {{',
        f"  pm.expect({documented}).to.include(pm.response.code);",
        f"  pm.expect(pm.response.code).to.equal({step.status});",
        "});",
    ]
    if step.keep:
        lines.append("const answer = pm.response.json();")
        lines += [f'pm.collectionVariables.set("{n}", {value});' for n, value in step.keep.items()]
    return lines


def _item(step: Step, method: str, path: str, operation: dict[str, Any]) -> dict[str, Any]:
    """One request of the collection."""
    for name, value in step.path.items():
        path = path.replace(f"{{{name}}}", value)
    body = step.body if step.body is not None else _example(operation)
    request: dict[str, Any] = {
        "method": method,
        "url": "{{base}}" + path,
        "description": operation.get("description", ""),
        "header": [],
    }
    if step.who:
        token = f"Bearer {{{{{step.who}}}}}"
        request["header"].append({"key": "Authorization", "value": token})
    if "requestBody" in operation and body is not None:
        options = {"raw": {"language": "json"}}
        request["header"].append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {"mode": "raw", "raw": _json(body), "options": options}
    documented = sorted(int(status) for status in operation["responses"])
    script = {"type": "text/javascript", "exec": _test(step, documented)}
    return {
        "name": operation.get("summary") or step.operation,
        "request": request,
        "event": [{"listen": "test", "script": script}],
    }


def _json(body: Any) -> str:
    return json.dumps(body, indent=2)


def collection(document: dict[str, Any]) -> dict[str, Any]:
    """The collection of a document; raises ValueError unless each call is run exactly once."""
    operations = _operations(document)
    run = [step.operation for step in STEPS]
    if sorted(run) != sorted(operations):
        raise ValueError(f"Not each call is run once: {sorted(set(run) ^ set(operations))}")
    return {
        "info": {
            "name": document["info"]["title"],
            "description": document["info"]["description"],
            "schema": SCHEMA,
        },
        "item": [_item(step, *operations[step.operation]) for step in STEPS],
        "variable": [{"key": name, "value": ""} for name in VARIABLES],
    }
