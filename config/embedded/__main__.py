"""Hold the embedded servers open for other programs: prints their addresses, ends with Ctrl-C."""

import os
import sys
import threading

from config.embedded import EmbeddedError, servers_for_a_command


def main() -> None:
    try:
        with servers_for_a_command():
            for name in ("DATABASE_URL", "REDIS_URL"):
                sys.stdout.write(f"export {name}={os.environ[name]}\n")
                sys.stdout.flush()
            threading.Event().wait()
    except KeyboardInterrupt:
        pass
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
