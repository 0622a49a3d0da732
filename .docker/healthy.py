"""Exit 0 when the web server in this container answers. Asks by the name that it serves."""  # noqa: INP001

import http.client
import os
import sys
from urllib.parse import urlsplit

host = urlsplit(os.environ.get("BASE_URL", "")).netloc or "127.0.0.1"
connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
# X-Forwarded-Proto, as the proxy in front says it: else the answer is a redirect to https.
connection.request("GET", "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
sys.exit(0 if connection.getresponse().status < 400 else 1)
