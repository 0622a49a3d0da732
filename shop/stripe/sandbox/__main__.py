"""Start the sandbox cashier: ``python -m shop.stripe.sandbox --state DIR …``."""

import argparse
import logging
import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from shop.stripe.sandbox.cashier import Settings
from shop.stripe.sandbox.chaos import parse_chaos
from shop.stripe.sandbox.errors import StateInUseError
from shop.stripe.sandbox.server import Server, open_cashier, serve_in_thread

LIVE_MARKS = ("sk_live_", "rk_live_", "pk_live_")
DEBIT_DELAY_SECONDS = 3.0


def parse(arguments: Sequence[str], environment: Mapping[str, str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m shop.stripe.sandbox",
        description="A local, Stripe-compatible cashier. No money moves.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (loopback)")
    parser.add_argument("--port", type=int, default=0, help="port to listen on; 0 finds one")
    parser.add_argument("--state", type=Path, required=True, help="directory of its memory")
    parser.add_argument("--public-url", default="", help="where browsers reach it, if elsewhere")
    parser.add_argument("--webhook-url", default="", help="where events are sent; none: nowhere")
    parser.add_argument(
        "--webhook-secret",
        default=environment.get("STRIPE_WEBHOOK_SECRET", ""),
        help="signs the events; begins with whsec_ (default: $STRIPE_WEBHOOK_SECRET)",
    )
    parser.add_argument("--merchant", default="Cartwright", help="name on the payment page")
    parser.add_argument("--debit-delay", type=float, default=DEBIT_DELAY_SECONDS, metavar="SECONDS")
    parser.add_argument(
        "--chaos",
        default=environment.get("CASHIER_CHAOS", ""),
        metavar="NAME=NUMBER,…",
        help="trouble with events and the API on purpose, such as drop=0.1,cut=0.05,seed=7"
        " (default: $CASHIER_CHAOS)",
    )
    parser.add_argument("--ready-file", type=Path, help="written with the address once it listens")
    parser.add_argument("--log-level", default="WARNING")
    options = parser.parse_args(arguments)
    refusal = why_not(options, arguments, environment)
    if refusal:
        parser.error(refusal)
    return options


def why_not(
    options: argparse.Namespace, arguments: Sequence[str], environment: Mapping[str, str]
) -> str:
    """Why this cashier must not start, or an empty string."""
    for name, value in environment.items():
        if value.startswith(LIVE_MARKS):
            return f"{name} holds a live key; the sandbox cashier never runs beside one"
    if any(mark in argument for argument in arguments for mark in LIVE_MARKS):
        return "a live key was given; the sandbox cashier never runs beside one"
    if options.webhook_url and not options.webhook_secret.startswith("whsec_"):
        return "--webhook-url needs a --webhook-secret that begins with whsec_"
    if options.webhook_url and not options.webhook_url.startswith(("http://", "https://")):
        return f"--webhook-url must be an http(s) address, not {options.webhook_url}"
    return _wrong_number(options)


def _wrong_number(options: argparse.Namespace) -> str:
    if options.debit_delay < 0:
        return "--debit-delay cannot be negative"
    try:
        parse_chaos(options.chaos)
    except ValueError as error:
        return str(error)
    return ""


def main(arguments: Sequence[str] | None = None) -> int:
    options = parse(sys.argv[1:] if arguments is None else arguments, os.environ)
    logging.basicConfig(level=options.log_level.upper(), format="cashier: %(message)s")
    settings = Settings(
        merchant=options.merchant,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        chaos=options.chaos,
        debit_delay_seconds=options.debit_delay,
    )
    try:
        server = open_cashier(
            options.state,
            settings,
            host=options.host,
            port=options.port,
            public_url=options.public_url,
        )
    except (OSError, StateInUseError) as error:
        sys.stderr.write(f"cashier: {error}\n")
        return 1
    run(server, options.ready_file)
    return 0


def run(server: Server, ready_file: Path | None) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    serve_in_thread(server)
    if ready_file:
        announce(ready_file, server.url)
    # Last: who has read this line finds the file too.
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    stopping.wait()
    server.stop()
    if ready_file:
        ready_file.unlink(missing_ok=True)


def announce(ready_file: Path, url: str) -> None:
    """Whole or not at all: a reader never sees half an address."""
    ready_file.parent.mkdir(parents=True, exist_ok=True)
    draft = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
    draft.write_text(f"{url}\n", encoding="utf-8")
    draft.replace(ready_file)


if __name__ == "__main__":
    sys.exit(main())
