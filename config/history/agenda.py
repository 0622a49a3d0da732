"""What is going to happen, in the order of time."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

type Action = Callable[[], object]


class Agenda:
    """Actions by moment; of one moment, in the order in which they were written down."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Action]] = []
        self._numbers = count()

    def at(self, moment: datetime, action: Action) -> None:
        heapq.heappush(self._heap, (moment, next(self._numbers), action))

    def next_before(self, moment: datetime) -> tuple[datetime, Action] | None:
        """Take out what comes next, if it comes before `moment`."""
        if not self._heap or self._heap[0][0] >= moment:
            return None
        found, _, action = heapq.heappop(self._heap)
        return found, action
