"""The Celery application. A task only names a service; the work itself is kept in PostgreSQL."""

import os

from celery import Celery
from celery.schedules import schedule

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("cartwright")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# Every periodic task takes an advisory lock of its own, so a second beat is harmless.
app.conf.beat_schedule = {
    "poll open payments": {"task": "shop.poll_payments", "schedule": schedule(20.0)},
    "cancel orders that nobody paid": {
        "task": "shop.cancel_unpaid_orders",
        "schedule": schedule(600.0),
    },
    "poll refunds": {"task": "shop.poll_refunds", "schedule": schedule(60.0)},
    "look for disputes and warnings": {"task": "shop.watch_risk", "schedule": schedule(60.0)},
    "end holds whose time is over": {"task": "shop.end_rests", "schedule": schedule(20.0)},
    "fetch undelivered events": {
        "task": "shop.fetch_undelivered_events",
        "schedule": schedule(900.0),
    },
    "reconcile with Stripe": {"task": "shop.reconcile", "schedule": schedule(21_600.0)},
    "refresh availability": {
        "task": "production.refresh_availability",
        "schedule": schedule(60.0),
    },
    "plan the floor anew": {"task": "production.reschedule", "schedule": schedule(60.0)},
    "tidy model versions": {"task": "configurator.tidy_versions", "schedule": schedule(300.0)},
    "forget old events of Stripe": {"task": "shop.forget_events", "schedule": schedule(3600.0)},
    "forget what mails said": {"task": "mail.forget_contents", "schedule": schedule(3600.0)},
    "forget finished outbox rows": {"task": "outbox.forget_finished", "schedule": schedule(3600.0)},
}
