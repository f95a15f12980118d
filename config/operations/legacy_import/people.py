"""Old servers' customers and workers, as ours; and whose an old order is."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.contrib.auth.hashers import is_password_usable, make_password

from accounts.hashers import adopt_legacy_hash
from accounts.models import User, reverse_digits
from config.operations.legacy_import.run import Run
from config.operations.legacy_import.saving import Brought, save_all
from config.operations.legacy_import.snapshot import Row, first_remarks
from config.operations.legacy_import.values import read_email, read_flag, read_text
from config.operations.models import ImportedRow
from workforce.devices import PREFIX_LENGTH, adopted_device
from workforce.models import DeviceToken, Worker

NAME_LENGTH = 128
PHONE_LENGTH = 32
DEVICE_NAME = "imported"


def _password(value: Any, remarks: list[str]) -> str:
    """An old hash in our form; where there is none that we can verify, an unusable one."""
    old = read_text(value)
    adopted = adopt_legacy_hash(old)
    if old and not is_password_usable(adopted):
        remarks.append("password: of an unknown kind, so a new one must be set")
    return adopted


def bring_customers(run: Run, rows: list[Row]) -> None:
    """Bring customers over.

    One whose email is that of a customer who is there joins them and changes nothing.
    """
    new = run.memory.unknown(ImportedRow.Table.CUSTOMERS, rows)
    remarks = {old_id: first_remarks(row) for old_id, row in new.items()}
    emails = {old_id: read_email(row["email"], remarks[old_id]) for old_id, row in new.items()}
    there = _users_with(emails.values())
    made: list[User] = []
    brought = []
    for old_id, row in new.items():
        notes, email = remarks[old_id], emails[old_id]
        user = there.get(email)
        if user is None:
            user = _customer(run, row, email, notes)
            made.append(user)
            if email:
                there[email] = user
            brought.append(Brought(old_id, user, remarks=notes))
        elif user.is_staff:
            notes.append("email: that of a member of staff, who is no customer; not taken over")
            brought.append(Brought(old_id, None, remarks=notes))
        else:
            notes.append("email: that of a customer who is there already, joined to them")
            brought.append(Brought(old_id, user, is_new=False, remarks=notes))
    save_all(made)
    run.memory.remember(ImportedRow.Table.CUSTOMERS, brought)


def _users_with(emails: Any) -> dict[str | None, User]:
    """The users of these emails, locked, so that none is confirmed or made staff meanwhile."""
    users = User.objects.select_for_update().filter(email__in={each for each in emails if each})
    return {user.email: user for user in users}


def _customer(run: Run, row: Row, email: str, remarks: list[str]) -> User:
    """A customer, not yet saved, whose email nobody has confirmed."""
    phone = read_text(row["phone"], PHONE_LENGTH, "phone", remarks)
    return User(
        email=email or None,
        name=read_text(row["name"], NAME_LENGTH, "name", remarks),
        phone=phone,
        phone_reversed=reverse_digits(phone),
        password=_password(row["password_hash"], remarks),
        is_active=read_flag(row["is_active"]),
        created_at=run.moment(row["created_at"], "created", remarks) or run.started,
    )


def bring_workers(run: Run, rows: list[Row]) -> None:
    """Bring workers and the tokens of their devices over."""
    new = run.memory.unknown(ImportedRow.Table.WORKERS, rows)
    remarks = {old_id: first_remarks(row) for old_id, row in new.items()}
    emails = {old_id: read_email(row["email"], remarks[old_id]) for old_id, row in new.items()}
    found = Worker.objects.filter(email__in={each for each in emails.values() if each})
    there = {worker.email: worker for worker in found}
    brought = []
    for old_id, row in new.items():
        notes, email = remarks[old_id], emails[old_id]
        worker = there.get(email)
        if worker is not None:
            notes.append("email: that of a worker who is there already, joined to them")
        brought.append(
            Brought(
                old_id, worker or _worker(run, row, email, notes), worker is None, remarks=notes
            )
        )
        if email:
            there[email] = brought[-1].into  # type: ignore[assignment]
    save_all([each.into for each in brought if each.is_new])
    run.memory.remember(ImportedRow.Table.WORKERS, brought)
    _bring_tokens(run, new, {each.old_id: each.into for each in brought})


def _worker(run: Run, row: Row, email: str, remarks: list[str]) -> Worker:
    """A worker, not yet saved."""
    return Worker(
        email=email or None,
        name=read_text(row["name"], NAME_LENGTH, "name", remarks),
        password=_password(row["password_hash"], remarks),
        is_active=read_flag(row["is_active"]),
        created_at=run.moment(row["created_at"], "created", remarks) or run.started,
    )


def _bring_tokens(run: Run, rows: Mapping[str, Row], workers: Mapping[str, Any]) -> None:
    """Take over the tokens that old devices hold, as hashes."""
    tokens = {old_id: read_text(row["token"]) for old_id, row in rows.items() if row["token"]}
    prefixes = [token[:PREFIX_LENGTH] for token in tokens.values()]
    taken = set(DeviceToken.objects.filter(prefix__in=prefixes).values_list("prefix", flat=True))
    brought = []
    for old_id, token in tokens.items():
        device = adopted_device(worker=workers[old_id], token=token, name=DEVICE_NAME)
        remarks = []
        if device is None:
            remarks.append("token: shorter than 32 characters or none, not taken over")
        elif device.prefix in taken:
            device = None
            remarks.append("token: begins like another one, not taken over")
        else:
            taken.add(device.prefix)
        brought.append(Brought(old_id, device, remarks=remarks))
    save_all([each.into for each in brought if each.into])
    run.memory.remember(ImportedRow.Table.TOKENS, brought)


class Owner(NamedTuple):
    """Whose an order is, and whether that is certain."""

    customer: User | None = None
    is_certain: bool = False


class Owners:
    """Whose the orders of one batch are.

    An order that names its customer is that customer's, certainly so if the account is the
    very one that came over. Else it belongs to the customer of its email, made if it is
    new, and is theirs to see once that email is confirmed.
    """

    def __init__(self, run: Run, rows: Mapping[str, Row], emails: Mapping[str, str]) -> None:
        self._run = run
        self._rows = rows
        self._emails = emails
        named = {read_text(row["customer_id"]) for row in rows.values()} - {""}
        self._named = run.memory.known(ImportedRow.Table.CUSTOMERS, named)
        customers = {row.object_id for row in self._named.values()} - {None}
        self._customers = User.objects.in_bulk(customers)
        self._users = _users_with(emails.values())

    def bring_guests(self) -> None:
        """Make the customers of emails that nobody has yet."""
        brought = []
        for old_id, email in self._emails.items():
            # What is no address stays on the order alone.
            if email in self._users or not read_email(email, []):
                continue
            if self._by_id(old_id) is None:
                self._users[email] = self._guest(old_id, email)
                brought.append(Brought(old_id, self._users[email]))
        save_all([each.into for each in brought])
        self._run.memory.remember(ImportedRow.Table.GUESTS, brought)

    def _guest(self, old_id: str, email: str) -> User:
        row = self._rows[old_id]
        phone = read_text(row["phone"], PHONE_LENGTH)
        return User(
            email=email,
            name=read_text(row["name"], NAME_LENGTH),
            phone=phone,
            phone_reversed=reverse_digits(phone),
            password=make_password(None),
            created_at=self._run.moment(row["created_at"], "", []) or self._run.started,
        )

    def _by_id(self, old_id: str) -> Owner | None:
        named = self._named.get(read_text(self._rows[old_id]["customer_id"]))
        if named is None:
            return None
        customer = self._customers.get(named.object_id or 0)
        if customer is None:
            return None
        return Owner(customer, named.is_new or customer.email_confirmed)

    def of(self, old_id: str, remarks: list[str]) -> Owner:
        """Whose an order is."""
        owner = self._by_id(old_id)
        if owner is not None:
            return owner
        wanted = read_text(self._rows[old_id]["customer_id"])
        if wanted and wanted not in self._named:
            remarks.append(f"customer {wanted[:40]!r}: not in the file, joined by email")
        user = self._users.get(self._emails[old_id])
        if user is None or user.is_staff:
            # Staff who share the email have no claim to it.
            return Owner()
        return Owner(user, user.email_confirmed)
