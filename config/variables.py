"""Every environment variable that Roundtrip reads: its type, its default and its meaning.

`config.env` reads them, `config/settings.py` and `config/gunicorn.py` ask it by name,
`docs/settings.md` is written from this table, and `manage.py check_env` shows what is in
force.
"""

import datetime
import multiprocessing
import re
from collections.abc import Callable
from email.utils import formataddr
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

# --- Types: each turns a text into a value, or raises ValueError with what is wrong ----


def switch(text: str) -> bool:
    """On or off; any other word is an error, not a silent no."""
    word = text.strip().lower()
    if word in ("1", "true", "yes", "on"):
        return True
    if word in ("0", "false", "no", "off", ""):
        return False
    raise ValueError("is neither on nor off")


def number(least: int, most: int) -> Callable[[str], int]:
    """A whole number within bounds, both included."""

    def cast(text: str) -> int:
        try:
            value = int(text)
        except ValueError:
            raise ValueError("is no whole number") from None
        if not least <= value <= most:
            raise ValueError(f"is not between {least} and {most}")
        return value

    return cast


def choice(*choices: str) -> Callable[[str], str]:
    """One of these words."""

    def cast(text: str) -> str:
        if text not in choices:
            raise ValueError(f"is none of: {', '.join(choices)}")
        return text

    return cast


def words(text: str) -> list[str]:
    """Words with commas between them; blanks around one do not count."""
    return [word for part in text.split(",") if (word := part.strip())]


def time_zone(text: str) -> str:
    """The name of a time zone of the IANA database."""
    try:
        return ZoneInfo(text).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError("is no time zone") from None


def duration(text: str) -> datetime.timedelta:
    """A length of time in minutes, hours or days, written as `90m`, `48h` or `3d`."""
    match = re.fullmatch(r"([1-9][0-9]{0,4})([mhd])", text.strip())
    if match is None:
        raise ValueError("is no length of time")
    unit = {"m": "minutes", "h": "hours", "d": "days"}[match[2]]
    return datetime.timedelta(**{unit: int(match[1])})


# --- Defaults that follow from other variables ----------------------------------------


def _in_production(env: Any) -> bool:
    return bool(env("ENVIRONMENT") == "production")


def _bind(env: Any) -> str:
    return f"127.0.0.1:{env('PORT')}"


def _public_url(env: Any) -> str:
    return f"http://127.0.0.1:{env('PORT')}"


def _database_url(env: Any) -> str:
    return f"sqlite:///{env('VAR_DIR')}/db.sqlite3"


def _processes(env: Any) -> int:
    """Threads share one process's SQLite file and local memory; more need servers."""
    database, cache = str(env("DATABASE_URL")), str(env("CACHE_URL"))
    is_shared = database.startswith("mysql") and cache.startswith("redis")
    return multiprocessing.cpu_count() * 2 if is_shared else 1


def _origins(env: Any) -> list[str]:
    legacy = ["file://", "null"] if env("LEGACY_API") else []
    return legacy + ([] if _in_production(env) else ["http://localhost:3000"])


def _from_email(env: Any) -> str:
    return formataddr((env("SHOP_NAME"), "shop@localhost"))


class Variable(NamedTuple):
    """One environment variable.

    `default` is a value, or a function of the environment; `shown` tells such a one. One
    that is required has no default in production.
    """

    name: str
    cast: Callable[[str], Any]
    default: Any
    meaning: str
    shown: str = ""
    hint: str = "`manage.py check_env` shows all settings, docs/settings.md what each may be."
    is_required: bool = False
    is_secret: bool = False


class Group(NamedTuple):
    """Variables that belong together, and what holds for all of them."""

    title: str
    variables: tuple[Variable, ...]
    text: str = ""


_VAR_DIR = str(Path(__file__).resolve().parent.parent / "var")
_MINUTES = number(1, 60 * 24 * 365)
_DAYS = number(1, 36_500)
_LENGTH_HINT = "Write 90m, 48h or 3d."

