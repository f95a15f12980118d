"""What the API remembers of the calls it answered."""

from django.db import models

from config.database import Exact


class IdempotencyKey(models.Model):
    """One answered `Idempotency-Key`, so that a repeated call gets the same answer.

    `subject` says what the kept answer speaks of (`order:<number>`): anonymising a
    customer finds the answers to blank by it.
    """

    key_hash = Exact(max_length=64, unique=True)
    body_hash = Exact(max_length=64)
    subject = Exact(max_length=70, db_index=True, blank=True)
    status = models.PositiveSmallIntegerField()
    answer = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    def __str__(self) -> str:
        return f"{self.subject or 'refusal'} ({self.status})"
