"""What a clause says, in a sentence for whoever meets the rule."""

from collections.abc import Sequence

from configurator.engine.limits import LONGEST_TEXT
from configurator.engine.uvl.clauses import Clause
from configurator.engine.uvl.drafts import Draft
from configurator.engine.words import listed

MOST_NAMES = 4  # of options that a sentence lists
LONGEST = 160  # characters of a formula or of a name that a sentence repeats


def sentence_of(clause: Clause, drafts: Sequence[Draft], source: str) -> str:
    """The clause in words; a sum is told as it is written."""
    given, wanted = [], []
    for g, mask in clause.masks.items():
        rest = drafts[g].everything ^ mask
        is_refusal = not mask or (rest.bit_count() < mask.bit_count() or _is_no(drafts[g], mask))
        if is_refusal:
            given.append(_named(drafts[g], rest))
        else:
            wanted.append(_named(drafts[g], mask))
    if clause.amounts:
        wanted.append(cut(source))
    if not given:
        told = f"Needed: {listed(wanted, 'or')}."
    elif wanted:
        verb = "needs" if len(given) == 1 else "need"
        told = f"{listed(given, 'and')} {verb} {listed(wanted, 'or')}."
    elif len(given) == 1:
        told = f"{given[0]} is not possible here."
    else:
        told = f"{listed(given, 'and')} do not go together."
    return plain(told)


def plain(text: str) -> str:
    """Without braces, which would ask for something to be filled in, and not too long."""
    return text[:LONGEST_TEXT].replace("{", "(").replace("}", ")")


def cut(text: str) -> str:
    """The text, or its beginning."""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _is_no(draft: Draft, mask: int) -> bool:
    return draft.is_feature and mask == 2


def _named(draft: Draft, mask: int) -> str:
    if draft.is_feature:
        return cut(draft.name)
    chosen = [cut(name) for c, name in enumerate(draft.names) if mask >> c & 1]
    if not chosen:
        return f"no {cut(draft.name)}"
    if len(chosen) > MOST_NAMES:
        return f"one of {len(chosen)} of {cut(draft.name)}"
    if draft.features[0] is None and mask & 1:
        chosen[0] = f"no {cut(draft.name)}"
    return listed(chosen, "or")
