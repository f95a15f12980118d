"""Every setting of Roundtrip.  What an operator may set comes from the environment."""

import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config.env import BASE_DIR, env, refuse
from config.rest.logs import configure as configure_logs
from config.variables import VARIABLES

# A misspelt `production` must not become a shop with the key below and demo logins.
ENVIRONMENT = env("ENVIRONMENT")
PRODUCTION = ENVIRONMENT == "production"
DEBUG = env("DEBUG")

# Outside development there is no default: a missing secret stops the start.
SECRET_KEY = env("SECRET_KEY")
PUBLIC_URL = env("PUBLIC_URL").rstrip("/")
ALLOWED_HOSTS = env("ALLOWED_HOSTS")
# What the running shop writes: the embedded database, images, the demo's logins.
VAR_DIR = Path(env("VAR_DIR"))
VAR_DIR.mkdir(parents=True, exist_ok=True)
SHOP_NAME = env("SHOP_NAME")

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
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "config.rest.request_ids.RequestIdMiddleware",
    "config.rest.logs.RequestLogMiddleware",
    "config.rest.languages.LanguageMiddleware",
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
    "simple_history.middleware.HistoryRequestMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.rest.request_metrics.RequestMetricsMiddleware",
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
            database = dict(env.db_url_config(env("DATABASE_URL")))
    except ValueError:
        database = {}
    if not str(database.get("ENGINE")).endswith(("sqlite3", "mysql")):
        raise refuse(
            2,
            "DATABASE_URL names no database that Roundtrip runs on.",
            VARIABLES["DATABASE_URL"].hint,
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
        database |= {"CONN_MAX_AGE": env("CONN_MAX_AGE")}
        database |= {"CONN_HEALTH_CHECKS": True}
    return database


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


def _cache() -> dict[str, Any]:
    cache = dict(env.cache_url_config(env("CACHE_URL")))
    if "redis" in cache["BACKEND"].lower():
        cache["BACKEND"] = "config.rest.cache.ResilientRedisCache"
    elif "locmem" in cache["BACKEND"].lower():
        # Django's own 300 would throw counts of limits out while they still count.
        cache["OPTIONS"] = {"MAX_ENTRIES": 20_000}
    return cache | {"KEY_PREFIX": env("CACHE_KEY_PREFIX")}


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
ARGON2_MEMORY_KIB = env("ARGON2_MEMORY_KIB")
ARGON2_TIME_COST = env("ARGON2_TIME_COST")
ARGON2_PARALLELISM = env("ARGON2_PARALLELISM")

ACCESS_TOKEN_LIFETIME = timedelta(minutes=env("ACCESS_TOKEN_MINUTES"))
REFRESH_TOKEN_LIFETIME = timedelta(days=env("REFRESH_TOKEN_DAYS"))
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": ACCESS_TOKEN_LIFETIME,
    "REFRESH_TOKEN_LIFETIME": REFRESH_TOKEN_LIFETIME,
    "SIGNING_KEY": SECRET_KEY,
}

# The first staff user, for the demonstration; what is not set there is made up.
ADMIN_USERNAME = env("ADMIN_USERNAME")
ADMIN_EMAIL = env("ADMIN_EMAIL")
ADMIN_PASSWORD = env("ADMIN_PASSWORD")

# Roles whose staff need a second factor before they may do anything; `*` is all staff.
OTP_REQUIRED_ROLES = env("OTP_REQUIRED_ROLES")

# A session of the admin ends when it was not used for this long; each use writes it anew.
ADMIN_IDLE = timedelta(minutes=env("ADMIN_IDLE_MINUTES"))
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
# A file that is larger than memory takes is let go: no upload reaches a disk.
FILE_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "config.sheets.uploads.DiscardingUploadHandler",
]
# Without these any member of staff could export and import: `export_order`, `import_service`.
IMPORT_EXPORT_EXPORT_PERMISSION_CODE = "export"
IMPORT_EXPORT_IMPORT_PERMISSION_CODE = "import"

LEGACY_API = env("LEGACY_API")
# The day on which the old paths are to be switched off, as 2027-06-30: it is told, not kept.
LEGACY_SUNSET = env("LEGACY_SUNSET")
# An Electron page sends `Origin: null` or `file://`. Credentials are never allowed: the
# API's bearer tokens need none, and the admin's cookie is nobody else's business.
CORS_ALLOWED_ORIGINS = env("CORS_ALLOWED_ORIGINS")
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
    SECURE_SSL_REDIRECT = env("SECURE_SSL_REDIRECT")
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|ping|metrics)/?$"]
    SECURE_HSTS_SECONDS = env("SECURE_HSTS_SECONDS")
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env("SECURE_HSTS_INCLUDE_SUBDOMAINS")
    SECURE_HSTS_PRELOAD = env("SECURE_HSTS_PRELOAD")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- Watching it ----------------------------------------------------------------------

