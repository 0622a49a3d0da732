"""A customer's browser: every answer is noted, and a shop that is down is tried again."""

import http.client
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.cookiejar import CookieJar
from threading import Event
from urllib.parse import urljoin, urlsplit

from config.demo.browser import NAME, Browser, Page
from config.demo.errors import DemoError
from config.demo.forms import Button, Form, PageParser
from config.embedded.waiting import wait_until
from tests.storm.schedule import Client
from tests.storm.seen import Seen

PATIENCE_S = 60.0  # of a customer, with one page
ANSWER_S = 15.0  # of a customer, with one answer
PAUSE_S = 0.7  # before the button is pressed again
SESSION = re.compile(r"/c/pay/(cs_\w+)")
TOKEN = re.compile(r"/orders/([\w-]+)/")
NUMBER = re.compile(r"Order (\S+) · placed")


class GaveUp(DemoError):
    """No answer that anybody could use, for as long as a customer waits."""


class LostTheWay(DemoError):
    """A page that nobody expected there."""


@dataclass(frozen=True, slots=True)
class Step(Page):
    """One answer; `location` is where it sends the browser, "" if it is a page."""

    location: str = ""

    @property
    def leads_to_cashier(self) -> bool:
        return SESSION.search(self.location) is not None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: object) -> None:
        return None


class Visitor(Browser):
    def __init__(self, client: Client, seen: Seen, cookies: CookieJar | None = None) -> None:
        super().__init__()
        self.cookies = CookieJar() if cookies is None else cookies
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(self.cookies),
            _NoRedirect(),
        )
        self._client = client
        self._seen = seen
        self.order: str | None = None
        self.token: str | None = None
        self.session: str | None = None

    def note(self, kind: str, *, status: int = 0, path: str = "") -> None:
        self._seen.note(
            kind,
            client=self._client.number,
            deed=self._client.deed,
            status=status,
            order=self.order,
            token=self.token,
            session=self.session,
            path=path,
        )

    def open(self, url: str) -> Step:
        """A page, wherever its redirects lead."""
        return self.follow(self._ask(urllib.request.Request(url)))

    def submit(self, page: Page, form: Form, button: Button | None = None) -> Step:
        return self.follow(self.press(page, form, button))

    def press(self, page: Page, form: Form, button: Button | None = None) -> Step:
        """Send a form; the answer as it comes, even if it sends the browser elsewhere."""
        step = super().submit(page, form, button)
        assert isinstance(step, Step)
        return step

    def follow(self, step: Step) -> Step:
        for _ in range(10):
            if not step.location:
                return step
            step = self._ask(urllib.request.Request(step.location))
        raise LostTheWay(f"{step.url} leads round in circles")

    def _ask(self, request: urllib.request.Request) -> Step:
        """Ask until there is an answer below 500: whoever gets none presses the button again."""
        self._dress(request)
        answers: list[Step] = []

        def is_answered() -> bool:
            step = self._try(request)
            path = urlsplit(request.full_url).path
            if step is None or step.status >= 500:
                self.note("error", status=step.status if step else 0, path=path)
                return False
            self.note("page", status=step.status, path=path)
            answers.append(step)
            return True

        if not wait_until(is_answered, within_s=PATIENCE_S, every_s=PAUSE_S):
            raise GaveUp(f"{request.full_url} gave no answer")
        self._here = answers[0].url
        self._remember(answers[0])
        return answers[0]

    def _dress(self, request: urllib.request.Request) -> None:
        request.add_header("User-Agent", NAME)
        request.add_header("Accept", "text/html")
        if self._here:
            request.add_header("Referer", self._here)
        if request.data is not None:
            here = urlsplit(self._here)
            request.add_header("Origin", f"{here.scheme}://{here.netloc}")

    def _try(self, request: urllib.request.Request) -> Step | None:
        """One answer, None for none."""
        location = ""
        try:
            with self._opener.open(request, timeout=ANSWER_S) as response:
                status, body = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, location = error.code, error.headers.get("Location") or ""
                body = _rest(error)
        except (OSError, http.client.HTTPException):
            return None
        html = body.decode(errors="replace")
        here = request.full_url
        return Step(here, status, html, PageParser.read(html), location and urljoin(here, location))

    def _remember(self, step: Step) -> None:
        """What the addresses and pages tell about the order."""
        for text in (step.location, step.url):
            if found := SESSION.search(text):
                self.session = found[1]
            if found := TOKEN.search(text):
                self.token = found[1]
        if found := NUMBER.search(step.text):
            self.order = found[1]


def _rest(error: urllib.error.HTTPError) -> bytes:
    try:
        return error.read()
    except (OSError, http.client.HTTPException):
        return b""


def pause(seconds: float) -> None:
    """A customer who thinks; nothing is waited for."""
    Event().wait(seconds)
