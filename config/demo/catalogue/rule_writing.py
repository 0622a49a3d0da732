"""Short ways to write a rule in the engine's JSON (`configurator.engine.ir` documents it)."""

from typing import Any

type Json = dict[str, Any]


def rule(
    code: str,
    name: str,
    sentence: str,
    constraint: Json,
    *,
    when: tuple[Json, ...] = (),
    severity: str = "block",
) -> Json:
    """Return one rule as the engine reads it."""
    written: Json = {
        "code": code,
        "name": name,
        "sentence": sentence,
        "severity": severity,
        "constraint": constraint,
    }
    if when:
        written["when"] = list(when)
    return written


def compare(left: str, op: str, right: str) -> Json:
    """Compare two attributes."""
    return {"left": left, "op": op, "right": right}


def test(left: str, op: str, value: object) -> Json:
    """Compare an attribute with a fixed value."""
    return {"left": left, "op": op, "value": value}


def at_most(limit: str, *references: str, times: str | None = None) -> Json:
    """Sum of the attributes (each times a quantity) is at most the limit."""
    terms = [{"ref": reference} | ({"times": times} if times else {}) for reference in references]
    return {"sum": terms, "op": "<=", "limit": limit}
