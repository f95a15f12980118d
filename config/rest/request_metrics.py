"""Counting and timing the requests for Prometheus, under labels that no caller chooses."""

from typing import Any

from django.http import HttpRequest
from django_prometheus.middleware import PrometheusAfterMiddleware
from django_prometheus.utils import Time

from config.rest.logs import route_of


class RequestMetricsMiddleware(PrometheusAfterMiddleware):
    """django-prometheus's counts and times of requests, by view, method and status."""

    def process_request(self, request: HttpRequest) -> None:
        """Count the request; the package takes every `Content-Length` for a number."""
        try:
            super().process_request(request)
        except ValueError:
            # All but the size of the body has been counted by then.
            request.prometheus_after_middleware_event = Time()  # type: ignore[attr-defined]

    def label_metric(
        self, metric: Any, request: HttpRequest, response: Any = None, **labels: Any
    ) -> Any:
        """Name views by their route where they have no name, and only the known methods.

        The package takes a caller's made-up method as it is for its times: each would be a
        new series.
        """
        if "method" in labels:
            labels["method"] = self._method(request)
        if "view" in labels:
            match = request.resolver_match
            labels["view"] = (match and match.view_name) or route_of(request)
        return super().label_metric(metric, request, response, **labels)
