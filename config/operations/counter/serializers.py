"""What the counter's page sends."""

from rest_framework import serializers

from config.rest.fields import Integer, RawText, Uuid
from workforce.serializers import ScanInput


class CounterScanInput(ScanInput):
    """One scan, and who made it: a page may outlive its reader's session."""

    qr = RawText()
    scan_id = Uuid()
    made_by = Integer()


class CodeInput(serializers.Serializer):
    """A code to be found."""

    qr = RawText()


class UndoInput(serializers.Serializer):
    """A step to be taken back."""

    track = Integer(min_value=1)
