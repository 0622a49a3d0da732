import random
import socket

LOOPBACK = "127.0.0.1"
# Below what Linux (32768) and macOS (49152) hand to outgoing connections and to port 0: from
# there, a port found free may be some connection's before its server listens.
UNPROMISED = range(20_000, 32_000)
# Of the machine, not of a seed: test processes that share one would draw the same ports.
_draw = random.SystemRandom()


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As servers do, so that a port whose last connections are still fading counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free(*, tries: int = 200) -> int:
    """A port that nobody listens on, drawn where nobody but another caller may take it."""
    for _ in range(tries):
        port = _draw.choice(UNPROMISED)
        if is_free(port):
            return port
    raise OSError(f"no free port found between {UNPROMISED.start} and {UNPROMISED.stop}")


def free_from(preferred: int, *, tries: int = 50) -> int:
    """The first free port from the preferred one upward; any free one when all are taken."""
    for port in range(preferred, preferred + tries):
        if is_free(port):
            return port
    return any_free()