GROUPS = (
    Group(
        "The shop",
        (
            Variable(
                "ENVIRONMENT",
                choice("development", "production"),
                "development",
                "or `production`: then `SECRET_KEY`, `PUBLIC_URL` and `ALLOWED_HOSTS` have no "
                "default, cookies are for HTTPS only, and there is no demo data",
            ),
            Variable(
                "SECRET_KEY",
                str,
                "development-only: never serve a shop with this key",
                "signs tokens, links and sessions; changing it signs everybody out, and the apps "
                "of second factors no longer fit: recovery codes do",
                shown="none in production",
                hint="Make one with "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(50))'`.",
                is_required=True,
                is_secret=True,
            ),
            Variable(
                "PUBLIC_URL",
                str,
                _public_url,
                "the shop's address; every absolute URL is made from it",
                shown="`http://127.0.0.1:PORT`, none in production",
                hint="Set it to the shop's address, as https://shop.example.",
                is_required=True,
            ),
            Variable(
                "ALLOWED_HOSTS",
                words,
                ["127.0.0.1", "localhost", "[::1]", "testserver"],
                "the names the shop is asked by, with commas",
                shown="this machine, none in production",
                hint="Set it to the names in the shop's addresses, as shop.example.",
                is_required=True,
            ),
            Variable("SHOP_NAME", str, "Roundtrip", "stands on pages and in mails"),
            Variable(
                "TIME_ZONE",
                time_zone,
                "UTC",
                "the shop's: times without an offset are read in it, pages show it",
                hint="Write one as Asia/Kolkata.",
            ),
            Variable(
                "LANGUAGE_CODE",
                choice("en", "hi"),
                "en",
                "the shop's language, or `hi` for Hindi: for who asks for neither",
            ),
            Variable("CURRENCY", str, "INR", "the shop's, by its ISO 4217 code"),
            Variable(
                "UNDO_MINUTES",
                _MINUTES,
                15,
                "how long staff who may not correct a status may undo their own step",
            ),
            Variable(
                "STUCK_AFTER",
                duration,
                datetime.timedelta(hours=48),
                "an order that stays longer than this in one stage is shown as stuck; `90m`, "
                "`48h` or `3d`",
                shown="`48h`",
                hint=_LENGTH_HINT,
            ),
            Variable(
                "ADMIN_IDLE_MINUTES",
                _MINUTES,
                30,
                "staff who do nothing in the admin for this long sign in anew",
            ),
            Variable(
                "QR_PAYLOAD",
                choice("url", "legacy"),
                "url",
                "or `legacy`: three lines with order, email and service in every code, for old "
                "scanner apps",
            ),
            Variable(
                "ADMIN_USERNAME",
                str,
                "",
                "the user name of the first member of staff",
                shown="`bin/serve` makes one up",
            ),
            Variable("ADMIN_EMAIL", str, "", "their email", shown="the same"),
            Variable(
                "ADMIN_PASSWORD",
                str,
                "",
                "their password",
                shown="the same",
                hint="Choose one that nobody else uses; a few words will do.",
                is_secret=True,
            ),
            Variable("DEBUG", switch, False, "Django's pages for developers; never in production"),
        ),
    ),
    Group(
        "Serving",
        (
            Variable("PORT", number(1, 65_535), 8000, "where gunicorn listens, on 127.0.0.1"),
            Variable(
                "BIND",
                str,
                _bind,
                "another address, or `unix:/path`: who calls there counts as 127.0.0.1",
                shown="`127.0.0.1:PORT`",
            ),
            Variable(
                "WEB_CONCURRENCY",
                number(1, 256),
                _processes,
                "processes; more than one needs MariaDB and `CACHE_URL=redis://`",
                shown="1, twice the cores with MariaDB and Redis",
                hint="Set DATABASE_URL=mysql://..., CACHE_URL=redis://..., or WEB_CONCURRENCY=1.",
            ),
            Variable("WEB_THREADS", number(1, 256), 4, "threads of each process"),
            Variable(
                "WEB_TIMEOUT",
                number(1, 3600),
                30,
                "seconds after which a process that hangs is ended and replaced",
            ),
            Variable(
                "WEB_GRACEFUL_TIMEOUT",
                number(1, 3600),
                25,
                "seconds that calls under way get to end when the server stops or reloads",
            ),
            Variable(
                "WEB_MAX_REQUESTS",
                number(0, 10_000_000),
                10_000,
                "calls after which a process is replaced by a new one, or a tenth more; 0 never",
            ),
            Variable(
                "DATABASE_URL",
                str,
                _database_url,
                "or `mysql://user:password@host:3306/name` for MariaDB and MySQL",
                shown="`sqlite:///VAR_DIR/db.sqlite3`",
                hint="Write mysql://user:password@host:3306/name or sqlite:////path/to/file.",
                is_secret=True,
            ),
            Variable(
                "CONN_MAX_AGE",
                number(0, 86_400),
                60,
                "seconds for which a connection to MariaDB is kept",
            ),
            Variable(
                "CACHE_URL", str, "locmemcache://", "or `redis://host:6379/0`", is_secret=True
            ),
            Variable("CACHE_KEY_PREFIX", str, "roundtrip", "tells two shops on one Redis apart"),
            Variable(
                "TRUSTED_PROXIES",
                words,
                [],
                "addresses or networks whose `X-Forwarded-For` is believed",
            ),
            Variable(
                "CORS_ALLOWED_ORIGINS",
                words,
                _origins,
                "pages of other hosts that may call the API",
                shown="`file://,null` while `LEGACY_API` is on, and `http://localhost:3000` in "
                "development",
            ),
            Variable("SECURE_SSL_REDIRECT", switch, True, "sends HTTP to HTTPS, in production"),
            Variable(
                "SECURE_HSTS_SECONDS",
                number(0, 63_072_000),
                31_536_000,
                "for how long browsers are told to ask by HTTPS only, in production",
            ),
            Variable("SECURE_HSTS_INCLUDE_SUBDOMAINS", switch, True, "the same for subdomains"),
            Variable("SECURE_HSTS_PRELOAD", switch, True, "the same for the browsers' own list"),
        ),
    ),
    Group(
        "Files, mails and logs",
        (
            Variable("VAR_DIR", str, _VAR_DIR, "where the running shop writes", shown="`var`"),
            Variable(
                "MEDIA_ROOT",
                str,
                lambda env: f"{env('VAR_DIR')}/media",
                "QR images; they are made again if lost",
                shown="`VAR_DIR/media`",
            ),
            Variable(
                "ACCEL_REDIRECT",
                str,
                "",
                "behind nginx: its internal location over `MEDIA_ROOT`, as `/kept/`; it then sends "
                "the kept images itself (`X-Accel-Redirect`)",
            ),
            Variable(
                "STATIC_ROOT",
                str,
                lambda env: f"{env('VAR_DIR')}/static",
                "where `collectstatic` puts the pages' files",
                shown="`VAR_DIR/static`",
            ),
            Variable(
                "EMAIL_URL",
                str,
                "consolemail://",
                "the mail server, as `smtp+tls://user:password@host:587`",
                is_secret=True,
            ),
            Variable("EMAIL_TIMEOUT", number(1, 3600), 5, "seconds a mail server may take"),
            Variable(
                "DEFAULT_FROM_EMAIL",
                str,
                _from_email,
                "whom mails come from",
                shown="made from `SHOP_NAME`",
            ),
            Variable("MAILED_LINK_HOURS", number(1, 24 * 365), 72, "how long a mailed link works"),
            Variable("LOG_FORMAT", choice("json", "text"), "json", "or `text`"),
            Variable(
                "LOG_LEVEL",
                choice("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"),
                "INFO",
                "the least level that is logged",
            ),
        ),
    ),
    Group(
        "Backups",
        (
            Variable(
                "BACKUP_DIR",
                str,
                lambda env: f"{env('VAR_DIR')}/backups",
                "where `manage.py backup` puts them; best on another disk",
                shown="`VAR_DIR/backups`",
            ),
            Variable(
                "BACKUP_KEEP_DAYS",
                number(1, 36_500),
                7,
                "the newest backup of each of so many last days that have one is kept",
            ),
            Variable("BACKUP_KEEP_WEEKS", number(0, 5200), 5, "the same of weeks"),
            Variable("BACKUP_KEEP_MONTHS", number(0, 1200), 12, "the same of months"),
            Variable(
                "BACKUP_AGE_RECIPIENTS",
                words,
                [],
                "public keys of [age](https://age-encryption.org), with commas: whose owners "
                "alone can read the backups",
            ),
            Variable(
                "BACKUP_AGE_IDENTITY",
                str,
                "",
                "the private key, for `restore` and `verify_backup`; it need not lie where "
                "backups are made",
                hint="Name a file that `age-keygen` wrote with BACKUP_AGE_IDENTITY_FILE.",
                is_secret=True,
            ),
            Variable(
                "BACKUP_SCRATCH_DATABASE",
                str,
                "",
                "on MariaDB, the database that backups are restored into first",
                shown="the shop's with `_scratch` behind it",
            ),
        ),
    ),
    Group(
        "Signing in",
        (
            Variable("ACCESS_TOKEN_MINUTES", _MINUTES, 15, "how long an access token works"),
            Variable("REFRESH_TOKEN_DAYS", number(1, 3650), 30, "how long a sign-in lasts"),
            Variable(
                "OTP_REQUIRED_ROLES",
                words,
                [],
                "roles, with commas, whose staff need a second factor before they may do "
                "anything, or `*` for all staff; superusers need it as soon as any role does",
            ),
            Variable(
                "ARGON2_MEMORY_KIB",
                number(8, 4 * 1024 * 1024),
                19 * 1024,
                "the cost of a password, by OWASP's advice: memory",
            ),
            Variable("ARGON2_TIME_COST", number(1, 100), 2, "the same: passes"),
            Variable("ARGON2_PARALLELISM", number(1, 64), 1, "the same: threads"),
        ),
    ),
    Group(
        "Limits",
        (
            Variable(
                "RATELIMIT_AUTH",
                str,
                "10/m",
                "sign-ins, registrations, mailed links: for each address and each account",
            ),
            Variable(
                "RATELIMIT_LOOKUP",
                str,
                "10/m",
                "looking orders up by email: for each address and each email",
            ),
            Variable("RATELIMIT_MAIL", str, "3/h", "links mailed to one address"),
            Variable("RATELIMIT_ORDERS", str, "20/h", "orders of guests, for each address"),
            Variable("RATELIMIT_ORDERS_CUSTOMERS", str, "60/h", "orders of one customer"),
            Variable(
                "RATELIMIT_ORDERS_STAFF",
                str,
                "600/h",
                "orders by one member of staff, or one trusted address",
            ),
            Variable(
                "RATELIMIT_PUBLIC",
                str,
                "600/h",
                "tracking pages, QR images and the old scan call, for each address",
            ),
            Variable(
                "RATELIMIT_DEFAULT",
                str,
                "50/h,200/d",
                "everything else without a sign-in, for each address and endpoint",
            ),
            Variable("RATELIMIT_DEFAULT_CUSTOMERS", str, "1000/h", "the same for one customer"),
            Variable(
                "RATELIMIT_DEFAULT_STAFF",
                str,
                "10000/h",
                "the same for one worker, member of staff or trusted address",
            ),
            Variable(
                "RATELIMIT_TRUSTED_IPS",
                words,
                [],
                "the counter's own machines: addresses or networks",
            ),
        ),
        "Each is a number, a slash and `s`, `m`, `h` or `d`; several with commas.",
    ),
    Group(
        "Old clients",
        (
            Variable(
                "LEGACY_API",
                switch,
                True,
                "the unversioned paths of the old servers; off: 410 with a pointer to v1",
            ),
            Variable(
                "LEGACY_SUNSET",
                str,
                "",
                "the date that their `Sunset` header names, as `2027-06-30`",
            ),
            Variable(
                "LEGACY_EMAIL_LOOKUP",
                switch,
                True,
                "the masked view of orders that an email alone gives",
            ),
            Variable("LEGACY_EMAIL_DAYS", _DAYS, 90, "how many days it reaches back"),
        ),
    ),
    Group(
        "Watching it",
        (
            Variable(
                "METRICS_TOKEN",
                str,
                "",
                "the bearer token with which `/metrics` is read from another machine, at least "
                "32 characters; this machine needs none",
                hint="Make one with "
                "`python3 -c 'import secrets; print(secrets.token_urlsafe(32))'`.",
                is_secret=True,
            ),
            Variable(
                "READY_DISK_FREE_MB",
                number(0, 10_000_000),
                200,
                "megabytes that must be free in `VAR_DIR`, or `/readyz` answers 503",
            ),
            Variable(
                "BACKUP_MAX_AGE",
                duration,
                datetime.timedelta(hours=26),
                "a newest backup that is older than this is told as `old`; `90m`, `48h` or `3d`",
                shown="`26h`",
                hint=_LENGTH_HINT,
            ),
            Variable(
                "SENTRY_DSN",
                str,
                "",
                "where Sentry is told of crashes, without bodies, addresses and emails; "
                "without one nobody is",
                hint="Copy it from the project's settings in Sentry.",
                is_secret=True,
            ),
        ),
    ),
    Group(
        "The round trip",
        (
            Variable(
                "ROUNDTRIP_WORKER_ID",
                number(0, 2**63 - 1),
                0,
                "who scans in `manage.py roundtrip`",
                shown="the demo's worker",
            ),
            Variable(
                "ROUNDTRIP_WORKER_PASSWORD",
                str,
                "",
                "their PIN or password",
                shown="the same",
                is_secret=True,
            ),
        ),
    ),
)

VARIABLES = {variable.name: variable for group in GROUPS for variable in group.variables}