METRICS_TOKEN = env("METRICS_TOKEN")
READY_DISK_FREE_MB = env("READY_DISK_FREE_MB")
BACKUP_MAX_AGE = env("BACKUP_MAX_AGE")
# From a call that touches nothing to one that a person gives up.
PROMETHEUS_LATENCY_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, float("inf"))

# --- Limits (contract, section 6; counted by config.rest.limits) ---------------------

RATELIMIT_ENABLE = True
RATELIMIT_FAIL_OPEN = True
RATELIMITS = {
    "auth": {"anyone": env("RATELIMIT_AUTH")},
    "lookup": {"anyone": env("RATELIMIT_LOOKUP")},
    "orders": {
        "anyone": env("RATELIMIT_ORDERS"),
        "customer": env("RATELIMIT_ORDERS_CUSTOMERS"),
        "staff": env("RATELIMIT_ORDERS_STAFF"),
    },
    "default": {
        "anyone": env("RATELIMIT_DEFAULT"),
        "customer": env("RATELIMIT_DEFAULT_CUSTOMERS"),
        "staff": env("RATELIMIT_DEFAULT_STAFF"),
    },
    # Tracking pages, QR images and the old scan call; the signed-in count as everywhere.
    "public": {"anyone": env("RATELIMIT_PUBLIC")},
}
RATELIMIT_MAIL = env("RATELIMIT_MAIL")
RATELIMIT_TRUSTED_IPS = env("RATELIMIT_TRUSTED_IPS")
TRUSTED_PROXIES = env("TRUSTED_PROXIES")
SILENCED_SYSTEM_CHECKS = [
    # django-ratelimit wants memcached or django-redis by class name. Ours is django-redis
    # in a subclass, and local memory is right for one process: rest.E001 refuses more.
    "django_ratelimit.E003",
    "django_ratelimit.W001",
]

# --- The shop -----------------------------------------------------------------------

# The shop's own language, for who asks for none of these; beside it every reader's own.
LANGUAGES = [("en", _("English")), ("hi", _("Hindi"))]
LANGUAGE_CODE = env("LANGUAGE_CODE")
LANGUAGE_COOKIE_AGE = int(timedelta(days=365).total_seconds())
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = PRODUCTION
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "config" / "operations" / "locale"]
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = env("TIME_ZONE")
USE_TZ = True
CURRENCY = env("CURRENCY")

# The old contract's look-up of orders by an email alone, and how many days it reaches back.
LEGACY_EMAIL_LOOKUP = env("LEGACY_EMAIL_LOOKUP")
LEGACY_EMAIL_DAYS = env("LEGACY_EMAIL_DAYS")
# How long the Counter role may undo its own steps.
UNDO_WINDOW = timedelta(minutes=env("UNDO_MINUTES"))
# An order that stays longer than this in a stage is stuck.
STUCK_AFTER = env("STUCK_AFTER")
QR_PAYLOAD = env("QR_PAYLOAD")

# --- Files, mail, logs --------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = Path(env("STATIC_ROOT"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env("MEDIA_ROOT"))
ACCEL_REDIRECT = env("ACCEL_REDIRECT")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if PRODUCTION
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = not PRODUCTION

BACKUP_DIR = Path(env("BACKUP_DIR"))
BACKUP_KEEP_DAYS = env("BACKUP_KEEP_DAYS")
BACKUP_KEEP_WEEKS = env("BACKUP_KEEP_WEEKS")
BACKUP_KEEP_MONTHS = env("BACKUP_KEEP_MONTHS")
BACKUP_AGE_RECIPIENTS = env("BACKUP_AGE_RECIPIENTS")
BACKUP_AGE_IDENTITY = env("BACKUP_AGE_IDENTITY")
BACKUP_SCRATCH_DATABASE = env("BACKUP_SCRATCH_DATABASE")

EMAIL_CONFIG = env.email_url_config(env("EMAIL_URL"))
vars().update(EMAIL_CONFIG)
# Mails are tried at once, in the request: a mail server that hangs must not hold it long.
EMAIL_TIMEOUT = env("EMAIL_TIMEOUT")
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL")
# How long a link works that was mailed to confirm an email or to set a password.
MAILED_LINK_HOURS = env("MAILED_LINK_HOURS")
PASSWORD_RESET_TIMEOUT = MAILED_LINK_HOURS * 60 * 60

LOGGING = configure_logs(renderer=env("LOG_FORMAT")) | {
    "root": {"handlers": ["stderr"], "level": env("LOG_LEVEL")},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        # A refusal has its request line; only crashes have more to tell.
        "django.request": {"level": "ERROR"},
        "django.server": {"handlers": [], "propagate": True},
        # The round trip tells of its calls itself.
        "httpx": {"level": "WARNING"},
    },
}

if sentry_dsn := env("SENTRY_DSN"):
    # Imported here, because most shops do without, and a start should not wait for it.
    from config.rest.crash_reports import connect

    connect(sentry_dsn, environment=ENVIRONMENT)
