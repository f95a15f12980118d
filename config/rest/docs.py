"""The OpenAPI document and its reader, served from our own host."""

from functools import cache
from threading import Lock
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page, require_safe
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.views import exception_handler

from config.rest.errors import error_response
from config.rest.permissions import EVERYONE
from config.rest.refusals import invalid

_RENDERERS: dict[str, Any] = {"yaml": OpenApiYamlRenderer, "json": OpenApiJsonRenderer2}


# The views' inspectors are shared by all threads while they look at a view.
_making = Lock()


def document() -> dict[str, Any]:
    """The OpenAPI document; it is the same for everybody, and takes a second to make."""
    with _making:
        return _document()


@cache
def _document() -> dict[str, Any]:
    schema: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return schema


@cache
def _rendered(form: str) -> bytes:
    text: bytes = _RENDERERS[form]().render(document(), renderer_context={})
    return text


@require_safe
@conditional_page
def schema(request: HttpRequest) -> HttpResponse:
    """`/api/v1/schema`: the document, as YAML or (by `Accept` or `?format=json`) as JSON."""
    by_type = {renderer.media_type: form for form, renderer in _RENDERERS.items()}
    preferred = by_type.get(request.get_preferred_type([*by_type]) or "", "yaml")
    form = request.GET.get("format", preferred)
    if form not in _RENDERERS:
        return error_response(invalid("format", _("Send yaml or json.")), request)
    return HttpResponse(
        _rendered(form),
        content_type=_RENDERERS[form].media_type,
        headers={"Content-Disposition": f'inline; filename="openapi.{form}"', "Vary": "Accept"},
    )


class DocsView(SpectacularSwaggerSplitView):
    """`/api/v1/docs`: Swagger UI without anything inline, for the strict CSP."""

    access = EVERYONE
    url_name = "schema"
    content_negotiation_class = DefaultContentNegotiation

    def get_exception_handler(self) -> Any:
        """DRF's own: the page that it makes of an error is turned into one of ours."""
        return exception_handler
