"""What can be wrong with a wish to configure, each with a stable code and an HTTP status."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from config.errors import CartwrightError
from configurator.engine import errors as engine


class ConfiguratorError(CartwrightError):
    """Base of the configurator's errors."""

    code = "configurator_error"


class UnknownProduct(ConfiguratorError):
    """Nothing is sold under this name now."""

    code = "unknown_product"
    http_status = 404


class UnknownConfiguration(ConfiguratorError):
    """No configuration was saved under this short address."""

    code = "unknown_configuration"
    http_status = 404


class UnknownGroup(ConfiguratorError):
    code = "unknown_group"


class UnknownOption(ConfiguratorError):
    code = "unknown_option"


class IncompleteConfiguration(ConfiguratorError):
    """A group has no choice."""

    code = "incomplete_configuration"


class ImpossibleConfiguration(ConfiguratorError):
    """The choices break rules; `sentences` say which, in the rules' own words."""

    code = "impossible_configuration"
    http_status = 409

    def __init__(self, message: str, *, sentences: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.sentences = tuple(sentences)


class StaleVersion(ConfiguratorError):
    """The product has been revised since the customer's page was made."""

    code = "stale_version"
    http_status = 409


class MissingPrice(ConfiguratorError):
    """There is no price list, or it leaves an option out."""

    code = "missing_price"
    http_status = 409


class ModelCheckFailed(ConfiguratorError):
    """A product model cannot go live; `problems` lists every reason."""

    code = "model_check_failed"
    http_status = 409

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *problems]))
        self.problems = tuple(problems)


class NotADraft(ConfiguratorError):
    """What has been checked or sold is not changed any more."""

    code = "not_a_draft"
    http_status = 409


class DraftExists(ConfiguratorError):
    """The next version is being written already; `version_id` is it."""

    code = "draft_exists"
    http_status = 409

    def __init__(self, message: str, *, version_id: int) -> None:
        super().__init__(message)
        self.version_id = version_id


class UnreadableAttributes(ConfiguratorError):
    """Lines that are not `name = value`; `problems` names each."""

    code = "unreadable_attributes"

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


class UnreadableRules(ConfiguratorError):
    """A text in the rule language that means nothing; `problems` say what is wrong and where."""

    code = "unreadable_rules"

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__("\n".join(str(getattr(one, "message", one)) for one in problems))
        self.problems = tuple(problems)


class UnreadableSheet(ConfiguratorError):
    """A CSV file that cannot be imported; `problems` name row, column, expected and got."""

    code = "unreadable_sheet"

    def __init__(self, problems: Sequence[object]) -> None:
        super().__init__("\n".join(str(getattr(one, "message", one)) for one in problems))
        self.problems = tuple(problems)


class ChangedMeanwhile(ConfiguratorError):
    """Somebody else has saved since this was read."""

    code = "changed_meanwhile"
    http_status = 409


class AssemblyRefused(ConfiguratorError):
    """Another model cannot be taken in, or taken out; `problems` say why, a line each."""

    code = "assembly_refused"
    http_status = 409

    def __init__(self, message: str, *, problems: Sequence[str] = ()) -> None:
        super().__init__("\n".join([message, *problems]))
        self.message = message
        self.problems = tuple(problems)


class RulesWouldGo(ConfiguratorError):
    """Saving would remove rules that nobody agreed to lose; `codes` names them."""

    code = "rules_would_go"
    http_status = 409

    def __init__(self, message: str, *, codes: Sequence[str]) -> None:
        super().__init__(message)
        self.codes = tuple(codes)


class RunUnderWay(ConfiguratorError):
    """The version is being checked or published already; wait for that."""

    code = "run_under_way"
    http_status = 409


class NotAcceptable(ConfiguratorError):
    """Not a finding that may be accepted, or no reason was given."""

    code = "not_acceptable"


TRANSLATED: dict[type[engine.EngineError], type[ConfiguratorError]] = {
    engine.UnknownGroup: UnknownGroup,
    engine.UnknownOption: UnknownOption,
    engine.ImpossibleOption: ImpossibleConfiguration,
    engine.IncompleteConfiguration: IncompleteConfiguration,
    engine.MissingPrice: MissingPrice,
}


@contextmanager
def engine_errors_translated() -> Iterator[None]:
    """The engine knows no HTTP: give its errors a status on their way out."""
    try:
        yield
    except engine.EngineError as error:
        raise TRANSLATED.get(type(error), ConfiguratorError)(error.message) from error
