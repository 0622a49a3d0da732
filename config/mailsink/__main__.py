"""python -m config.mailsink --smtp-port 2525 --http-port 8025 --store FOLDER"""

import argparse
import signal
import sys
import threading
from pathlib import Path
from types import FrameType

from config.mailsink.smtp import smtp_server
from config.mailsink.store import MailStore
from config.mailsink.web import InboxServer


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m config.mailsink")
    parser.add_argument("--smtp-port", type=int, required=True)
    parser.add_argument("--http-port", type=int, required=True)
    parser.add_argument("--store", type=Path, required=True, help="folder for the mails")
    options = parser.parse_args()

    store = MailStore(options.store)
    smtp = smtp_server(store, port=options.smtp_port)
    inbox = InboxServer(store, port=options.http_port)

    def stop(_number: int, _frame: FrameType | None) -> None:
        # From a thread: shutdown() waits for the loop that this very handler interrupts.
        threading.Thread(target=inbox.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    smtp.start()
    sys.stdout.write(f"mail sink: smtp {options.smtp_port}, http {options.http_port}\n")
    sys.stdout.flush()
    inbox.serve_forever(poll_interval=0.2)
    smtp.stop()
    inbox.server_close()


if __name__ == "__main__":
    main()
