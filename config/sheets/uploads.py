"""Uploads that are small, or not kept at all."""

import io
from typing import Any

from django.core.files.uploadedfile import InMemoryUploadedFile
from django.core.files.uploadhandler import FileUploadHandler


class DiscardingUploadHandler(FileUploadHandler):
    """Takes what is too large for memory: its size is told, its content goes nowhere.

    So nobody fills a disk, whoever sends what to which page.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Let it go."""

    def file_complete(self, file_size: int) -> Any:
        """An upload of this size without its content."""
        return InMemoryUploadedFile(
            io.BytesIO(),
            self.field_name,
            self.file_name or "",
            self.content_type or "",
            file_size,
            self.charset,
        )
