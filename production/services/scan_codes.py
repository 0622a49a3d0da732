"""What the labels of the house say, and how a scanned code is read. Plain text is anything."""

from dataclasses import dataclass
from enum import StrEnum

LONGEST_CODE = 200


class Label(StrEnum):
    """What stands before a label's content: `CW:P:CPU-6`."""

    PART = "CW:P:"
    JOB = "CW:J:"
    BIN = "CW:B:"
    SERIAL = "CW:S:"
    ACTION = "CW:A:"  # start, finish
    CHECK = "CW:C:"  # <code>:pass, <code>:fail, <code>:12.05; without its code the next one's
    TRACKING = "CW:T:"
    PLAIN = ""


class Action(StrEnum):
    START = "start"
    FINISH = "finish"


@dataclass(frozen=True, slots=True)
class Code:
    """A code as it was read. `trouble`: why it is none, "" if it is."""

    label: Label
    text: str
    raw: str
    trouble: str = ""


def part_label(part_number: str) -> str:
    return f"{Label.PART}{part_number}"


def job_label(number: str) -> str:
    return f"{Label.JOB}{number}"


def bin_label(code: str) -> str:
    return f"{Label.BIN}{code}"


def action_label(action: Action) -> str:
    return f"{Label.ACTION}{action}"


def check_label(code: str, result: str) -> str:
    """`result`: pass, fail, or a decimal."""
    return f"{Label.CHECK}{code}:{result}"


def read_code(raw: str) -> Code:
    """What a scanner sent, without the blanks and the return that it adds."""
    text = raw.strip()
    shown = "".join(one if one.isprintable() else "�" for one in text)[:LONGEST_CODE]
    if not text:
        return Code(Label.PLAIN, "", shown, "The code is empty; scan it again.")
    if len(text) > LONGEST_CODE:
        trouble = f"The code has {len(text):,} characters; expected at most {LONGEST_CODE}."
        return Code(Label.PLAIN, "", shown, trouble)
    if not text.isprintable():
        return Code(
            Label.PLAIN, "", shown, "The code holds characters that no label has; scan it again."
        )
    for label in Label:
        if label and text.upper().startswith(label):
            rest = text[len(label) :].strip()
            trouble = "" if rest else f"The code ends after {label}; scan it again."
            return Code(label, rest, shown, trouble)
    return Code(Label.PLAIN, text, shown)
