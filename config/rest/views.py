"""What every view of the API shares."""

from typing import Any

from rest_framework import viewsets
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter

from config.rest.permissions import Access
from config.rest.principals import Principal, principal_of


class SlashTolerantRouter(SimpleRouter):
    """Every path with and without the trailing slash: a redirect would lose a POST body."""

    def __init__(self) -> None:
        super().__init__()
        self.trailing_slash = "/?"


class ApiViewSet(viewsets.GenericViewSet):
    """The base of all API views: access by class attribute, input by serializers.

    `access` maps each action to who may call it (`config.rest.permissions`).
    """

    access: dict[str, Access] = {}

    def options(self, request: Any, *args: Any, **kwargs: Any) -> Response:
        """Which methods there are: the Allow header, and no body."""
        return Response(status=204)

    @property
    def principal(self) -> Principal:
        """Who is calling."""
        return principal_of(self.request)

    def page(self, rows: Any) -> Response:
        """One page of a list, by the view's serializer."""
        serializer = self.get_serializer(self.paginate_queryset(rows), many=True)
        return self.get_paginated_response(serializer.data)

    def get_serializer_context(self) -> dict[str, Any]:
        """Tell the serializers who reads."""
        return super().get_serializer_context() | {"principal": self.principal}

    def read(self, serializer_class: Any, *, partial: bool = False, **kwargs: Any) -> Any:
        """The validated body; raises the `validation` refusal that names each bad field."""
        serializer = serializer_class(
            data=self.request.data,
            partial=partial,
            context=self.get_serializer_context(),
            **kwargs,
        )
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data
