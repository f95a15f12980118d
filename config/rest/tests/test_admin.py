"""Kept answers in the admin: that there is one, and never what it says."""

from config.rest.models import IdempotencyKey

LIST = "/admin/rest/idempotencykey/"


def test_kept_answers_are_found_by_order_number_and_not_shown(office, db):
    for number in ("K7PXMQ42RD", "B2CDEFGH34"):
        IdempotencyKey.objects.create(
            key_hash=number,
            body_hash="b",
            subject=f"order:{number}",
            status=201,
            answer={"body": "the-secret-token"},
        )

    page = office.get(LIST, {"q": " k7pxmq42rd "})

    [key] = page.context["cl"].result_list
    assert key.subject == "order:K7PXMQ42RD"
    for path in (LIST, f"{LIST}{key.pk}/change/"):
        assert "the-secret-token" not in office.get(path).content.decode()
