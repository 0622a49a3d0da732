"""Exit 0 when a file was written within the seconds given: recent.py FILE SECONDS."""  # noqa: INP001

import sys
import time
from pathlib import Path

path, seconds = Path(sys.argv[1]), float(sys.argv[2])
sys.exit(0 if path.exists() and time.time() - path.stat().st_mtime < seconds else 1)
