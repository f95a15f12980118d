"""What `bin/check migrations` calls a migration that the code before it cannot be served beside."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from config.env import BASE_DIR

MIGRATION = """
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = {initial}
    dependencies = [{dependencies}]
    operations = [{operation}]
"""
STEPS = {
    "0001_initial": """migrations.CreateModel(
        "Probe",
        [
            ("id", models.BigAutoField(primary_key=True)),
            ("name", models.TextField()),
            ("note", models.TextField()),
        ],
    )""",
    "0002_a_column_that_may_be_null": """
        migrations.AddField("probe", "more", models.TextField(null=True))""",
    "0003_an_index": """
        migrations.AddIndex("probe", models.Index(fields=["more"], name="probe_more"))""",
    "0004_a_column_that_old_code_does_not_fill": """
        migrations.AddField("probe", "must", models.IntegerField(default=0))""",
    "0005_a_column_that_old_code_reads_is_renamed": """
        migrations.RenameField("probe", "name", "called")""",
    "0006_a_column_that_old_code_reads_is_dropped": """
        migrations.RemoveField("probe", "note")""",
    "0007_a_table_that_old_code_reads_is_renamed": """
        migrations.RenameModel("Probe", "Sample")""",
    "0008_a_table_that_old_code_reads_is_dropped": """
        migrations.DeleteModel("Sample")""",
}
BREAKING = {name for name in STEPS if name[:4] > "0003"}


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app with a migration of each kind, and settings that install it."""
    folder = tmp_path / "probe" / "migrations"
    folder.mkdir(parents=True)
    for package in (folder, folder.parent):
        (package / "__init__.py").touch()
    before = ""
    for name, operation in STEPS.items():
        text = MIGRATION.format(initial=not before, dependencies=before, operation=operation)
        (folder / f"{name}.py").write_text(text)
        before = f"('probe', '{name}')"
    (tmp_path / "probe_settings.py").write_text(
        "from tests.linting import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'probe']\n"
    )
    return tmp_path


def test_it_refuses_what_old_code_could_not_bear_and_nothing_else(app: Path) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "lintmigrations", "--settings", "probe_settings", "probe"],
        cwd=BASE_DIR,
        env={
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(app),
            "ENV_FILE": "/dev/null",
            "LOG_LEVEL": "WARNING",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    refused = {
        line.partition(", ")[2].partition(")")[0]
        for line in done.stdout.splitlines()
        if line.endswith("ERR")
    }
    assert refused == BREAKING, done.stdout + done.stderr
    assert done.returncode == 1
