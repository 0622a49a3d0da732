"""What may be wrong with a bill. Every message says what and where."""


class BillError(Exception):
    """Base of the errors of bills. `where` is the path of part numbers down to the fault."""

    def __init__(self, what: str, *, where: str) -> None:
        super().__init__(f"{where}: {what}")
        self.what = what
        self.where = where


class BillFormatError(BillError):
    """A line's quantity or condition is not written as it must be."""


class BillCycle(BillError):
    """A part needs itself, directly or through others."""


class MissingBill(BillError):
    """A part that is made, or a phantom, has no released bill."""


class MissingPart(BillError):
    """A line, or the chosen option, names a part that does not exist."""


class MissingChoice(BillError):
    """A line asks for a group or an attribute that the configuration does not have."""


class UnknownQuantity(BillError):
    """A quantity comes from something that is not a whole number, zero or more."""
