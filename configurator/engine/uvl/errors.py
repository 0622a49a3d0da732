"""What is wrong in a UVL file, and where."""

from configurator.engine.errors import FeatureModelError
from configurator.engine.uvl.nodes import At

MOST_SHOWN = 40  # characters of what was found that are worth repeating


class UvlError(FeatureModelError):
    """A UVL file is malformed, or says what a product model cannot say."""

    code = "uvl"

    def __init__(self, what: str, at: At) -> None:
        super().__init__(f"line {at.line}, column {at.column}: {what}")
        self.what = what
        self.line = at.line
        self.column = at.column


def shown(text: str) -> str:
    """A short picture of something found in a file."""
    return repr(text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…")
