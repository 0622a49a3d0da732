"""What may go wrong by rule while a bill is written."""

from collections.abc import Mapping, Sequence

from production.bom.checking import BillFinding
from production.errors import ProductionError


class NotADraft(ProductionError):
    """What has been released is not changed any more; the message says by whom and when."""

    code = "not_a_draft"
    http_status = 409


class DraftExists(ProductionError):
    """The next revision is being written already; `bill_id` is it."""

    code = "draft_exists"
    http_status = 409

    def __init__(self, message: str, *, bill_id: int) -> None:
        super().__init__(message)
        self.bill_id = bill_id


class ChangedMeanwhile(ProductionError):
    """Somebody else has saved since this was read."""

    code = "changed_meanwhile"
    http_status = 409


class ContentRefused(ProductionError):
    """A line, step or check that cannot stand in a bill; `problems` are by field."""

    code = "content_refused"
    http_status = 422

    def __init__(self, problems: Mapping[str, Sequence[str]]) -> None:
        told = "; ".join(f"{name}: {said}" for name, all_ in problems.items() for said in all_)
        super().__init__(told)
        self.problems = problems


class ReplacementRefused(ProductionError):
    """A part cannot take another's place; `findings` are by the bill that would be wrong."""

    code = "replacement_refused"
    http_status = 422

    def __init__(
        self, message: str, *, findings: Mapping[str, Sequence[BillFinding]] | None = None
    ) -> None:
        super().__init__(message)
        self.findings = findings or {}
