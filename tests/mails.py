"""Reading the mails that a test caused."""

import re
from typing import NamedTuple

from django.conf import settings

from config.mail.models import OutgoingMail


class Link(NamedTuple):
    """A mailed link: its path, and what the API takes of it."""

    path: str
    uid: str
    token: str

    @property
    def body(self) -> dict[str, str]:
        """The fields of a call that follows this link."""
        return {"uid": self.uid, "token": self.token}


def mails() -> list[tuple[str, str]]:
    """All mails so far, first to last: recipient and subject."""
    return list(OutgoingMail.objects.order_by("id").values_list("recipient", "subject"))


def link_in(mail: OutgoingMail) -> Link:
    """The one link below PUBLIC_URL that a mail's text holds."""
    [found] = re.findall(
        rf"{re.escape(settings.PUBLIC_URL)}(/account/\w+/([^/\s]+)/([^/\s]+))$",
        mail.text,
        re.MULTILINE,
    )
    return Link(*found)


def last_link() -> Link:
    """The link in the newest mail."""
    return link_in(OutgoingMail.objects.order_by("id").last() or OutgoingMail())
