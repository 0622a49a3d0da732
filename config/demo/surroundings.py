"""Where a demo lives and what its processes are told: folders, ports, environment variables."""

import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from config.embedded import ports
from config.embedded.keepsakes import kept_secret

PROJECT = Path(__file__).resolve().parents[2]
PREFERRED_PORTS = {"shop": 8000, "cashier": 8001, "inbox": 8025, "smtp": 2525}
SANDBOX_KEY = "sk_test_cartwright"
WEB_ROLE = "cartwright_web"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """One demo's folder and ports. Which helpers it needs follows from the environment."""

    home: Path
    ports: dict[str, int]
    needs_cashier: bool
    needs_inbox: bool
    has_web_role: bool = False  # in a PostgreSQL of our own: elsewhere roles are not ours to make

    def url(self, name: str, path: str = "/") -> str:
        return f"http://{ports.LOOPBACK}:{self.ports[name]}{path}"

    @property
    def log_folder(self) -> Path:
        return self.home / "logs"

    @property
    def record_folder(self) -> Path:
        return self.home / "run"

    @property
    def webhook_secret(self) -> str:
        return "whsec_" + kept_secret(self.home / "webhook-secret")

    @property
    def staff_password(self) -> str:
        return kept_secret(self.home / "staff-password")

    @property
    def web_password(self) -> str:
        return kept_secret(self.home / "web-database-password")

    def web_environment(self) -> dict[str, str]:
        """The web server's own: the database under the role that cannot release an order."""
        if not self.has_web_role:
            return {}
        url = urlsplit(os.environ["DATABASE_URL"])
        place = f"{WEB_ROLE}:{self.web_password}@{url.hostname}:{url.port}"
        return {"DATABASE_URL": url._replace(netloc=place).geturl()}

    def environment(self) -> dict[str, str]:
        """What is not given already: addresses, and the helpers that stand in for the outside."""
        given = {"CARTWRIGHT_HOME": str(self.home), "CARTWRIGHT_NO_BOOTSTRAP": "1"}
        given["BASE_URL"] = os.environ.get("BASE_URL") or self.url("shop", "")
        if self.needs_cashier:
            given["STRIPE_SECRET_KEY"] = SANDBOX_KEY
            given["STRIPE_API_BASE"] = self.url("cashier", "")
            given["STRIPE_WEBHOOK_SECRET"] = self.webhook_secret
        if self.needs_inbox:
            given["EMAIL_URL"] = f"smtp://{ports.LOOPBACK}:{self.ports['smtp']}"
            given["MAIL_INBOX_URL"] = self.url("inbox")
        return given


def surroundings(home: Path, *, chosen: dict[str, int]) -> Surroundings:
    return Surroundings(
        home=home,
        ports=chosen,
        needs_cashier=not os.environ.get("STRIPE_SECRET_KEY"),
        needs_inbox=not os.environ.get("EMAIL_URL"),
        has_web_role=not os.environ.get("DATABASE_URL"),
    )


def usual_ports(shop_port: int = PREFERRED_PORTS["shop"]) -> dict[str, int]:
    """The preferred ports, each moved up to the next free one where it is taken."""
    chosen: dict[str, int] = {}
    for name, preferred in (PREFERRED_PORTS | {"shop": shop_port}).items():
        port = ports.free_from(preferred)
        while port in chosen.values():
            port = ports.free_from(port + 1)
        chosen[name] = port
    return chosen


def unusual_ports() -> dict[str, int]:
    """Free ports anywhere, for a demo beside others; all different."""
    while True:
        chosen = {name: ports.any_free() for name in PREFERRED_PORTS}
        if len(set(chosen.values())) == len(chosen):
            return chosen
