"""Uploads that are too large to be kept."""

import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.sheets import problems, uploaded

IMPORT = "/admin/catalog/service/import/"


@pytest.fixture
def no_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args, **kwargs):
        raise AssertionError("Written to a disk.")

    for name in ("NamedTemporaryFile", "TemporaryFile", "SpooledTemporaryFile", "mkstemp"):
        monkeypatch.setattr(tempfile, name, refuse)


def test_a_file_of_50_mb_is_refused_and_reaches_no_disk(office, no_disk):
    answer = uploaded(office, IMPORT, b"name,price\n" + b"Wash,1\n" * (50 * 1024**2 // 7))

    assert problems(answer) == ["This file is larger than 2 MB: split it."]


def test_a_file_just_above_the_limit_is_refused(office, no_disk):
    answer = uploaded(office, IMPORT, b"x" * (2 * 1024**2 + 1))

    assert problems(answer) == ["This file is larger than 2 MB: split it."]


def test_what_strangers_upload_reaches_no_disk(no_disk):
    big = SimpleUploadedFile("big", b"x" * 4 * 1024**2)
    assert Client().post("/admin/login/", {"file": big}).status_code == 200
