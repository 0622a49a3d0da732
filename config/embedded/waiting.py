import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], *, within_s: float, every_s: float = 0.02) -> bool:
    """Poll a condition until it holds; False when it does not within the time given."""
    deadline = time.monotonic() + within_s
    while not condition():
        if time.monotonic() >= deadline:
            return False
        time.sleep(every_s)
    return True
