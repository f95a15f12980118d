"""The outbox in the admin: who was written to, and never what."""

from django.utils import timezone

from config.mail.models import OutgoingMail

LIST = "/admin/mail/outgoingmail/"


def _mail(recipient: str, **fields) -> OutgoingMail:
    return OutgoingMail.objects.create(
        recipient=recipient, subject="Set your password", text="the-secret-link", **fields
    )


def recipients(answer) -> list[str]:
    return [mail.recipient for mail in answer.context["cl"].result_list]


def test_the_text_with_its_links_is_not_shown(office, db):
    mail = _mail("asha@example.com", html="<a href='the-secret-link'>")

    for path in (LIST, f"{LIST}{mail.pk}/change/"):
        content = office.get(path).content.decode()
        assert "asha@example.com" in content
        assert "the-secret-link" not in content


def test_mails_are_found_by_recipient_and_by_whether_they_went_out(office, db):
    _mail("asha@example.com")
    _mail("bert@example.com", sent_at=timezone.now())

    assert recipients(office.get(LIST, {"q": "ASHA@"})) == ["asha@example.com"]
    assert recipients(office.get(LIST, {"sent_at__isempty": "1"})) == ["asha@example.com"]
    assert recipients(office.get(LIST, {"sent_at__isempty": "0"})) == ["bert@example.com"]
