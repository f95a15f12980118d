from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command

from orders import diagram, lifecycle
from orders.models import Status


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(diagram, "FOLDER", tmp_path)
    return tmp_path


def test_the_documents_in_the_repository_show_the_table_as_it_is():
    call_command("draw_lifecycle", check=True)


def test_they_are_english_whatever_the_shop_speaks(settings):
    settings.LANGUAGE_CODE = "hi"
    call_command("draw_lifecycle", check=True)


def test_it_draws_the_page_and_the_picture(folder, capsys):
    call_command("draw_lifecycle")

    assert sorted(path.name for path in folder.iterdir()) == ["lifecycle.md", "lifecycle.svg"]
    assert capsys.readouterr().out == (
        f"Drew {folder}/lifecycle.md.\nDrew {folder}/lifecycle.svg.\n"
    )


def test_drawing_twice_writes_nothing_the_second_time(folder, capsys):
    call_command("draw_lifecycle")
    capsys.readouterr()

    call_command("draw_lifecycle")

    assert capsys.readouterr().out == ""


def test_check_fails_for_missing_documents_and_writes_none(folder):
    with pytest.raises(CommandError) as caught:
        call_command("draw_lifecycle", check=True)

    assert str(caught.value) == (
        "Not drawn from the present table: lifecycle.md and lifecycle.svg. Run draw_lifecycle."
    )
    assert list(folder.iterdir()) == []


def test_check_fails_once_the_table_has_another_step(folder, monkeypatch):
    call_command("draw_lifecycle")
    reopened = {**lifecycle.TRANSITIONS, Status.CANCELLED: {Status.CREATED: frozenset({"staff"})}}
    monkeypatch.setattr(diagram, "TRANSITIONS", reopened)

    with pytest.raises(CommandError, match=r"lifecycle\.md"):
        call_command("draw_lifecycle", check=True)


def test_the_page_names_every_step_and_who_may_take_it():
    rows = [line for line in diagram.markdown().splitlines() if line.startswith("| `")]

    assert rows[4:6] == [
        "| `created` | `cancelled` | customer, staff, system |",
        "| `picked_up` | `processing` | staff, system, worker |",
    ]
    assert len(rows) == sum(len(ends) for ends in lifecycle.TRANSITIONS.values())


def test_the_picture_is_xml_with_a_box_for_each_status_and_an_arrow_for_each_step():
    picture = ElementTree.fromstring(diagram.svg())  # noqa: S314  (our own text)
    namespace = {"svg": "http://www.w3.org/2000/svg"}

    labels = [box.text for box in picture.findall("svg:g/svg:text", namespace)]
    arrows = picture.findall("svg:path", namespace)

    assert labels == [status.label for status in lifecycle.TRANSITIONS]
    assert len(arrows) == len(diagram.steps())
