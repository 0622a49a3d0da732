"""The mail sink: keeps every mail, shows it, and trusts none of it."""

import http.client
import json
import smtplib
import threading
from email.message import EmailMessage

import pytest

from config.embedded import ports
from config.mailsink.smtp import smtp_server
from config.mailsink.store import MailStore
from config.mailsink.web import InboxServer


class Sink:
    def __init__(self, folder) -> None:
        self.store = MailStore(folder)
        self.smtp_port = ports.any_free()
        self._smtp = smtp_server(self.store, port=self.smtp_port)
        self._web = InboxServer(self.store, port=0)
        self._thread = threading.Thread(target=self._web.serve_forever, args=[0.05])

    def __enter__(self):
        self._smtp.start()
        self._thread.start()
        return self

    def __exit__(self, *_error) -> None:
        self._web.shutdown()
        self._thread.join()
        self._web.server_close()
        self._smtp.stop()

    def send(self, message: EmailMessage) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port) as server:
            server.send_message(message)

    def get(self, path: str, host: str = "127.0.0.1") -> http.client.HTTPResponse:
        port = self._web.server_address[1]
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", path, headers={"Host": f"{host}:{port}", "Connection": "close"})
        response = connection.getresponse()
        response.text = response.read()
        connection.close()
        return response

    def page(self, path: str) -> str:
        return self.get(path).text.decode()

    def json(self, path: str) -> dict:
        return json.loads(self.get(path).text)


@pytest.fixture
def sink(tmp_path):
    with Sink(tmp_path) as found:
        yield found


def a_mail(**headers: str) -> EmailMessage:
    message = EmailMessage()
    defaults = {
        "Subject": "PO-7 for you",
        "From": "orders@cartwright.example",
        "To": "sales@supplier.example",
        "Message-ID": "<po-7@cartwright.example>",
    }
    for name, value in (defaults | headers).items():
        message[name] = value
    message.set_content("Please see https://127.0.0.1/po/7?a=1&b=2 <script>alert(1)</script>\n")
    return message


def test_a_mail_is_listed_newest_first_with_what_the_envelope_said(sink):
    sink.send(a_mail())
    sink.send(a_mail(Subject="The second"))
    listed = sink.json("/api/messages")["messages"]
    assert [mail["subject"] for mail in listed] == ["The second", "PO-7 for you"]
    assert listed[1]["recipients"] == ["sales@supplier.example"]
    assert listed[1]["message_id"] == "<po-7@cartwright.example>"


def test_one_can_ask_for_what_came_since(sink):
    sink.send(a_mail())
    first = sink.json("/api/messages")["messages"][0]["id"]
    sink.send(a_mail(Subject="Later"))
    assert [m["subject"] for m in sink.json(f"/api/messages?since={first}")["messages"]] == [
        "Later"
    ]


def test_what_a_mail_says_is_escaped_on_every_page(sink):
    sink.send(a_mail(Subject="<img src=x onerror=alert(1)>"))
    for page in (sink.page("/"), sink.page("/messages/000001/")):
        assert "<img src=x" not in page
        assert "<script>" not in page
        assert "&lt;img src=x" in page


def test_addresses_in_plain_text_become_links(sink):
    sink.send(a_mail())
    assert '<a href="https://127.0.0.1/po/7?a=1&amp;b=2"' in sink.page("/messages/000001/")


def test_the_html_of_a_mail_can_run_nothing_and_fetch_nothing(sink):
    message = a_mail()
    message.add_alternative("<html><head></head><p>Hello</p></html>", subtype="html")
    sink.send(message)
    response = sink.get("/messages/000001/html")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "allow-scripts" not in policy
    assert b'<head><base target="_blank"></head>' in response.text


def test_pages_allow_no_inline_style_and_no_script_at_all(sink):
    policy = sink.get("/").headers["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src" not in policy
    assert policy.startswith("default-src 'none'")


def test_attachments_come_back_byte_for_byte_as_downloads(sink):
    message = a_mail()
    message.add_attachment(
        b"%PDF-1.7\x00\xff", maintype="application", subtype="pdf", filename='"é".pdf'
    )
    sink.send(message)
    response = sink.get("/messages/000001/attachments/0")
    assert response.text == b"%PDF-1.7\x00\xff"
    assert (
        response.headers["Content-Disposition"] == "attachment; filename*=UTF-8''%22%C3%A9%22.pdf"
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_a_page_of_another_name_reads_no_mail(sink):
    sink.send(a_mail())
    assert sink.get("/api/messages", host="evil.example").status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/messages/000009/",
        "/messages/000009/html",
        "/messages/000001/attachments/5",
        "/static/../manage.py",
        "/static/css/../../config/settings.py",
        "/messages/..%2f..%2fetc/",
    ],
)
def test_what_is_not_there_is_not_found(sink, path):
    sink.send(a_mail())
    assert sink.get(path).status == 404


def test_mails_are_still_there_after_a_restart_and_numbers_go_on(tmp_path):
    with Sink(tmp_path) as sink:
        sink.send(a_mail())
    with Sink(tmp_path) as sink:
        sink.send(a_mail(Subject="After"))
        assert [m["id"] for m in sink.json("/api/messages")["messages"]] == ["000002", "000001"]


def test_a_mail_that_is_not_quite_a_mail_is_kept_and_shown(sink):
    number = sink.store.add(
        sender="", recipients=["a@b.example"], raw=b"Subject: =?bogus?q?x?=\n\xff\xfe no\x00pe"
    )
    assert sink.get("/").status == 200
    assert sink.get(f"/messages/{number}/").status == 200


def test_the_style_and_the_type_are_the_shop_s(sink):
    page = sink.page("/")
    for link in ("/static/css/tokens.css", "/static/css/base.css", "/static/css/inbox.css"):
        assert link in page
        assert sink.get(link).status == 200
