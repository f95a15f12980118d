"""Reading request bodies: JSON only, and never more than we are willing to hold."""

import json
from typing import Any

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser
from rest_framework.utils import json as strict_json

from config.rest.refusals import Code, Refusal


class BoundedJSONParser(JSONParser):
    """DRF's strict JSON, with a limit on size and an answer to absurdly deep nesting.

    DRF reads the stream itself, past Django's DATA_UPLOAD_MAX_MEMORY_SIZE.
    """

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the decoded body; raise `payload_too_large` or a parse error."""
        body = stream.read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
        if len(body) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise Refusal(Code.PAYLOAD_TOO_LARGE)
        try:
            return json.loads(body.decode(), parse_constant=strict_json.strict_constant)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON: {error}.") from error
