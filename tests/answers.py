"""What every refusal must look like, whoever gives it."""

from typing import Any

from config.rest.refusals import STATUS, Code

PROBLEM_KEYS = {"type", "title", "status", "detail", "code", "msg", "request_id"}


def assert_problem(
    response: Any, code: str, *, fields: set[str] | None = None, status: int | None = None
) -> dict[str, Any]:
    """Hold a v1 answer against RFC 9457 and the contract; give its body for more.

    `fields` are the names under `errors` (all of them); without it there is no `errors`.
    The status is the code's own unless another is given. Members that belong to one
    refusal only (`order`, say) are the caller's to check.
    """
    code = Code(code)
    status = STATUS[code] if status is None else status
    body: dict[str, Any] = response.json()
    assert (response.status_code, body["code"]) == (status, code.value), body
    assert response["Content-Type"] == "application/problem+json"
    assert body.keys() >= PROBLEM_KEYS
    assert body["type"] == f"about:blank#{code.value}"
    assert body["title"] == str(code.label)
    assert body["status"] == status
    assert body["detail"]
    assert body["detail"] == body["msg"]
    assert body["request_id"] == response["X-Request-ID"]
    assert body.get("errors", {}).keys() == (fields or set()), body.get("errors")
    assert all(isinstance(text, str) for texts in body.get("errors", {}).values() for text in texts)
    assert response.get("WWW-Authenticate") == ("Bearer" if status == 401 else None)
    return body


def assert_legacy_error(response: Any, status: int, text: str) -> None:
    """Hold an answer on an old client's path against its one shape, exactly."""
    assert (response.status_code, response.json()) == (status, {"error": text, "msg": text})
    assert response["Content-Type"] == "application/json"
