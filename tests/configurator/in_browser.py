"""The engine's modules in Chromium, asked like the engine in Python."""

import json
import random
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from playwright.sync_api import Page

from configurator.engine.classes import ClassedModel, classify
from configurator.engine.evaluate import Evaluation, evaluate
from configurator.engine.ir import Model
from configurator.engine.price import PriceBook
from configurator.views.local import evaluation_data

type Answer = list[Any]  # chosen options, total, and by group and option: changes and delta, or 0

CONTRADICTING = 0.15  # share of choices that are made without looking

# As text both ways, because Playwright takes long to wrap every number by itself.
EVALUATE = """async (question) => {
  const { artefact, model, data, states } = JSON.parse(question);
  const { readArtefact } = await import("/static/js/engine/artefact.js");
  const { Evaluator } = await import("/static/js/engine/evaluator.js");
  const bytes = Uint8Array.from(atob(artefact), (letter) => letter.charCodeAt(0));
  const evaluator = new Evaluator(await readArtefact(bytes.buffer, model), data);
  const inShort = ({ isPossible, changes, delta }) => isPossible ? [changes, delta] : 0;
  return JSON.stringify(states.map((state) => {
    const { chosen, total, states } = evaluator.evaluate(new Map(state));
    return [chosen, total, states.map((group) => group.map(inShort))];
  }));
}"""


def question(
    model: Model, artefact: bytes, book: PriceBook | None, states: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """What EVALUATE takes."""
    classed = classify(model)
    return {
        "artefact": b64encode(artefact).decode(),
        "model": model.sha256,
        "data": evaluation_data(classed, book),
        "states": [[list(pair) for pair in classed.locate_all(one).items()] for one in states],
    }


def answers(page: Page, *asked: Any) -> list[Answer]:
    """The browser's answers to a `question`."""
    return json.loads(page.evaluate(EVALUATE, json.dumps(question(*asked))))


def random_states(product: Model, prices: PriceBook, number: int) -> Iterator[Mapping[str, str]]:
    """Choices of some groups in any order; most of them fit each other."""
    rng = random.Random(20_261_121)  # noqa: S311 - to be repeated, not to be secret
    for _ in range(number):
        choices: dict[str, str] = {}
        for group in rng.sample(product.groups, rng.randrange(9)):
            choices[group.code] = rng.choice(group.options).code
            if rng.random() < CONTRADICTING:
                continue
            if not evaluate(product, choices, book=prices, groups=()).is_consistent:
                del choices[group.code]
        yield choices


def in_short(classed: ClassedModel, found: Evaluation) -> Answer:
    """The same of an evaluation in Python."""
    by_group = [
        [found.states[held.group.code, option.code] for option in held.group.options]
        for held in classed.groups
    ]
    return [
        [o for _, o in classed.locate_all(found.chosen).items()] or None,
        found.total_minor,
        [
            [
                [[list(classed.locate(*change)) for change in state.changes], state.delta_minor]
                if state.is_possible
                else 0
                for state in states
            ]
            for states in by_group
        ],
    ]
