"""Every setting of Roundtrip.  What an operator may set comes from the environment."""

import warnings
from datetime import timedelta
from email.utils import formataddr
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from config.env import BASE_DIR, env
from config.rest.logs import configure as configure_logs

# A misspelt `production` must not become a shop with the key below and demo logins.
ENVIRONMENT = env.choice("ENVIRONMENT", "development", "production")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env.bool("DEBUG", default=False)

# Outside development there is no default: a missing secret stops the start.
SECRET_KEY = (
    env.str("SECRET_KEY")
    if PRODUCTION
    else env.str("SECRET_KEY", default="development-only: never serve a shop with this key")
)
PUBLIC_URL = (
    env.str("PUBLIC_URL")
    if PRODUCTION
    else env.str("PUBLIC_URL", default=f"http://127.0.0.1:{env.int('PORT', default=8000)}")
).rstrip("/")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS",
    default=[] if PRODUCTION else ["127.0.0.1", "localhost", "[::1]", "testserver"],
)
# What the running shop writes: the embedded database, images, the demo's logins.
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(parents=True, exist_ok=True)
SHOP_NAME = env.str("SHOP_NAME", default="Roundtrip")

INSTALLED_APPS = [
    "config.operations.apps.OperationsConfig",
    "config.operations.apps.RoundtripAdminConfig",
    "django.forms",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "corsheaders",
    "csp",
    "django_ratelimit",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "config.rest",
    "config.mail",
    "catalog",
    "accounts",
    "tracking",
    "orders",
    "workforce",
]

MIDDLEWARE = [
    "config.rest.request_ids.RequestIdMiddleware",
    "config.rest.logs.RequestLogMiddleware",
    "config.rest.errors.JsonErrorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"shop": "config.shop_tags"},
        },
    },
]

# Fields are drawn by templates that `templates/` may override, as pages are.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# --- Database -----------------------------------------------------------------------

LOCK_WAIT_SECONDS = 5


def _database() -> dict[str, Any]:
    try:
        with warnings.catch_warnings():
            # The library's warning of what is none of its engines holds the password.
            warnings.simplefilter("ignore")
            database = dict(env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR}/db.sqlite3"))
    except ValueError:
        database = {}
    if not str(database.get("ENGINE")).endswith(("sqlite3", "mysql")):
        raise ImproperlyConfigured(
            "DATABASE_URL names no database that Roundtrip runs on: "
            "write mysql://user:password@host:3306/name or sqlite:////path/to/file."
        )
    options = database.setdefault("OPTIONS", {})
    if database["ENGINE"].endswith("sqlite3"):
        # IMMEDIATE takes the write lock at BEGIN: a transaction that read first could
        # otherwise not be upgraded and would fail at once instead of waiting.
        options |= {
            "transaction_mode": "IMMEDIATE",
            "timeout": LOCK_WAIT_SECONDS,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        }
    else:
        options |= {
            "charset": "utf8mb4",
            "isolation_level": "read committed",
            "init_command": "SET SESSION sql_mode='TRADITIONAL', "
            f"innodb_lock_wait_timeout={LOCK_WAIT_SECONDS}",
        }
        database |= {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60)}
        database |= {"CONN_HEALTH_CHECKS": True}
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _cache() -> dict[str, Any]:
    cache = dict(env.cache_url("CACHE_URL", default="locmemcache://"))
    if "redis" in cache["BACKEND"].lower():
        cache["BACKEND"] = "config.rest.cache.ResilientRedisCache"
    elif "locmem" in cache["BACKEND"].lower():
        # Django's own 300 would throw counts of limits out while they still count.
        cache["OPTIONS"] = {"MAX_ENTRIES": 20_000}
    return cache | {"KEY_PREFIX": env.str("CACHE_KEY_PREFIX", default="roundtrip")}


CACHES = {
    "default": _cache(),
    # Each process's own: what must be counted even while the shared cache is away.
    "local": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "local"},
}

