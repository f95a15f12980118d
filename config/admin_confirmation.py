"""Asking before a button of the admin ends something: what it would end is listed."""

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

# So many rows can still be read before they are confirmed.
MOST_AT_ONCE = 500


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the page that asks was answered."""
    return request.method == "POST" and "confirmed" in request.POST


def confirmation(
    model_admin: ModelAdmin,
    request: HttpRequest,
    *,
    title: Any,
    effect: Any,
    lines: Iterable[Any],
    back: str,
    sent: Iterable[tuple[str, Any]] = (),
) -> TemplateResponse:
    """The page that asks: `title` says what is done, `effect` what follows from it.

    `lines` are what it is done to, `back` is where to go without doing it, and `sent` goes
    along, as names and values, when it is confirmed.
    """
    context = model_admin.admin_site.each_context(request) | {
        "opts": model_admin.opts,
        "title": title,
        "effect": effect,
        "lines": lines,
        "back": back,
        "sent": sent,
    }
    return TemplateResponse(request, "admin/confirmation.html", context)


def ask_for_many(
    model_admin: ModelAdmin,
    request: HttpRequest,
    rows: QuerySet,
    *,
    title: Any,
    effect: Any,
    line: Callable[[Any], Any],
) -> TemplateResponse | None:
    """The page that asks before a bulk action; nothing, but a message, for too many rows.

    `line` tells of a row. The answer comes back to the same action, as `is_confirmed`.
    """
    chosen = list(rows[: MOST_AT_ONCE + 1])
    if len(chosen) > MOST_AT_ONCE:
        text = _("Choose at most %(most)d at once: narrow the list down to them.")
        model_admin.message_user(request, text % {"most": MOST_AT_ONCE}, messages.ERROR)
        return None
    sent = [("action", request.POST["action"])]
    sent += [(ACTION_CHECKBOX_NAME, row.pk) for row in chosen]
    return confirmation(
        model_admin,
        request,
        title=title,
        effect=effect,
        lines=[line(row) for row in chosen],
        back=request.get_full_path(),
        sent=sent,
    )
