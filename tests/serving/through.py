"""Django's test client, whose calls go to the served shop instead of into this process."""

import io
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse

from tests.serving.machine import Nginx

# Written by http.client, or of this hop only.
_OF_THE_CONNECTION = {"HTTP_CONNECTION", "HTTP_CONTENT_LENGTH", "HTTP_COOKIE"}


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    """What the test's client would send, as a browser or a program sends it."""
    headers = {
        name.removeprefix("HTTP_").replace("_", "-").title(): str(value)
        for name, value in environ.items()
        if name.startswith("HTTP_") and name not in _OF_THE_CONNECTION
    }
    headers.setdefault("Host", environ["SERVER_NAME"])
    if environ.get("CONTENT_TYPE"):
        headers["Content-Type"] = environ["CONTENT_TYPE"]
    if environ.get("HTTP_COOKIE"):
        headers["Cookie"] = environ["HTTP_COOKIE"]
    return headers


class Through:
    """Stands for the test client's handler: sends each call through nginx."""

    def __init__(self, nginx: Nginx) -> None:
        self.nginx = nginx
        self.calls = 0

    def __call__(self, environ: dict[str, Any]) -> HttpResponse:
        """The served shop's answer, as the test client reads answers."""
        self.calls += 1
        body = environ["wsgi.input"].read()
        # The client has decoded it as WSGI does.
        path = quote(environ["PATH_INFO"].encode("latin-1"), safe="/:@!$&'()*+,;=~%")
        query = environ.get("QUERY_STRING")
        connection: HTTPConnection = self.nginx.connection()
        try:
            connection.request(
                environ["REQUEST_METHOD"],
                f"{path}?{query}" if query else path,
                body or None,
                _headers(environ),
            )
            response = connection.getresponse()
            return self._told(response, environ)
        finally:
            connection.close()

    @staticmethod
    def _told(response: Any, environ: dict[str, Any]) -> HttpResponse:
        answer = HttpResponse(response.read(), status=response.status)
        del answer["Content-Type"]
        for name, value in response.getheaders():
            if name == "Set-Cookie":
                answer.cookies.update(SimpleCookie(value))
            else:
                answer[name] = value
        answer.wsgi_request = WSGIRequest(environ | {"wsgi.input": io.BytesIO()})  # type: ignore[attr-defined]
        return answer