# --- Who signs in -------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.EmailOrUsernameBackend"]
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2PasswordHasher",
    "accounts.hashers.LegacyWerkzeugHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("name", "email", "phone", "username")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
# The parameters of argon2id in the OWASP Password Storage Cheat Sheet: 24 ms of CPU
# where the library's own take 200 ms, so that a login storm cannot starve a small server.
ARGON2_MEMORY_KIB = env.int("ARGON2_MEMORY_KIB", default=19 * 1024)
ARGON2_TIME_COST = env.int("ARGON2_TIME_COST", default=2)
ARGON2_PARALLELISM = env.int("ARGON2_PARALLELISM", default=1)

ACCESS_TOKEN_LIFETIME = timedelta(minutes=env.int("ACCESS_TOKEN_MINUTES", default=15))
REFRESH_TOKEN_LIFETIME = timedelta(days=env.int("REFRESH_TOKEN_DAYS", default=30))
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "SIGNING_KEY": SECRET_KEY,
}

# The first staff user, for the demonstration; what is not set there is made up.
ADMIN_USERNAME = env.str("ADMIN_USERNAME", default="")
ADMIN_EMAIL = env.str("ADMIN_EMAIL", default="")
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", default="")

# A session of the admin ends when it was not used for this long; each use writes it anew.
ADMIN_IDLE = timedelta(minutes=env.int("ADMIN_IDLE_MINUTES", default=30))
SESSION_COOKIE_AGE = int(ADMIN_IDLE.total_seconds())
SESSION_SAVE_EVERY_REQUEST = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_SAMESITE = "Lax"
LOGIN_URL = "admin:login"

# --- HTTP ---------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.AccessTokenAuthentication",
        "workforce.authentication.DeviceTokenAuthentication",
        "accounts.authentication.StaffSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["config.rest.permissions.PrincipalPermission"],
    "DEFAULT_PARSER_CLASSES": ["config.rest.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "config.rest.negotiation.OneRenderer",
    "DEFAULT_SCHEMA_CLASS": "config.rest.openapi.ApiSchema",
    "DEFAULT_PAGINATION_CLASS": "config.rest.pagination.KeysetPagination",
    "EXCEPTION_HANDLER": "config.rest.errors.exception_handler",
    "COERCE_DECIMAL_TO_STRING": False,
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Roundtrip",
    "DESCRIPTION": "The backend of a shop that picks goods up, works on them and brings them back.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PUBLIC": True,
    "SERVE_AUTHENTICATION": [],
    "COMPONENT_SPLIT_REQUEST": True,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "OrderStatus": "orders.models.Status",
        "ServiceStatus": "catalog.models.Service.Status",
        "TrackResult": "tracking.models.Track.Result",
        "TrackSource": "tracking.models.Track.Source",
        "RefusalCode": "config.rest.refusals.Code",
    },
    "PREPROCESSING_HOOKS": ["config.rest.openapi.without_slash_twins"],
}
CSRF_FAILURE_VIEW = "config.rest.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LEGACY_API = env.bool("LEGACY_API", default=True)
# The day on which the old paths are to be switched off, as 2027-06-30: it is told, not kept.
LEGACY_SUNSET = env.str("LEGACY_SUNSET", default="")
# An Electron page sends `Origin: null` or `file://`. Credentials are never allowed: the
# API's bearer tokens need none, and the admin's cookie is nobody else's business.
CORS_ALLOWED_ORIGINS = env.list(
    "CORS_ALLOWED_ORIGINS",
    default=[
        *(["file://", "null"] if LEGACY_API else []),
        *([] if PRODUCTION else ["http://localhost:3000"]),
    ],
)
CORS_ALLOW_HEADERS = [
    "authorization",
    "content-type",
    "idempotency-key",
    "if-match",
    "if-none-match",
    "x-request-id",
]
CORS_EXPOSE_HEADERS = [
    "Link",
    "ETag",
    "Retry-After",
    "RateLimit",
    "RateLimit-Policy",
    "X-Request-ID",
    "Deprecation",
    "Sunset",
    "Idempotency-Replayed",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

if PRODUCTION:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=True)
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|ping|metrics)/?$"]
    SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31536000)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("SECURE_HSTS_INCLUDE_SUBDOMAINS", default=True)
    SECURE_HSTS_PRELOAD = env.bool("SECURE_HSTS_PRELOAD", default=True)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Limits (contract, section 6; counted by config.rest.limits) ---------------------

