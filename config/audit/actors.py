"""Who did something: as it is written down, and as a person reads it."""


def who(actor: str) -> str:
    """`staff:finance` → `finance`; `customer`, `stripe`, `supplier:NORTH` as they are."""
    return actor.removeprefix("staff:")
