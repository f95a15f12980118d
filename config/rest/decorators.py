"""The API's manners for plain Django views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.http import ConditionalGetMiddleware
from django.shortcuts import render
from django.utils.decorators import decorator_from_middleware

from config.rest.errors import error_response
from config.rest.limits import hold
from config.rest.paths import is_api
from config.rest.principals import principal_of
from config.rest.refusals import Refusal

# What is said of the call, and stands on a 304 as on any other answer.
_OF_THE_CALL = ("RateLimit", "RateLimit-Policy", "Link", "Deprecation", "Sunset")


class _ConditionalGet(ConditionalGetMiddleware):
    """Django's `ETag` and 304 for a GET; its 304 says of the call what a 200 would say."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        answer = super().process_response(request, response)
        for name in _OF_THE_CALL:
            if name in response:
                answer.headers.setdefault(name, response[name])
        return answer


conditional_call = decorator_from_middleware(_ConditionalGet)


def limited(
    policy: str, endpoint: str, account_field: str = ""
) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Hold a plain Django view to a limit; past it, a page (or JSON) says when to return."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            account = request.POST.get(account_field, "") if account_field else ""
            principal = principal_of(request)
            try:
                headers = hold(
                    request,
                    principal=principal,
                    policy=policy,
                    endpoint=endpoint,
                    account=account,
                )
            except Refusal as refusal:
                return _refused(request, refusal)
            response = view(request, *args, **kwargs)
            for name, value in headers.items():
                response.headers.setdefault(name, value)
            return response

        return wrapper

    return decorate


def _refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    if is_api(request.path) or not request.accepts("text/html"):
        return error_response(refusal, request)
    context = {"minutes": -(-int(refusal.headers["Retry-After"]) // 60)}
    response = render(request, "429.html", context, status=429)
    for name, value in refusal.headers.items():
        response[name] = value
    return response
