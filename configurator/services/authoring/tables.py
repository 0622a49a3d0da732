"""A version as the engine reads it, drafts too: straight from its tables."""

import json
from functools import lru_cache

from configurator.engine.ir import Model, model_from_dict
from configurator.models import ModelVersion
from configurator.selectors import engine_model
from configurator.services.compiling import model_data

KEPT_DRAFTS = 8  # each holds its JSON, half a megabyte at most


def model_of(version: ModelVersion) -> Model:
    """The engine's model. A draft is read anew whenever its tables say something else.

    Raises ModelFormatError where a draft is not sound yet.
    """
    if version.status != ModelVersion.Status.DRAFT:
        return engine_model(version)
    return _model_of_json(json.dumps(model_data(version), ensure_ascii=False))


@lru_cache(maxsize=KEPT_DRAFTS)
def _model_of_json(text: str) -> Model:
    return model_from_dict(json.loads(text))
