"""The API's manners for plain Django views."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from config.rest.errors import error_response, is_api
from config.rest.limits import hold
from config.rest.principals import principal_of
from config.rest.refusals import Refusal


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
