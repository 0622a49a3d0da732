"""What rules may speak of: groups, their attributes and their options."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from configurator.engine.nodes import CODE, Group, Model, Ref
from configurator.engine.references import kinds_of

CLOSE = 0.6  # difflib's measure, from 0 (nothing in common) to 1 (the same)
FEWEST_LETTERS = 3  # of a word that is looked for inside others
MOST_LISTED = 8


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The groups, by code; as the model has them, in whatever state its rules are."""

    groups: Mapping[str, Group]

    def attributes(self, group: str) -> list[str]:
        """The names of all attributes that some option of the group has."""
        options = self.groups[group].options
        return list(dict.fromkeys(name for option in options for name in option.attributes))

    def has(self, ref: Ref) -> bool:
        """Is there such an attribute? Every option has its own code."""
        group = self.groups.get(ref.group)
        if group is None:
            return False
        return ref.attribute == CODE or any(ref.attribute in o.attributes for o in group.options)

    def kinds(self, ref: Ref) -> set[str]:
        """The kinds of value that the attribute has ("number", "text", …)."""
        return kinds_of(self.groups[ref.group], ref.attribute)

    def options(self, group: str) -> list[str]:
        """The codes of the group's options."""
        return [option.code for option in self.groups[group].options]

    def is_quantity(self, group: str) -> bool:
        """Does the group say how many of another there are?"""
        return group in self.groups and self.groups[group].quantity_for is not None

    def quantities(self) -> list[str]:
        """The codes of the groups that say how many of another there are."""
        return [code for code in self.groups if self.is_quantity(code)]

    def named(self, attribute: str) -> Ref | None:
        """The first attribute of that name in any group."""
        owners = (code for code in self.groups if attribute in self.attributes(code))
        return next((Ref(code, attribute) for code in owners), None)

    def like(self, ref: Ref) -> Ref | None:
        """The attribute that was probably meant: of the same group, else of any."""
        if ref.group in self.groups:
            own = {name: Ref(ref.group, name) for name in self.attributes(ref.group)}
            if meant := like(ref.attribute, own):
                return own[meant]
        every = {
            str(other): other
            for group in self.groups
            for other in (Ref(group, name) for name in self.attributes(group))
        }
        meant = like(str(ref), every)
        return every[meant] if meant else None


def vocabulary_of(model: Model) -> Vocabulary:
    """What the rules of a model may speak of."""
    return Vocabulary({group.code: group for group in model.groups})


def like(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant: a similar one, else one that has it in it."""
    asked = word.lower()
    by_lower = {other.lower(): other for other in reversed(list(known))}
    found = get_close_matches(asked, by_lower, n=1, cutoff=CLOSE)
    if not found and len(asked) >= FEWEST_LETTERS:
        found = [other for other in reversed(by_lower) if asked in other]
    return by_lower[found[0]] if found else ""


def listed(codes: Iterable[str]) -> str:
    """The first few of the codes, for a message."""
    known = list(codes)
    more = ", …" if len(known) > MOST_LISTED else ""
    return ", ".join(known[:MOST_LISTED]) + more
