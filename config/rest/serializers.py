"""Answers that several apps give."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse
from rest_framework import serializers


class MessageOutput(serializers.Serializer):
    """What was done, in a word."""

    msg = serializers.CharField()


def says(text: str) -> OpenApiResponse:
    """How an answer of one text stands in the OpenAPI document."""
    return OpenApiResponse(MessageOutput, examples=[OpenApiExample("Example", value={"msg": text})])
