"""A browser without a screen: cookies, redirects and forms, as a customer's would send them."""

import http.cookiejar
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from urllib.parse import urlencode, urljoin, urlsplit

from config.demo.errors import DemoError
from config.demo.forms import Button, Form, PageParser

PATIENCE_S = 30.0
NAME = "Mozilla/5.0 (compatible; Cartwright demo check)"


@dataclass(frozen=True, slots=True)
class Page:
    url: str
    status: int
    html: str
    parsed: PageParser

    @property
    def title(self) -> str:
        return " ".join(self.parsed.words.get("title", []))

    @property
    def heading(self) -> str:
        return " ".join(self.parsed.words.get("h1", []))

    @property
    def text(self) -> str:
        return " ".join(self.parsed.words.get("body", []))

    def form(self, *, action: str = "", with_field: str = "") -> Form:
        """The one form that leads to an address containing `action`, or has a field."""
        for form in self.parsed.forms:
            targets = [form.action, *(button.action for button in form.buttons)]
            leads = any(action in urljoin(self.url, target) for target in targets)
            has = not with_field or any(c.name.startswith(with_field) for c in form.controls)
            if leads and has:
                return form
        raise DemoError(
            f"{self.url} ({self.heading or self.title}) has no form that leads to "
            f"{action or 'anywhere'}{f' with a field {with_field}' if with_field else ''}."
        )

    def link(self, containing: str) -> str:
        for address, _words in self.parsed.links:
            if containing in address:
                return urljoin(self.url, address)
        raise DemoError(f"{self.url} ({self.heading or self.title}) has no link to {containing}.")


class Browser:
    def __init__(self) -> None:
        self._cookies = http.cookiejar.CookieJar()
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),  # everything is on this machine
            urllib.request.HTTPCookieProcessor(self._cookies),
        )
        self.requests = 0
        self.seconds = 0.0  # spent waiting for answers
        self._here = ""

    def open(self, url: str) -> Page:
        return self._ask(urllib.request.Request(url))

    def submit(self, page: Page, form: Form, button: Button | None = None) -> Page:
        """Send a form, by one of its buttons or by the Enter key (then the first button's)."""
        if button is None and form.buttons:
            button = form.buttons[0]
        target = urljoin(page.url, (button and button.action) or form.action or page.url)
        method = (button and button.method) or form.method
        data = urlencode(form.sent(button))
        if method == "get":
            return self.open(f"{target.partition('?')[0]}?{data}")
        return self._ask(urllib.request.Request(target, data=data.encode(), method="POST"))

    def _ask(self, request: urllib.request.Request) -> Page:
        request.add_header("User-Agent", NAME)
        request.add_header("Accept", "text/html")
        if self._here:
            request.add_header("Referer", self._here)
        if request.data is not None:
            here = urlsplit(self._here)
            request.add_header("Origin", f"{here.scheme}://{here.netloc}")
        began = time.monotonic()
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as response:
                url, status, body = response.url, response.status, response.read()
        except urllib.error.HTTPError as error:
            url, status, body = error.url, error.code, error.read()
        except OSError as error:
            raise DemoError(f"{request.full_url} did not answer: {error}") from error
        self.seconds += time.monotonic() - began
        self.requests += 1
        self._here = url
        html = body.decode(errors="replace")
        page = Page(url=url, status=status, html=html, parsed=PageParser.read(html))
        if status >= 400:
            raise DemoError(f"{url} answered {status}: {page.heading or page.text[:200]}")
        return page
