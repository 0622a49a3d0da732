"""The tree of features as groups: a choice where exactly one is chosen, else yes and no each."""

from dataclasses import dataclass, field
from fractions import Fraction

from configurator.engine.nodes import NONE, Value
from configurator.engine.references import RESERVED_GROUP
from configurator.engine.uvl.drafts import (
    ALWAYS,
    CODE,
    DEFAULT,
    IS_ON,
    NAME,
    NO,
    QUANTITY_FOR,
    YES,
    Codes,
    Draft,
    Presence,
    attributes_of,
    coded,
    count_of,
    text_of,
)
from configurator.engine.uvl.nodes import Cluster, Feature


@dataclass(frozen=True, slots=True)
class Relation:
    """Of the children, at least `low` and at most `most` are there where the parent is.

    `is_bound`: without the parent, none of them is.
    """

    parent: Feature
    children: tuple[Feature, ...]
    low: int
    most: int
    is_bound: bool = True


@dataclass(slots=True)
class Shape:
    """Groups in the order of the tree, where each feature is, and what relates them."""

    drafts: list[Draft] = field(default_factory=list)
    presence: dict[str, Presence] = field(default_factory=dict)
    features: dict[str, Feature] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)


def shape_of(root: Feature) -> Shape:
    """Lay out a tree of features."""
    layout = _Layout()
    layout.place(root, is_always=True)
    if not layout.shape.drafts:
        layout.switch(root, is_always=True)
    layout.settle_quantities()
    return layout.shape


class _Layout:
    def __init__(self) -> None:
        self.shape = Shape()
        self._codes = Codes({RESERVED_GROUP})

    def place(self, feature: Feature, *, is_always: bool) -> None:
        """Make the groups of a feature and of everything below it."""
        self.shape.features[feature.name] = feature
        clusters = feature.clusters
        if len(clusters) == 1 and clusters[0].is_choice:
            self._choice(feature, clusters[0], is_always=is_always, stands_for_parent=True)
            return
        if not is_always or not (clusters or feature.attributes.get("abstract")):
            self.switch(feature, is_always=is_always)
        else:
            self.shape.presence[feature.name] = ALWAYS
        for cluster in clusters:
            if cluster.is_choice:
                self._choice(feature, cluster, is_always=is_always, stands_for_parent=False)
            else:
                self._children(feature, cluster, is_always=is_always)

    def switch(self, feature: Feature, *, is_always: bool) -> None:
        """A group of yes and no; of yes alone where the feature is part of everything."""
        held = {IS_ON: True} | attributes_of(feature)
        draft = self._draft(feature, [feature] if is_always else [feature, None], is_feature=True)
        draft.codes, draft.names, draft.attributes = [YES], ["Yes"], [held]
        if not is_always:
            draft.codes.append(NO)
            draft.names.append("No")
            draft.attributes.append({IS_ON: False} | _nothing_of(held))
            draft.default = 0 if feature.attributes.get(DEFAULT) is True else 1
        presence = ALWAYS if is_always else Presence(len(self.shape.drafts), 1)
        self.shape.presence[feature.name] = presence
        self.shape.drafts.append(draft)

    def _choice(
        self, feature: Feature, cluster: Cluster, *, is_always: bool, stands_for_parent: bool
    ) -> None:
        """A group of the cluster's features, and of none where the parent can be missing."""
        draft = self._draft(feature, [*cluster.features], is_feature=False)
        if not is_always:
            draft.features.insert(0, None)
        at, codes = len(self.shape.drafts), Codes()
        for number, child in enumerate(draft.features):
            if child is None:
                draft.codes.append(codes.take(NONE))
                draft.names.append("None")
                draft.attributes.append({})
                continue
            draft.codes.append(codes.take(text_of(child, CODE) or coded(child.name)))
            draft.names.append(text_of(child, NAME) or child.name)
            draft.attributes.append(attributes_of(child))
            self.shape.features[child.name] = child
            self.shape.presence[child.name] = Presence(at, 1 << number)
            if child.attributes.get(DEFAULT) is True:
                draft.default = number
        self.shape.drafts.append(draft)
        if is_always:
            self.shape.presence[feature.name] = ALWAYS
        elif stands_for_parent:
            self.shape.presence[feature.name] = Presence(at, draft.everything & ~1)
        else:
            children = tuple(cluster.features)
            self.shape.relations.append(Relation(feature, children, 1, len(children)))

    def _children(self, feature: Feature, cluster: Cluster, *, is_always: bool) -> None:
        is_whole = cluster.low == len(cluster.features)
        for child in cluster.features:
            self.place(child, is_always=is_always and is_whole)
        if not (is_always and is_whole):
            self.shape.relations.append(
                Relation(
                    feature,
                    tuple(cluster.features),
                    cluster.low,
                    cluster.most,
                    is_bound=not is_always,
                )
            )

    def _draft(
        self, feature: Feature, features: list[Feature | None], *, is_feature: bool
    ) -> Draft:
        # A feature may head several choices, and a switch of its own beside them.
        code = self._codes.take((text_of(feature, CODE) or coded(feature.name)).replace(".", "_"))
        name = text_of(feature, NAME) or feature.name
        return Draft(code, name, features, is_feature, quantity_for=text_of(feature, QUANTITY_FOR))

    def settle_quantities(self) -> None:
        """Keep what says that a group counts another one only where it can."""
        drafts = {draft.code: draft for draft in self.shape.drafts}
        counted: set[str] = set()
        for draft in self.shape.drafts:
            target = drafts.get(draft.quantity_for or "")
            is_right = target is not None and target is not draft and target.quantity_for is None
            if not is_right or draft.quantity_for in counted or count_of(draft) is None:
                draft.quantity_for = None
            else:
                counted.add(str(draft.quantity_for))


def _nothing_of(held: dict[str, Value]) -> dict[str, Value]:
    """A feature that is not there adds nothing to sums."""
    return {key: 0 for key, value in held.items() if type(value) is int}


def amount_in(feature: Feature, attribute: str) -> Fraction | None:
    """A number that a feature carries, or None."""
    value = feature.attributes.get(attribute)
    return value if isinstance(value, Fraction) else None
