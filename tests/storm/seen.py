"""What the clients saw, one JSON object a line: the outside witness of a storm."""

import json
import threading
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path


class Seen:
    """Kept on disk as it happens. The kinds are those that `tests.storm.world.World` tells."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._file = path.open("a", encoding="utf-8")

    def note(
        self,
        kind: str,
        *,
        client: int,
        deed: str,
        status: int = 0,
        order: str | None = None,
        token: str | None = None,
        session: str | None = None,
        path: str = "",
    ) -> None:
        line = {
            "at": datetime.now(UTC).isoformat(),
            "client": client,
            "deed": deed,
            "kind": kind,
            "status": status,
            "order": order,
            "token": token,
            "session": session,
            "path": path,
        }
        with self._lock:
            self.counts[kind] += 1
            self._file.write(json.dumps(line) + "\n")
            self._file.flush()

    def close(self) -> None:
        self._file.close()
