"""Settings of every deployment, read from the environment. `docs/deploy.md` lists them.

GRANTS_ENV says what runs: `production` (the default), `demo` or `test`. Only the last two may start
without SECRET_KEY and DATABASE_URL; they use the private PostgreSQL of `devdb`.
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent

GRANTS_ENV = env("GRANTS_ENV", default="production")
if GRANTS_ENV not in {"production", "demo", "test"}:
    raise ImproperlyConfigured(f"GRANTS_ENV is {GRANTS_ENV!r}; it must be production, demo or test.")
PRODUCTION = GRANTS_ENV == "production"
HTTPS = PRODUCTION

SECRET_KEY = env("SECRET_KEY", default="" if PRODUCTION else "only-for-demo-and-tests-" + "0" * 40)
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. A deployment must bring its own: see docs/deploy.md.")
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["127.0.0.1", "localhost", "testserver"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

if "DATABASE_URL" in env.ENVIRON:
    DATABASES = {"default": env.db()}
elif PRODUCTION:
    raise ImproperlyConfigured("DATABASE_URL is not set. A deployment must name its PostgreSQL: see docs/deploy.md.")
else:
    import devdb

    DATABASES = {"default": devdb.cluster(GRANTS_ENV).django}
DATABASES["default"].setdefault("OPTIONS", {})["options"] = (
    "-c lock_timeout=3000 -c statement_timeout=10000 -c idle_in_transaction_session_timeout=60000"
)
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["default"]["CONN_MAX_AGE"] = 60

INSTALLED_APPS = [
    "grants.admin_config.GrantsAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "crispy_forms",
    "django_filters",
    "pgtrigger",
    "grants",
    "bids",
    "approvals",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "grants.access.NoNullMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "grants.people.sessions.SessionEndMiddleware",
    "grants.typed.SignedInMiddleware",
    "grants.access.NoStoreMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "grants.urls"
WSGI_APPLICATION = "grants.wsgi.application"

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
                "grants.access.navigation",
            ],
            "builtins": ["grants.templatetags.words", "crispy_forms.templatetags.crispy_forms_tags"],
        },
    },
]
# Widgets are drawn by our own templates, and forms by the pack of crispy forms in templates/govuk/.
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_TEMPLATE_PACK = "govuk"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["govuk"]
CRISPY_FAIL_SILENTLY = False

SERVICE_NAME = "Crime prevention grants"
# The body that the rounds of this deployment are opened for: see docs/body-folder.md.
BODY_FOLDER = BASE_DIR / env("BODY_FOLDER", default="fixtures/force-mps")

# What an app above adds to a page or a transition of `grants`, by name, so that nothing here imports upward.
STANDING = "approvals.tasks.standing"
OVERVIEW = "approvals.tasks.overview"
HIDDEN_EVENTS = "bids.panel.hidden.hidden_events"
BID_REFERENCES = "bids.panel.hidden.references"
ROUND_SUMS = "approvals.routing.commitments.of_round"
BID_ROUTES = "approvals.routing.of_bids.BidRoutes"
# The page on which the chair records the outcomes of many bids.
OUTCOMES_PAGE = "approvals:outcomes"
ON_BID = "approvals.tasks.on_bid"
WAITING = ["bids.tasks.tasks", "approvals.tasks.tasks", "grants.tasks.tasks"]
AFTER_EVENTS = ["approvals.register.registering.follow"]
ROUND_GUARDS = ["approvals.routing.commitments.guard"]
ROUND_DEFAULTS = ["bids.intake.defaults.set_up", "approvals.routing.limits.set_up"]
# The links at the top of each page: label, URL name, the action that it needs, whether it is of one round.
NAVIGATION = [
    ("Home", "grants:home", "see home", False),
    ("Rounds", "grants:rounds", "open round", False),
    ("Bids", "bids:bids", "see bids", True),
    ("Scoring", "bids:scoring", "score bid", True),
    ("Panel", "bids:panel", "see panel", True),
    ("Ranking", "bids:ranking", "see ranking", True),
    ("Meetings", "bids:meetings", "see meetings", True),
    ("Scenarios", "approvals:scenarios", "see scenarios", True),
    ("Review", "approvals:review", "review bid", True),
    ("Routes", "approvals:routes", "see routes", True),
    ("Approvals", "approvals:approvals", "see approvals", True),
    ("Reconciliation", "approvals:reconciliation", "see reconciliation", True),
    ("Decisions", "approvals:decisions", "see decisions", True),
    ("Trail", "grants:round_trail", "see trail", True),
    ("Deputies", "grants:deputies", "name deputy", False),
    ("People", "grants:people", "see people", False),
]

# Where the public finds the register, and as whom its open data are published. The defaults say that they are invented.
PUBLIC_ADDRESS = env(
    "PUBLIC_ADDRESS", default=f"https://{ALLOWED_HOSTS[0]}" if PRODUCTION and ALLOWED_HOSTS else "http://127.0.0.1:8000"
).rstrip("/")
OPEN_DATA_PREFIX = env("OPEN_DATA_PREFIX", default="360G-illustrative")
FUNDER_ID = env("FUNDER_ID", default="360G-illustrative-org-funder")
FUNDER_NAME = env("FUNDER_NAME", default="Illustrative funder (demonstration)")
OPEN_DATA_LICENCE = env(
    "OPEN_DATA_LICENCE", default="https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/"
)

AUTH_USER_MODEL = "grants.User"
LOGIN_URL = "grants:sign_in"
LOGIN_REDIRECT_URL = "grants:home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "grants.people.password_rules.NotGuessedValidator"},
]

if PRODUCTION or "EMAIL_URL" in env.ENVIRON:
    vars().update(env.email_url("EMAIL_URL", default="smtp://localhost:25"))
else:
    # Demo and tests never reach a mail server: the demo's letters are files.
    EMAIL_BACKEND, EMAIL_FILE_PATH = "django.core.mail.backends.filebased.EmailBackend", BASE_DIR / ".demo" / "mail"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("MAIL_FROM", default="grants@localhost")
MAIL_DOMAIN = DEFAULT_FROM_EMAIL.partition("@")[2]

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "Europe/London"
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = None
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "build" / "static"
STATICFILES_DIRS = [BASE_DIR / "build" / "assets"] if (BASE_DIR / "build" / "assets").exists() else []
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    # Where the files of bids are kept: the database, unless FILES_BUCKET names a store that speaks S3.
    "bid_files": {"BACKEND": "bids.files.storage.DatabaseStorage"},
}
if "FILES_BUCKET" in env.ENVIRON:
    STORAGES["bid_files"] = {
        "BACKEND": "bids.files.s3.S3Storage",
        "OPTIONS": {
            "bucket_name": env("FILES_BUCKET"),
            "endpoint_url": env("FILES_ENDPOINT", default=None),
            "region_name": env("FILES_REGION", default=None),
        },
    }
# A function, by name, that looks for viruses in each file before it is added. Empty: nothing looks.
FILE_SCANNER = env("FILE_SCANNER", default="")
CLAMD_ADDRESS = env("CLAMD_ADDRESS", default="unix:/run/clamav/clamd.ctl")
if GRANTS_ENV == "test":
    # Tests render pages before anything is collected.
    STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    WHITENOISE_USE_FINDERS = True
    WHITENOISE_AUTOREFRESH = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

CSRF_FAILURE_VIEW = "grants.typed.out_of_date"
# How long a password link works, in seconds.
PASSWORD_RESET_TIMEOUT = 60 * 60
# No session lasts longer; those that end earlier are ended by grants.people.sessions.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"tokens": {"()": "grants.logs.WithoutTokens"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tokens"]}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
