"""What the cashier will do by itself at a later time: expire sessions, settle debits."""

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
