from pathlib import Path

import pytest
import yaml
from django.core.management import CommandError, call_command

from catalog.views import ServiceViewSet
from config.operations import api_documents
from config.rest.permissions import WORKER, allow


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(api_documents, "FOLDER", tmp_path)
    return tmp_path


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_it_writes_the_document_and_nothing_the_second_time(folder, capsys):
    call_command("write_openapi")
    first = capsys.readouterr().out
    call_command("write_openapi")

    assert names(folder) == ["openapi.yaml", "postman_collection.json"]
    assert first == f"Wrote {folder}/openapi.yaml.\nWrote {folder}/postman_collection.json.\n"
    assert capsys.readouterr().out == ""
    assert yaml.safe_load((folder / "openapi.yaml").read_text())["openapi"] == "3.1.1"


def test_the_document_is_english_whatever_the_shop_speaks(folder, settings):
    call_command("write_openapi")
    settings.LANGUAGE_CODE = "hi"
    call_command("write_openapi", check=True)


def test_check_fails_for_a_missing_document_and_writes_none(folder):
    with pytest.raises(CommandError) as caught:
        call_command("write_openapi", check=True)

    assert str(caught.value) == (
        "Not as the code is: openapi.yaml and postman_collection.json. Run bin/openapi."
    )
    assert names(folder) == []


def test_check_passes_for_what_was_just_written_and_fails_once_a_view_differs(folder, monkeypatch):
    call_command("write_openapi")
    call_command("write_openapi", check=True)
    monkeypatch.setitem(ServiceViewSet.access, "list", allow(WORKER))

    with pytest.raises(CommandError, match=r"openapi\.yaml"):
        call_command("write_openapi", check=True)
