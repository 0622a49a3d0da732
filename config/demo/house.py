"""The shop's processes and how one knows that each is ready."""

import os
import sys
import urllib.error
import urllib.request

from config.demo.processes import Spec
from config.demo.surroundings import PROJECT, Surroundings
from config.embedded.ports import LOOPBACK

QUEUES = "default,payments,production,suppliers,mail"
CELERY = ("-m", "celery", "--app=config.celery")
ASK_S = 2.0


def standing_by(place: Surroundings) -> list[Spec]:
    """What touches the database only when asked, so it may start before the schema is there."""
    specs = [web(place), worker()]
    if place.needs_cashier:
        specs.insert(0, cashier(place))
    if place.needs_inbox:
        specs.insert(0, mail_sink(place))
    return specs


def at_work(place: Surroundings) -> list[Spec]:
    """What begins to work by itself."""
    return [beat(place), relay()]


def mail_sink(place: Surroundings) -> Spec:
    return Spec(
        name="mailsink",
        title="Mail sink",
        command=_python(
            "-m",
            "config.mailsink",
            f"--smtp-port={place.ports['smtp']}",
            f"--http-port={place.ports['inbox']}",
            f"--store={place.home / 'mails'}",
        ),
        is_ready=lambda: answers(place.url("inbox", "/healthz")),
        is_helper=True,
    )


def cashier(place: Surroundings) -> Spec:
    return Spec(
        name="cashier",
        title="Cashier (sandbox)",
        command=_python(
            "-m",
            "shop.stripe.sandbox",
            f"--port={place.ports['cashier']}",
            f"--state={place.home / 'cashier'}",
            # Signed with STRIPE_WEBHOOK_SECRET of the environment.
            f"--webhook-url={place.url('shop', '/stripe/webhook/')}",
        ),
        is_ready=lambda: answers(place.url("cashier")),
        is_helper=True,
    )


def web(place: Surroundings) -> Spec:
    return Spec(
        name="web",
        title="Web server",
        command=_python(
            "-m",
            "granian",
            "--interface=wsgi",
            f"--host={LOOPBACK}",
            f"--port={place.ports['shop']}",
            f"--workers={os.environ.get('WEB_CONCURRENCY') or 2}",
            "--blocking-threads=2",
            "--no-ws",
            "--respawn-failed-workers",
            "config.wsgi:application",
        ),
        environment=place.web_environment(),
        is_ready=lambda: answers(place.url("shop", "/healthz")),
    )


def worker() -> Spec:
    return Spec(
        name="worker",
        title="Worker",
        command=_python(
            *CELERY,
            "worker",
            "--pool=prefork",
            "--concurrency=2",
            f"--queues={QUEUES}",
            "--without-gossip",
            "--without-mingle",
            "--loglevel=INFO",
        ),
        is_ready=worker_answers,
    )


def beat(place: Surroundings) -> Spec:
    schedule = place.record_folder / "beat-schedule"
    return Spec(
        name="beat",
        title="Beat (periodic work)",
        command=_python(*CELERY, "beat", f"--schedule={schedule}", "--pidfile=", "--loglevel=INFO"),
        ready_words="beat: Starting",
    )


def relay() -> Spec:
    return Spec(
        name="relay",
        title="Relay (outbox)",
        command=_python(str(PROJECT / "manage.py"), "relay"),
        ready_words="relay: listening",
    )


def answers(url: str) -> bool:
    """Whether something that speaks HTTP is there and says it is well."""
    try:
        with urllib.request.urlopen(url, timeout=ASK_S) as response:
            return bool(response.status < 400)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False


def worker_answers() -> bool:
    from config.celery import app  # Django's settings are read by now
    from config.outbox.relay import BROKER_ERRORS

    try:
        return bool(app.control.ping(timeout=0.5, limit=1))
    except BROKER_ERRORS:
        return False


def _python(*arguments: str) -> tuple[str, ...]:
    return (sys.executable, *arguments)
