"""The outbox: mails that stand in the database before anybody tries to send them."""

from django.db import models
from django.utils import timezone

from config.database import Exact


class OutgoingMail(models.Model):
    """A mail, written in the transaction of the change it tells of.

    A mail server that is down loses nothing: the row waits for its next attempt.
    """

    recipient = Exact(max_length=255, db_index=True)
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        # What is due: among the unsent, by time; a growing past costs it nothing.
        indexes = [models.Index(fields=["sent_at", "next_attempt_at"], name="mail_due")]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.recipient}"
