"""What every view of the API shares."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from rest_framework import viewsets
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.routers import Route, SimpleRouter

from config.rest.decorators import conditional_call
from config.rest.fields import Integer
from config.rest.limits import AUTH, DEFAULT, LOOKUP, hold
from config.rest.permissions import Access
from config.rest.principals import ANYONE, Principal, principal_of
from config.rest.refusals import Refusal


class SlashTolerantRouter(SimpleRouter):
    """Every path with and without the trailing slash: a redirect would lose a POST body."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"
        # Published clients change their own profile at the address of the list.
        of_list, *others = self.routes
        assert isinstance(of_list, Route)  # noqa: S101  (as DRF documents it)
        own = {"put": "update_own", "patch": "update_own"}
        self.routes = [of_list._replace(mapping=of_list.mapping | own), *others]


def _one_spelling(name: Any) -> str:
    """An account as it is counted: 7, "7", "+07" and 7.0 name the same worker."""
    try:
        return str(Integer().run_validation(name))
    except ValidationError:
        return str(name)


@method_decorator(conditional_call, name="dispatch")
class ApiViewSet(viewsets.GenericViewSet):
    """The base of all API views: access by class attribute, input by serializers.

    `access` maps each action to who may call it (`config.rest.permissions`), `limits`
    those that do not count as `default` to their policy (`config.rest.limits`). Every GET
    carries an `ETag` and answers 304 to `If-None-Match`.
    """

    access: dict[str, Access] = {}
    limits: dict[str, str] = {}
    # What the last part of the path may be, for the OpenAPI document.
    lookup_help: str = ""
    # The field of the body that names an account, counted beside the address.
    account_fields: tuple[str, ...] = ("email", "worker_id", "username")

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Which methods there are: the Allow header, and no body."""
        return Response(status=204)

    @property
    def principal(self) -> Principal:
        """Who is calling."""
        return principal_of(self.request)

    def perform_authentication(self, request: Any) -> None:
        """Find out who calls, and count the call before anything else is done for it.

        A failed authentication counts by address, before its 401 goes out.
        """
        try:
            principal = principal_of(request)
        except Refusal:
            self._hold(request, ANYONE)
            raise
        self._hold(request, principal)

    def _hold(self, request: Any, principal: Principal) -> None:
        request._request.principal = principal
        policy = self.limit_policy(request, principal)
        account, unreadable = "", None
        try:
            account = self.limit_account(request) if policy in (AUTH, LOOKUP) else ""
        except (APIException, RequestDataTooBig) as error:
            unreadable = error
        request._request.limit_headers = hold(
            request,
            principal=principal,
            policy=policy,
            endpoint=f"{self.basename}-{self.action}",
            account=account,
        )
        if unreadable is not None:
            raise unreadable

    def limit_policy(self, request: Any, principal: Principal) -> str:
        """The limit that this call counts under."""
        return self.limits.get(self.action, DEFAULT)

    def limit_account(self, request: Any) -> str:
        """The account that a sign-in names; counted beside the address."""
        data = request.data if isinstance(request.data, dict) else {}
        named = (data.get(name) for name in self.account_fields)
        return next((_one_spelling(value) for value in named if value), "")

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Say what is left of the limit, and that no other caller may get this answer."""
        response = super().finalize_response(request, response, *args, **kwargs)
        # An order's ETag is the same for its owner and for a worker, who sees less of it.
        patch_vary_headers(response, ["Authorization"])
        for name, value in getattr(request._request, "limit_headers", {}).items():
            response.headers.setdefault(name, value)
        return response

    def page(self, rows: Any) -> Response:
        """One page of a list, by the view's serializer."""
        serializer = self.get_serializer(self.paginate_queryset(rows), many=True)
        return self.get_paginated_response(serializer.data)

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializers who reads."""
        return super().get_serializer_context() | {"principal": self.principal}

    def read(
        self, serializer_class: Any, *, data: Any = None, partial: bool = False, **kwargs: Any
    ) -> Any:
        """The validated body; raises the `validation` refusal that names each bad field.

        `data` stands for the body where that is in another shape.
        """
        serializer = serializer_class(
            data=self.request.data if data is None else data,
            partial=partial,
            context=self.get_serializer_context(),
            **kwargs,
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data