RATELIMIT_ENABLE = True
RATELIMIT_FAIL_OPEN = True
RATELIMITS = {
    "auth": {"anyone": env.str("RATELIMIT_AUTH", default="10/m")},
    "lookup": {"anyone": env.str("RATELIMIT_LOOKUP", default="10/m")},
    "orders": {
        "anyone": env.str("RATELIMIT_ORDERS", default="20/h"),
        "customer": env.str("RATELIMIT_ORDERS_CUSTOMERS", default="60/h"),
        "staff": env.str("RATELIMIT_ORDERS_STAFF", default="600/h"),
    },
    "default": {
        "anyone": env.str("RATELIMIT_DEFAULT", default="50/h,200/d"),
        "customer": env.str("RATELIMIT_DEFAULT_CUSTOMERS", default="1000/h"),
        "staff": env.str("RATELIMIT_DEFAULT_STAFF", default="10000/h"),
    },
    # Tracking pages, QR images and the old scan call.
    "public": {
        "anyone": env.str("RATELIMIT_PUBLIC", default="600/h"),
        "customer": env.str("RATELIMIT_DEFAULT_CUSTOMERS", default="1000/h"),
        "staff": env.str("RATELIMIT_DEFAULT_STAFF", default="10000/h"),
    },
}
RATELIMIT_MAIL = env.str("RATELIMIT_MAIL", default="3/h")
RATELIMIT_TRUSTED_IPS = env.list("RATELIMIT_TRUSTED_IPS", default=[])
TRUSTED_PROXIES = env.list("TRUSTED_PROXIES", default=[])
SILENCED_SYSTEM_CHECKS = [
    # django-ratelimit wants memcached or django-redis by class name. Ours is django-redis
    # in a subclass, and local memory is right for one process: rest.E001 refuses more.
    "django_ratelimit.E003",
    "django_ratelimit.W001",
]

# --- The shop -----------------------------------------------------------------------

LANGUAGE_CODE = "en"
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = env.time_zone("TIME_ZONE", default="UTC")
USE_TZ = True
CURRENCY = env.str("CURRENCY", default="INR")

# The old contract's look-up of orders by an email alone, and how many days it reaches back.
LEGACY_EMAIL_LOOKUP = env.bool("LEGACY_EMAIL_LOOKUP", default=True)
LEGACY_EMAIL_DAYS = env.int("LEGACY_EMAIL_DAYS", default=90)
# How long the Counter role may undo its own steps.
UNDO_WINDOW = timedelta(minutes=env.int("UNDO_MINUTES", default=15))
# An order that stays longer than this in a stage is stuck.
STUCK_AFTER = env.duration("STUCK_AFTER", default="48h")
QR_PAYLOAD = env.choice("QR_PAYLOAD", "url", "legacy")

# --- Files, mail, logs --------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env.str("STATIC_ROOT", default=str(VAR_DIR / "static")))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(VAR_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
# Mails are tried at once, in the request: a mail server that hangs must not hold it long.
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=5)
DEFAULT_FROM_EMAIL = env.str(
    "DEFAULT_FROM_EMAIL", default=formataddr((SHOP_NAME, "shop@localhost"))
)
# How long a link works that was mailed to confirm an email or to set a password.
MAILED_LINK_HOURS = env.int("MAILED_LINK_HOURS", default=72)
PASSWORD_RESET_TIMEOUT = MAILED_LINK_HOURS * 60 * 60

LOGGING = configure_logs(renderer=env.str("LOG_FORMAT", default="json")) | {
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # A refusal has its request line; only crashes have more to tell.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": True},
        # The round trip tells of its calls itself.
        "httpx": {"level": "WARNING"},
    },
}
