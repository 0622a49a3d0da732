"""The browser that the check buys with: it must send what a real one would."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl

import pytest

from config.demo.browser import Browser
from config.demo.errors import DemoError
from config.demo.forms import PageParser

FORM = """
<!doctype html><title>Choose</title><h1>One <em>machine</em></h1>
<form id="f" action="/look" method="get">
  <input type="hidden" name="version" value="7">
  <input type="radio" name="cpu" value="a"><input type="radio" name="cpu" value="b" checked>
  <input type="radio" name="cpu" value="c" disabled>
  <input type="checkbox" name="gift"><input type="checkbox" name="news" checked>
  <input name="email" autocomplete="email"><input type="submit" value="Look">
  <select name="country">
    <option value="DE">D</option><option value="US" selected>U</option>
  </select>
  <select name="size"><option value="s">S</option><option value="l">L</option></select>
  <textarea name="note">two
lines</textarea>
  <button type="button" name="never" value="1">No</button>
  <button formaction="/buy" formmethod="post" name="way" value="buy">Buy</button>
</form>
<input form="f" name="outside" value="yes"><a href="/next?x=1">Go <b>on</b></a>
<script>var x = "<form action='/evil'>";</script>
"""


def the_form():
    (form,) = PageParser.read(FORM).forms
    return form


def test_a_form_sends_what_a_browser_would_send():
    assert the_form().sent() == [
        ("version", "7"),
        ("cpu", "b"),
        ("news", "on"),
        ("email", ""),
        ("country", "US"),
        ("size", "s"),
        ("note", "two\nlines"),
        ("outside", "yes"),
    ]


def test_the_button_that_is_pressed_is_sent_along():
    form = the_form()
    buy = form.buttons[1]
    assert (buy.text, buy.action, buy.method) == ("Buy", "/buy", "post")
    assert form.sent(buy)[-1] == ("way", "buy")


def test_choosing_one_radio_drops_the_other():
    form = the_form()
    form.fill("cpu", "a")
    assert [value for name, value in form.sent() if name == "cpu"] == ["a"]


def test_autofill_goes_by_the_autocomplete_token():
    form = the_form()
    form.autofill({"email": "robin@example.com"})
    assert ("email", "robin@example.com") in form.sent()


def test_a_field_that_is_not_there_is_an_error():
    with pytest.raises(LookupError, match="colour"):
        the_form().fill("colour", "red")


def test_words_and_links_of_a_page_are_read():
    page = PageParser.read(FORM)
    assert page.words["h1"] == ["One", "machine"]
    assert page.links == [("/next?x=1", "Go on")]


PAY_FORM = (
    '<form method="post" action="/pay"><input name="token" value="t"><button>Pay</button></form>'
)


class Site(BaseHTTPRequestHandler):
    """A small shop: sets a cookie, wants it back with the token, then redirects."""

    def do_GET(self) -> None:
        if self.path == "/done":
            self._answer("<h1>Done</h1>")
        elif self.path.startswith("/broken"):
            self._answer("<h1>Broken</h1>", status=500)
        else:
            self._answer(PAY_FORM, Set_Cookie="token=t; Path=/")

    def do_POST(self) -> None:
        sent = dict(parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode()))
        here = f"http://127.0.0.1:{self.server.server_address[1]}"
        is_good = sent["token"] in self.headers.get("Cookie", "") and self.headers["Origin"] == here
        self._answer("", status=303 if is_good else 403, Location="/done")

    def _answer(self, html: str, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(html.encode())

    def log_message(self, *_args: object) -> None:
        pass


@pytest.fixture
def site():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever, args=[0.05])
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_cookies_origin_and_redirects_work_as_in_a_browser(site):
    browser = Browser()
    page = browser.open(f"{site}/")
    done = browser.submit(page, page.form(action="/pay"))
    assert (done.heading, done.url) == ("Done", f"{site}/done")


def test_an_error_page_is_told_with_its_heading(site):
    with pytest.raises(DemoError, match="answered 500: Broken"):
        Browser().open(f"{site}/broken")


def test_a_missing_form_is_told_by_what_it_should_lead_to(site):
    page = Browser().open(f"{site}/done")
    with pytest.raises(DemoError, match="no form that leads to /cart/add/"):
        page.form(action="/cart/add/")
