"""Form encoding with brackets, as Stripe's API reads it: ``a[b][0][c]=value``."""

import re
from urllib.parse import parse_qsl

from shop.stripe.sandbox.errors import ParameterError

type Raw = str | dict[str, "Raw"]

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
MAX_FIELDS = 2_000
MAX_DEPTH = 8


def decode_form(text: str) -> dict[str, Raw]:
    """Nested values by name. Lists stay dicts of digits here: only a shape knows a list.

    Raises ParameterError for text that is not UTF-8, too long, or contradicts itself.
    """
    try:
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:  # UnicodeDecodeError is one
        raise ParameterError("The request could not be read as form-encoded UTF-8.") from error
    decoded: dict[str, Raw] = {}
    for key, value in pairs:
        _place(decoded, key, value)
    return decoded


def _place(decoded: dict[str, Raw], key: str, value: str) -> None:
    match = KEY.fullmatch(key)
    if not match:
        raise ParameterError(f"Invalid parameter name: {key[:100]}", param=key[:100])
    steps = [match[1], *(step for step in match[2][1:-1].split("][") if match[2])]
    if len(steps) > MAX_DEPTH:
        raise ParameterError(f"Parameter nested too deeply: {key[:100]}", param=key[:100])
    here = decoded
    for step in steps[:-1]:
        inner = here.setdefault(step or str(len(here)), {})
        if isinstance(inner, str):
            raise ParameterError(f"Parameter given twice: {key[:100]}", param=key[:100])
        here = inner
    last = steps[-1] or str(len(here))  # "types[]" appends
    if last in here:
        raise ParameterError(f"Parameter given twice: {key[:100]}", param=key[:100])
    here[last] = value
