"""`manage.py rebuild_qr`."""

import io
from typing import Any
from unittest.mock import patch

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.utils import timezone

from orders import qr
from orders.models import Order

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings: Any, tmp_path: Any) -> None:
    """An empty store."""
    settings.MEDIA_ROOT = tmp_path


def run(*arguments: str) -> str:
    stdout = io.StringIO()
    call_command("rebuild_qr", *arguments, stdout=stdout)
    return stdout.getvalue()


def test_it_makes_what_is_missing_as_the_page_would(order: Order) -> None:
    assert run() == "1 images made, 0 of other settings removed.\n"
    kept = qr.kept_png(order)
    assert kept is not None
    assert kept.content == qr.png(order.public_url)


def test_a_second_run_makes_nothing(order: Order) -> None:
    run()
    assert run() == "0 images made, 0 of other settings removed.\n"


def test_a_broken_image_is_made_anew(order: Order) -> None:
    default_storage.save(f"{qr.folder()}/{order.order_number}.png", ContentFile(b"\x89PNG half"))
    assert run() == "1 images made, 0 of other settings removed.\n"
    assert qr.kept_png(order) is not None


def test_images_of_other_settings_go(order: Order, settings: Any) -> None:
    run()
    settings.PUBLIC_URL = "https://moved.example"
    assert run() == "1 images made, 1 of other settings removed.\n"
    kept = qr.kept_png(order)
    assert kept is not None
    assert kept.content == qr.png(order.public_url)


def test_a_dry_run_counts_and_changes_nothing(order: Order, settings: Any) -> None:
    run()
    settings.PUBLIC_URL = "https://moved.example"
    told = "1 images would be made, 1 of other settings would be removed.\n"
    assert run("--dry-run") == told
    assert run("--dry-run") == told


def test_a_deleted_order_gets_none(order: Order) -> None:
    Order.objects.update(deleted_at=timezone.now())
    assert run() == "0 images made, 0 of other settings removed.\n"


def test_a_store_that_cannot_be_written_is_told(order: Order) -> None:
    with (
        patch.object(default_storage, "save", side_effect=OSError("No space left")),
        pytest.raises(CommandError, match=r"0 images made, .*, 1 could not be kept: see the log"),
    ):
        run()
