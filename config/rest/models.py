"""What the API remembers of the calls it answered."""

import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.database import Exact


class IdempotencyKey(models.Model):
    """One answered `Idempotency-Key`, so that a repeated call gets the same answer.

    `subject` says what the kept answer speaks of (`order:<number>`): anonymising a
    customer finds the answers to blank by it.
    """

    key_hash = Exact(_("key hash"), max_length=64, unique=True)
    body_hash = Exact(_("body hash"), max_length=64)
    subject = Exact(_("subject"), max_length=70, db_index=True, blank=True)
    status = models.PositiveSmallIntegerField(_("status"))
    answer = models.JSONField(_("answer"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True, db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")

    KEPT_FOR = datetime.timedelta(hours=24)

    def __str__(self) -> str:
        return f"{self.subject or 'refusal'} ({self.status})"
