"""What the cashier will do by itself at a later time: expire sessions, settle debits.

Time can be let pass (``advance``). The present stays where it is, or the shop and the cashier
would no longer agree on it; what waits comes nearer instead, and what has happened keeps its date.
"""

from shop.stripe.sandbox.cashier import Cashier


def appoint(cashier: Cashier, action: str, subject: str, *, due_at: float) -> None:
    """Write an appointment; a second one for the same action and subject replaces the first."""
    cashier.store.execute(
        "INSERT OR REPLACE INTO appointments (due_at, action, subject) VALUES (?, ?, ?)",
        (due_at, action, subject),
    )


def cancel(cashier: Cashier, action: str, subject: str) -> None:
    cashier.store.execute(
        "DELETE FROM appointments WHERE action = ? AND subject = ?", (action, subject)
    )


def next_due_at(cashier: Cashier) -> float | None:
    row = cashier.store.execute("SELECT min(due_at) AS due_at FROM appointments").fetchone()
    due_at: float | None = row["due_at"]
    return due_at


def next_due(cashier: Cashier) -> tuple[str, str] | None:
    """Action and subject of the oldest appointment whose time has come."""
    row = cashier.store.execute(
        "SELECT action, subject FROM appointments WHERE due_at <= ? ORDER BY due_at LIMIT 1",
        (cashier.clock(),),
    ).fetchone()
    return (row["action"], row["subject"]) if row else None


# What waits, beside the appointments themselves; each takes the seconds that pass.
_COMES_NEARER = (
    "UPDATE appointments SET due_at = due_at - ?1",
    """UPDATE deliveries SET due_at = due_at - ?1, started_at = started_at - ?1
       WHERE state = 'pending'""",
    "UPDATE mischief SET due_at = due_at - ?1 WHERE is_sent = 0",
    "UPDATE answers SET created = created - ?1",
    """UPDATE objects
       SET body = json_set(body, '$.expires_at', json_extract(body, '$.expires_at') - ?1)
       WHERE kind = 'checkout.session' AND json_extract(body, '$.status') = 'open'""",
    """UPDATE objects
       SET body = json_set(body, '$.available_on', json_extract(body, '$.available_on') - ?1)
       WHERE kind = 'balance_transaction'""",
    """UPDATE objects
       SET body = json_set(body, '$.evidence_details.due_by',
                           json_extract(body, '$.evidence_details.due_by') - ?1)
       WHERE kind = 'dispute' AND json_extract(body, '$.evidence_details.due_by') IS NOT NULL""",
)


def advance(cashier: Cashier, seconds: int) -> int:
    """Let time pass. Returns how much has passed so in all. Inside a transaction."""
    for statement in _COMES_NEARER:
        cashier.store.execute(statement, (seconds,))
    total = int(cashier.store.knob("advanced_seconds") or "0") + seconds
    cashier.store.set_knob("advanced_seconds", str(total))
    return total
