"""What may be wrong with a bill. Every message says what and where."""

WIDEST_EXCERPT = 100


class BillError(Exception):
    """Base of the errors of bills. `where` is the path of part numbers down to the fault."""

    def __init__(self, what: str, *, where: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.what = what
        self.where = where


class BillFormatError(BillError):
    """A line's quantity or condition is not written as it must be."""


class ExpressionError(BillFormatError):
    """An expression does not read, or says what cannot be so.

    `line` and `column` count from 1. `suggestion` is what was probably meant, to be written there
    instead, and `hint` a sentence that helps; both may be empty. `excerpt` is the line with a
    caret below.
    """

    def __init__(
        self,
        text: str,
        at: int,
        expected: str,
        found: str,
        *,
        suggestion: str = "",
        hint: str = "",
    ) -> None:
        before = text[:at]
        begin = before.rfind("\n") + 1
        self.line = before.count("\n") + 1
        self.column = at - begin + 1
        self.expected, self.found = expected, found
        self.suggestion, self.hint = suggestion, hint
        self.excerpt = _excerpt(text[begin:].partition("\n")[0], at - begin)
        meant = f"; did you mean {suggestion}?" if suggestion else ""
        helped = f"{'' if suggestion else ';'} {hint}" if hint else ""
        place = (
            f"line {self.line}, column {self.column}" if "\n" in text else f"column {self.column}"
        )
        super().__init__(f"expected {expected}, found {found}{meant}{helped}", where=place)


def _excerpt(line: str, column: int) -> str:
    cut = max(0, column - WIDEST_EXCERPT * 3 // 4) if len(line) > WIDEST_EXCERPT else 0
    seen = line[cut : cut + WIDEST_EXCERPT]
    seen = "".join(letter if letter.isprintable() else " " for letter in seen)
    return f"{seen}\n{' ' * (column - cut)}^"


class BillCycle(BillError):
    """A part needs itself, directly or through others."""


class MissingBill(BillError):
    """A part that is made, or a phantom, has no released bill."""


class MissingPart(BillError):
    """A line, or the chosen option, names a part that does not exist."""


class MissingChoice(BillError):
    """A line asks for a group or an attribute that the configuration does not have."""


class UnknownQuantity(BillError):
    """A number comes from something that is not one, or is no number of pieces."""


class NoAlternate(BillError):
    """Of lines that stand for each other none applies to the configuration."""
