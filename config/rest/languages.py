"""Whose language an answer is in: the reader's, or English where the path has no other."""

from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from config.rest.paths import is_english

ENGLISH = "en"
_reader: ContextVar[str] = ContextVar("language_of_reader", default="")


def language_of_reader() -> str:
    """The language of who calls, also by an old client; outside requests the shop's."""
    return _reader.get() or settings.LANGUAGE_CODE


class LanguageMiddleware(LocaleMiddleware):
    """Django's choice: the switch's cookie, then `Accept-Language`, then the shop's.

    It stands outside all that may refuse, and every request sets its language: none gets
    that of the one before it in its thread.
    """

    def __call__(self, request: HttpRequest) -> Any:
        """Remember who reads, for the mails, while the answer is made."""
        token = _reader.set(translation.get_language_from_request(request))
        try:
            return super().__call__(request)
        finally:
            _reader.reset(token)

    def process_request(self, request: HttpRequest) -> None:
        """Speak the reader's language from here on, or English."""
        super().process_request(request)
        if is_english(request.path):
            translation.activate(ENGLISH)
            request.LANGUAGE_CODE = ENGLISH

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        """Say the language, and what it was chosen by; English paths vary by neither."""
        if is_english(request.path):
            return response
        patch_vary_headers(response, ("Cookie",))
        return super().process_response(request, response)


@csrf_exempt  # A token would set a cookie, and change the ETag of every page with the switch.
@require_POST
def switch_language(request: HttpRequest) -> HttpResponse:
    """`POST /language/`: read on in another language; raises PermissionDenied across sites."""
    if request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none"):
        raise PermissionDenied
    return set_language(request)
