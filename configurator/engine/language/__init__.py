"""The rule language: rules as product managers write and read them (docs/rules.md)."""

from configurator.engine.errors import RuleSyntaxError
from configurator.engine.language.parser import parse_body, parse_rule, parse_rules
from configurator.engine.language.words import Vocabulary, vocabulary_of
from configurator.engine.language.writer import write_body, write_rule, write_rules

__all__ = [
    "RuleSyntaxError",
    "Vocabulary",
    "parse_body",
    "parse_rule",
    "parse_rules",
    "vocabulary_of",
    "write_body",
    "write_rule",
    "write_rules",
]
