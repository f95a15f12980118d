"""Reading request bodies: JSON only, and in the words of the API when it is none."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class StrictJSONParser(JSONParser):
    """DRF's strict JSON, always UTF-8 (RFC 8259), with an answer to absurdly deep nesting.

    The library would take any codec that the content type names, decompressing ones
    too. The size is bounded before: Django holds DATA_UPLOAD_MAX_MEMORY_SIZE.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the decoded body; raises ParseError."""
        try:
            return super().parse(stream, media_type, {"encoding": "utf-8"})
        except RecursionError as error:
            raise ParseError(_("The body is nested too deeply.")) from error
