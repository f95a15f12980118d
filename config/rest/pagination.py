"""Lists in bounded pages, each with the address of the next in a `Link` header."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.pagination import Cursor, CursorPagination
from rest_framework.response import Response

from config.rest.refusals import invalid


class KeysetPagination(CursorPagination):
    """DRF's cursor pages as plain JSON arrays: 100 rows, up to 500 by `?page_size=`.

    The next page starts after the last row's key (never OFFSET, no total) and stands in
    `Link: <...>; rel="next"` (RFC 8288), made from PUBLIC_URL.
    """

    ordering = "-id"
    page_size = 100
    max_page_size = 500
    page_size_query_param = "page_size"

    def get_page_size(self, request: Any) -> int:
        """Rows on a page, at most 500; raises `validation` for what is no number from 1."""
        given: str | None = request.query_params.get(self.page_size_query_param)
        if given is None:
            return self.page_size
        if not (given.isascii() and given.isdigit() and int(given[:9]) > 0):
            raise invalid(self.page_size_query_param, _("Send a whole number from 1 to 500."))
        return min(int(given[:9]), self.max_page_size)

    def decode_cursor(self, request: Any) -> Cursor | None:
        """Where the page starts; raises `validation` for a cursor that we did not make."""
        try:
            cursor = super().decode_cursor(request)
        except NotFound as error:
            raise invalid(self.cursor_query_param, _("Take it from a Link header.")) from error
        if cursor is None:
            return None
        # Our keys are unique, so our cursors need no offset.
        position = str(cursor.position)
        if cursor.offset or not (position.isascii() and position.isdigit()):
            raise invalid(self.cursor_query_param, _("Take it from a Link header."))
        return cursor

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> Any:
        """One page of rows."""
        rows = super().paginate_queryset(queryset, request, view)
        self.base_url = settings.PUBLIC_URL + request.get_full_path()
        return rows

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> Any:
        """The view's own `keyset`, or the newest row first."""
        return (getattr(view, "keyset", None) or self.ordering,)

    def get_paginated_response(self, data: Any) -> Response:
        """The rows as an array, with the neighbouring pages as links."""
        links = {"next": self.get_next_link(), "prev": self.get_previous_link()}
        link = ", ".join(f'<{url}>; rel="{rel}"' for rel, url in links.items() if url)
        return Response(data, headers={"Link": link} if link else None)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The array itself: nothing is wrapped around it."""
        return schema

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """`cursor` and `page_size`, for the OpenAPI document."""
        size = {"type": "integer", "minimum": 1, "default": self.page_size}
        return [
            {
                "name": self.cursor_query_param,
                "in": "query",
                "schema": {"type": "string", "minLength": 1},
                "description": "Where the page starts: take it from the `Link` header.",
            },
            {
                "name": self.page_size_query_param,
                "in": "query",
                "schema": size,
                "description": f"Rows on a page; more than {self.max_page_size} count as that.",
            },
        ]
