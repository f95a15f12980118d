"""The outbox: mails that stand in the database before anybody tries to send them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.database import Exact


class OutgoingMail(models.Model):
    """A mail, written in the transaction of the change it tells of.

    A mail server that is down loses nothing: the row waits for its next attempt.
    """

    recipient = Exact(_("recipient"), max_length=255, db_index=True)
    subject = models.CharField(_("subject"), max_length=255)
    text = models.TextField(_("text"))
    html = models.TextField(_("HTML"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_attempt_at = models.DateTimeField(_("next attempt"), default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("outgoing mail")
        verbose_name_plural = _("outgoing mails")
        # What is due: among the unsent, by time; a growing past costs it nothing.
        indexes = [models.Index(fields=["sent_at", "next_attempt_at"], name="mail_due")]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.recipient}"
