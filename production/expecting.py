"""When what is missing of a part is here: the one rule, for planning, for papers and for pages."""

from datetime import date

from config.calendar import add_working_days


def last_piece_on(
    comes_on: date | None,
    *,
    is_undated: bool,
    is_all_on_order: bool,
    lead_days: int | None,
    today: date,
) -> date | None:
    """The day on which the last missing piece is here; None: nobody can say.

    `comes_on`: the last day of what is on its way, of which some may have none (`is_undated`).
    What is not on order comes `lead_days` working days from today; None: nobody sells it.
    """
    if is_undated:
        return None
    if is_all_on_order:
        return comes_on
    if lead_days is None:
        return None
    ordered_now = add_working_days(today, lead_days)
    return max(ordered_now, comes_on or ordered_now)
