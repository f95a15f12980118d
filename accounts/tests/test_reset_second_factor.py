"""`manage.py reset_second_factor`."""

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command

from accounts.models import Session, User
from accounts.sessions import open_session
from tests.phone import give_phone
from tests.unchanged import nothing_written


@pytest.mark.parametrize("named", ["olga", " Olga@Example.com "])
def test_it_takes_the_second_factor_away_and_ends_the_sessions(named, owner, capsys):
    give_phone(owner)
    open_session(user=owner)

    call_command("reset_second_factor", named)

    assert User.objects.get().second_factor_at is None
    assert not Session.objects.filter(revoked_at=None).exists()
    assert LogEntry.objects.latest("pk").change_message == (
        "The second factor was taken away on the server."
    )
    assert capsys.readouterr().out == (
        "Olga Owner signs in by the password alone until they set up another.\n"
    )


@pytest.mark.parametrize(
    ("named", "told"),
    [
        ("olga", "Olga Owner has no second factor."),
        ("eve", "Nobody has the email or the user name eve."),
    ],
)
def test_where_there_is_nothing_to_take_away_it_says_so(named, told, owner):
    with nothing_written(), pytest.raises(CommandError, match=f"^{told}$"):
        call_command("reset_second_factor", named)
