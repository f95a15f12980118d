"""Whatever page shows a time shows it by the shop's clock."""

import datetime
import re
from typing import Any

import pytest
from django.apps import apps
from django.db.models import DateTimeField

from tests.admin_table import pages
from tests.test_admin_permissions import addresses, rows

__all__ = ["rows"]

# A quarter past eight in the evening in London is the next day in Kolkata.
MOMENT = datetime.datetime(2026, 3, 14, 20, 15, tzinfo=datetime.UTC)


@pytest.fixture
def of_one_moment(rows: dict[str, Any], settings: Any) -> dict[str, Any]:
    """The rows, of which everything happened at once, in a shop in Kolkata."""
    settings.TIME_ZONE = "Asia/Kolkata"
    for model in apps.get_models():
        if model._meta.app_label == "sessions":
            continue  # Its own moment ends the sign-in.
        fields = [f for f in model._meta.concrete_fields if isinstance(f, DateTimeField)]
        for field in fields:
            known = {f"{field.name}__isnull": False}
            model._base_manager.filter(**known).update(**{field.name: MOMENT})
    return rows


@pytest.mark.django_db
def test_the_pages_of_the_admin_show_the_shops_time(of_one_moment, office):
    opened = {page for page, statuses in pages().items() if statuses["superuser"] == 200}
    theirs, wrong = set(), set()
    for page, path in addresses(of_one_moment).items():
        if page not in opened:
            continue
        content = office.get(path).content.decode(errors="replace")
        theirs |= {page} if "15 Mar 2026, 01:45" in content else set()
        wrong |= {page} if re.search("14 Mar|20:15|2026-03-14", content) else set()
    assert wrong == set()
    assert {"orders_order_change", "tracking_track_changelist", "accounts_session_change"} < theirs
    assert len(theirs) > 15


@pytest.mark.django_db
def test_a_tracking_page_shows_the_shops_time_and_names_its_zone(order, client, settings):
    settings.TIME_ZONE = "Asia/Kolkata"
    for model in (type(order), order.tracks.model):
        model._base_manager.update(created_at=MOMENT)
    page = client.get(f"/t/{order.order_number}/{order.token}").content.decode()
    assert ">15 Mar 2026, 01:45</time>" in page
    assert "Times in the time zone Asia/Kolkata." in page
    assert re.search("14 Mar|20:15", page) is None
