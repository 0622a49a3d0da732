from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from config.mailsink.pages import Answer, answer
from config.mailsink.store import MailStore

LOOPBACK = "127.0.0.1"
OUR_NAMES = {LOOPBACK, "localhost"}
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",  # mails hold secret links
    "Cache-Control": "no-store",
}


class InboxServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, store: MailStore, *, port: int) -> None:
        self.store = store
        super().__init__((LOOPBACK, port), InboxHandler)


class InboxHandler(BaseHTTPRequestHandler):
    server: InboxServer
    server_version = "mailsink"
    sys_version = ""
    protocol_version = "HTTP/1.1"
    timeout = 30.0

    def do_GET(self) -> None:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if host not in OUR_NAMES:
            # A foreign page can point a name of its own at us, and would then read the mails.
            self._send(Answer(status=403, body=b"unknown host\n", content_type="text/plain"))
            return
        self._send(answer(self.server.store, self.path))

    def do_HEAD(self) -> None:
        self.do_GET()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (the base class's name)
        """Say nothing: what came in is on the page."""

    def _send(self, result: Answer) -> None:
        self.send_response(result.status)
        self.send_header("Content-Type", result.content_type)
        self.send_header("Content-Length", str(len(result.body)))
        for name, value in (ALWAYS | result.headers).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(result.body)
