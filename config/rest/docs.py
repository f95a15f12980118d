"""The OpenAPI document and its reader, served from our own host."""

from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.negotiation import DefaultContentNegotiation

from config.rest.permissions import EVERYONE


class SchemaView(SpectacularAPIView):
    """`/api/v1/schema`: the document, as YAML or (`?format=json`) as JSON."""

    access = EVERYONE
    content_negotiation_class = DefaultContentNegotiation


class DocsView(SpectacularSwaggerSplitView):
    """`/api/v1/docs`: Swagger UI without anything inline, for the strict CSP."""

    access = EVERYONE
    url_name = "schema"
    content_negotiation_class = DefaultContentNegotiation
