"""What tests of this app share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture
def backup_folder(settings: Any, tmp_path: Path) -> Path:
    """The shop's BACKUP_DIR, which nobody has made yet."""
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path / "backups"
