"""A whole UVL file: its sections, the tree of features, their attributes."""

from fractions import Fraction

from configurator.engine.uvl.errors import UvlError, shown
from configurator.engine.uvl.formulas import constraint, number
from configurator.engine.uvl.nodes import At, Cluster, Constraint, Document, Feature, Written
from configurator.engine.uvl.words import Words

DEEPEST = 100  # features, or attributes, inside each other
MOST_FEATURES = 100_000  # some of them become options of one group
CLUSTERS = {"mandatory": (0, 0), "optional": (0, 0), "or": (1, None), "alternative": (1, 1)}
TYPES = ("String", "Integer", "Real")


def document(text: str) -> Document:
    """The features and constraints of a file. Raises UvlError."""
    return _Documents(Words(text)).read()


class _Documents:
    def __init__(self, words: Words) -> None:
        self._words = words
        self._seen: dict[str, At] = {}
        self._constraints: list[Constraint] = []

    def read(self) -> Document:
        words = self._words
        if words.accept("namespace"):
            words.dotted("the name of a namespace")
            self._line_ends()
        if words.is_next("include"):
            self._levels()
        if words.is_next("imports"):
            raise UvlError("imports of other files are not supported", words.next.at)
        words.expect("features")
        self._line_ends()
        words.expect_kind("indent", "an indented feature")
        root = self._feature(0)
        words.expect_kind("dedent", "one feature at the top of the tree")
        if words.accept("constraints"):
            self._section()
        words.expect_kind("end", "'constraints' or the end of the file")
        return Document(root, tuple(self._constraints))

    def _line_ends(self) -> None:
        self._words.expect_kind("newline", "the end of the line")

    def _levels(self) -> None:
        """What the file says it uses; what is not supported is refused where it is used."""
        self._words.take()
        self._line_ends()
        if not self._words.accept_kind("indent"):
            return
        while not self._words.accept_kind("dedent"):
            if self._words.take().kind in {"indent", "end"}:
                raise UvlError("expected a language level", self._words.last.at)

    def _section(self) -> None:
        self._line_ends()
        if not self._words.accept_kind("indent"):
            return
        while not self._words.accept_kind("dedent"):
            self._constraints.append(constraint(self._words))
            self._line_ends()

    def _feature(self, depth: int) -> Feature:
        words = self._words
        self._refuse_type()
        at = words.next.at
        if depth > DEEPEST:
            raise UvlError(f"features nested deeper than {DEEPEST}", at)
        feature = Feature(self._feature_name(), at)
        if words.is_next("cardinality"):
            raise UvlError("a feature that occurs several times is not supported", words.next.at)
        if words.accept("{"):
            self._attributes(feature, "", 0)
        self._line_ends()
        if words.accept_kind("indent"):
            while not words.accept_kind("dedent"):
                feature.clusters.append(self._cluster(depth))
        return feature

    def _refuse_type(self) -> None:
        token = self._words.next
        if token.kind == "name" and token.text in TYPES:
            raise UvlError(f"features of type {token.text} are not supported", token.at)
        self._words.accept("Boolean")

    def _feature_name(self) -> str:
        at = self._words.next.at
        name = self._words.name("the name of a feature")
        if name in self._seen:
            earlier = self._seen[name].line
            raise UvlError(f"feature {shown(name)} is there already, in line {earlier}", at)
        self._seen[name] = at
        if len(self._seen) > MOST_FEATURES:
            raise UvlError(f"more than {MOST_FEATURES:,} features", at)
        return name

    def _cluster(self, depth: int) -> Cluster:
        words, at = self._words, self._words.next.at
        bounds: tuple[int, int | None]
        if words.next.kind == "range":
            word, bounds = "cardinality", self._range()
        elif words.is_next(*CLUSTERS):
            word = words.take().text
            bounds = CLUSTERS[word]
        else:
            raise words.fault("expected mandatory, optional, or, alternative or [n..m]")
        self._line_ends()
        words.expect_kind("indent", "an indented feature")
        features = [self._feature(depth + 1)]
        while not words.accept_kind("dedent"):
            features.append(self._feature(depth + 1))
        if word == "mandatory":
            bounds = (len(features), None)
        elif word == "optional":
            bounds = (0, None)
        if bounds[0] > len(features):
            raise UvlError(f"at least {bounds[0]:,} of {len(features)} features", at)
        return Cluster(word, *bounds, features, at)

    def _range(self) -> tuple[int, int | None]:
        token = self._words.take()
        low, dots, high = token.text[1:-1].replace(" ", "").replace("\t", "").partition("..")
        if max(len(low), len(high)) > len(str(MOST_FEATURES)):
            raise UvlError(f"{shown(token.text)} counts more than any feature model has", token.at)
        if not dots:
            return int(low), int(low)
        most = None if high == "*" else int(high)
        if most is not None and most < int(low):
            raise UvlError(f"{token.text} ends below its beginning", token.at)
        return int(low), most

    def _attributes(self, feature: Feature, within: str, depth: int) -> None:
        """What stands in braces, behind the opening one."""
        words = self._words
        if depth > DEEPEST:
            raise UvlError(f"attributes nested deeper than {DEEPEST}", words.next.at)
        while not words.accept("}"):
            if words.accept("constraint"):
                self._constraints.append(constraint(words))
            elif words.accept("constraints"):
                self._constraint_list()
            else:
                self._attribute(feature, within, depth)
            if not words.is_next("}"):
                words.expect(",")

    def _constraint_list(self) -> None:
        self._words.expect("[")
        while not self._words.accept("]"):
            self._constraints.append(constraint(self._words))
            if not self._words.is_next("]"):
                self._words.expect(",")

    def _attribute(self, feature: Feature, within: str, depth: int) -> None:
        words, at = self._words, self._words.next.at
        key = within + words.name("the name of an attribute")
        if key in feature.attributes:
            raise UvlError(f"attribute {shown(key)} is there already", at)
        if words.accept("{"):
            self._attributes(feature, f"{key}.", depth + 1)
        elif words.is_next(",", "}"):
            feature.attributes[key] = True
        else:
            feature.attributes[key] = self._value(0)

    def _value(self, depth: int) -> Written:
        words = self._words
        if words.next.kind == "text":
            return words.take().text[1:-1]
        if words.accept("true", "false"):
            return words.last.text == "true"
        if words.next.kind == "range":
            low, high = self._range()
            if low != high:
                raise UvlError("a range is no value", words.last.at)
            return (Fraction(low),)
        if words.is_next("["):
            return self._vector(depth)
        sign = -1 if words.accept("-") else 1
        return sign * number(words)

    def _vector(self, depth: int) -> Written:
        words = self._words
        if depth > DEEPEST:
            raise UvlError(f"lists nested deeper than {DEEPEST}", words.next.at)
        words.take()
        items: list[Written] = []
        while not words.accept("]"):
            items.append(self._value(depth + 1))
            if not words.is_next("]"):
                words.expect(",")
        return tuple(items)
