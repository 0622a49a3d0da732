"""One settings module for every machine: no branch between demo, tests and production."""

from urllib.parse import urlsplit

from django.utils.csp import CSP

from config.env import BASE_DIR, HOME, amounts_minor, days, env, mailer, secret_key
from config.records_look import UNFOLD  # noqa: F401 - a setting

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = secret_key()
BASE_URL = env.str("BASE_URL", default="http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [BASE_URL]
IS_HTTPS = urlsplit(BASE_URL).scheme == "https"

INSTALLED_APPS = [
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "rest_framework.authtoken",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    "config.apps.CartwrightConfig",
    "config.outbox",
    "config.audit",
    "config.mail",
    "config.console",
    "configurator",
    "shop",
    "production",
    "suppliers",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "config.middleware.AdminContentPolicyMiddleware",
    "config.middleware.NulByteMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.middleware.DomainErrorMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

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
                "config.context_processors.site",
                "config.console.frame.frame",
                "shop.context_processors.cart",
            ],
        },
    },
]

# `manage.py` fills DATABASE_URL and REDIS_URL with the embedded servers where they are unset.
# The default names no server, so that a forgotten variable fails at the first query, by name.
DATABASES = {
    "default": {
        **env.db_url("DATABASE_URL", default="postgresql://DATABASE_URL-is-not-set/cartwright"),
        "ATOMIC_REQUESTS": False,
        "CONN_MAX_AGE": env.int("CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS_URL = env.str("REDIS_URL", default="redis://REDIS_URL-is-not-set/0")

# --- who we are, on papers and mails
COMPANY_NAME = env.str("COMPANY_NAME", default="Cartwright")
COMPANY_ADDRESS = env.str("COMPANY_ADDRESS", default="1 Workshop Lane\nExample City")

# --- time, language, money
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
LANGUAGE_CODE = "en"
USE_I18N = True
SHOP_CURRENCY = env.str("SHOP_CURRENCY", default="USD")

# --- files
STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "config.static_files.ModuleAwareStorage"
        if env.bool("STATIC_MANIFEST", default=False)
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
# Without a manifest (development, tests) files are found where they lie.
WHITENOISE_USE_FINDERS = not env.bool("STATIC_MANIFEST", default=False)

# --- money
STRIPE_SECRET_KEY = env.str("STRIPE_SECRET_KEY", default="")
STRIPE_WEBHOOK_SECRETS = env.list("STRIPE_WEBHOOK_SECRET", default=[])  # two while rotating
STRIPE_API_BASE = env.str("STRIPE_API_BASE", default="")  # only the local sandbox cashier

# Refunds of one payment that together come to more than this need a second person; in a currency
# that is not named, any does.
REFUND_ALONE_UP_TO_MINOR = amounts_minor("REFUND_ALONE_UP_TO_MINOR", default="USD=100000")
# How long an order can be paid at the price that it was placed at; then it is cancelled.
UNPAID_ORDER_DAYS = days("UNPAID_ORDER_DAYS", default=14)
# Working days that a cleared payment rests before its order is released, by Stripe's name of the
# method: a debit can be called back. "sepa_debit=5,us_bank_account=4"; none by default.
SEASONING_DAYS = {
    method: int(days) for method, days in env.dict("SEASONING_DAYS", default={}).items()
}

# --- security
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    # The checkout form is answered by a redirect to the cashier, and browsers check that too.
    "form-action": [
        CSP.SELF,
        "https://checkout.stripe.com",
        *([STRIPE_API_BASE] if STRIPE_API_BASE else []),
    ],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "manifest-src": [CSP.SELF],
    "object-src": [CSP.NONE],
}
SECURE_REFERRER_POLICY = "same-origin"  # secret links must not leak to the cashier
SECURE_SSL_REDIRECT = IS_HTTPS and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", default=31_536_000) if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("BEHIND_PROXY", default=False) else None
)
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"
LOGIN_URL = "admin:login"
# No form of ours is larger; a body beyond this is refused before it is read.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- mail
MAILERS = {"default": mailer(env.str("EMAIL_URL", default=""))}
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default="Cartwright <orders@cartwright.example>")
MAIL_DOMAIN = env.str("MAIL_DOMAIN", default="cartwright.example")  # of our Message-IDs
MAIL_INBOX_URL = env.str("MAIL_INBOX_URL", default="")  # where the local sink shows its mails

# --- the configuration engine: off, the solver answers every click (completely, but slower)
COMPILE_CIRCUITS = env.bool("COMPILE_CIRCUITS", default=True)

# --- ports: who answers for what, by name, so that no app imports upward
SHOP_PROMISER = "production.promising.quote"
CONFIGURATOR_BUILDER = "production.buildable.unbuildable"
CONFIGURATOR_DEMAND = "shop.selectors.configurations_held"

# --- Celery: PostgreSQL is the ledger, Celery is the doorbell (see docs/ARCHITECTURE.md)
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_ACKS_ON_FAILURE_OR_TIMEOUT = True  # failures are kept in the work item's own row
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 300
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Above twice the time limit, so that a slow task is never handed out a second time.
    "visibility_timeout": 900,
    "unacked_restore_interval": 10,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "health_check_interval": 25,
    "socket_timeout": 30,
    "socket_connect_timeout": 3,
}
CELERY_TASK_PUBLISH_RETRY = False  # the relay decides what happens when the broker is away
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20
CELERY_WORKER_ENABLE_SOFT_SHUTDOWN_ON_IDLE = True
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1000
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

REST_FRAMEWORK = {
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],  # default deny
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["config.api.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PAGINATION_CLASS": "rest_framework.pagination.LimitOffsetPagination",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "config.api.exception_handler",
    "DEFAULT_VERSIONING_CLASS": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Cartwright",
    "DESCRIPTION": "Configure a product, order it, and follow how it is made.",
    "VERSION": "1.0.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    # Every app has a status; the schema tells them apart.
    "ENUM_NAME_OVERRIDES": {
        "OrderStatusEnum": "shop.models.Order.Status",
        "PaymentStatusEnum": "shop.models.Payment.Status",
        "AssemblyJobStatusEnum": "production.models.AssemblyJob.Status",
        "OperationStatusEnum": "production.models.JobOperation.Status",
        "OperationKindEnum": "production.models.JobOperation.Kind",
        "ScanKindEnum": "production.models.ScanEvent.Kind",
        "PurchaseOrderStatusEnum": "suppliers.models.PurchaseOrder.Status",
        "TrackedPartStateEnum": "shop.models.TrackedPart.State",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"stripe": {"level": "WARNING"}},  # it tells every request otherwise
}
