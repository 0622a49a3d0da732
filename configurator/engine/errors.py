"""What can be wrong with a question put to the engine, each with a stable code."""


class EngineError(Exception):
    """Base of all engine errors: `code` for machines, `message` for people."""

    code = "engine_error"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class UnknownGroup(EngineError):
    """A choice names a group that the model does not have."""

    code = "unknown_group"


class UnknownOption(EngineError):
    """A choice names an option that its group does not have."""

    code = "unknown_option"


class ImpossibleOption(EngineError):
    """The option is part of no valid configuration at all, so nothing can be built around it."""

    code = "impossible_option"


class InconsistentModel(EngineError):
    """The rules leave no valid configuration."""

    code = "inconsistent_model"


class IncompleteConfiguration(EngineError):
    """A price was asked for a configuration that leaves a group open."""

    code = "incomplete_configuration"


class MissingPrice(EngineError):
    """The price book does not name an option, and silence must not mean free."""

    code = "missing_price"


class TotalTooLarge(EngineError):
    """Prices add up to more than the arithmetic of a pass can hold; a search answers instead."""

    code = "total_too_large"


class NoCircuit(EngineError):
    """A model could not be compiled to a circuit; the solver answers instead."""

    code = "no_circuit"


class CompilerMissing(NoCircuit):
    """The circuit compiler has no wheel for this machine and this Python."""

    code = "compiler_missing"


class CompilerFailed(NoCircuit):
    """The compiler's process ended without a circuit."""

    code = "compiler_failed"


class LimitExceeded(NoCircuit):
    """Compiling took more time or memory than it was given."""

    code = "limit_exceeded"


class ArtefactError(EngineError):
    """A compiled artefact is damaged, of another format, or made from another model."""

    code = "artefact"


class FeatureModelError(EngineError):
    """A feature model, in DIMACS or in UVL, is malformed; the message names the place."""

    code = "feature_model"


class ModelFormatError(EngineError):
    """A model is malformed: says what is wrong, where, what was expected and what was found."""

    code = "model_format"

    def __init__(self, what: str, *, where: str, expected: str, got: str) -> None:
        super().__init__(f"{where}: {what}; expected {expected}, got {got}")
        self.what = what
        self.where = where
        self.expected = expected
        self.got = got


class RuleSyntaxError(EngineError):
    """A rule in the rule language does not read: says where, what was expected, what was found.

    `line` and `column` count from 1. `suggestion` is what was probably meant, to be written
    there instead, and `hint` a sentence that helps; both may be empty. `excerpt` is the line with
    a caret below.
    """

    code = "rule_syntax"

    def __init__(
        self,
        *,
        line: int,
        column: int,
        expected: str,
        found: str,
        excerpt: str,
        suggestion: str = "",
        hint: str = "",
    ) -> None:
        meant = f"; did you mean {suggestion}?" if suggestion else ""
        helped = f"{'' if suggestion else ';'} {hint}" if hint else ""
        super().__init__(
            f"line {line}, column {column}: expected {expected}, found {found}{meant}{helped}"
        )
        self.line = line
        self.column = column
        self.expected = expected
        self.found = found
        self.suggestion = suggestion
        self.hint = hint
        self.excerpt = excerpt
