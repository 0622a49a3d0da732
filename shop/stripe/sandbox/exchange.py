"""A request and an answer, free of the socket they travel on."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. Header names are lower case; ``query`` and ``body`` are undecoded."""

    method: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer, complete but for its length.

    ``fate``: sent; or, on purpose, ``cut`` (the connection ends without it) or ``hung`` (nothing
    is said for longer than anybody should wait).
    """

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    fate: Literal["sent", "cut", "hung"] = "sent"
