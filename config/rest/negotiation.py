"""One format in, one format out."""

from typing import Any

from rest_framework.negotiation import BaseContentNegotiation


class OneRenderer(BaseContentNegotiation):
    """Answer JSON whatever `Accept` says: the API has one format, and 406 helps nobody."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        """The parser for the body's content type; None (415) where there is none."""
        media_type = request.content_type.split(";")[0].strip().lower()
        return next((p for p in parsers if p.media_type == media_type), None)

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: str | None = None
    ) -> Any:
        """The view's first renderer."""
        return renderers[0], renderers[0].media_type
