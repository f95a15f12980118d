"""Answers that several apps give."""

from rest_framework import serializers

from config.rest.openapi import shown_as


@shown_as({"msg": "Deleted"})
class MessageOutput(serializers.Serializer):
    """What was done, in a word."""

    msg = serializers.CharField()
