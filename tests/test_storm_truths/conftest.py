from collections.abc import Iterator

import pytest

from tests.storm.truths import Evidence, gather
from tests.storm.world import World
from tests.test_storm_truths.healthy import healthy_world


@pytest.fixture(scope="package")
def world(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[World]:
    with (
        django_db_blocker.unblock(),
        healthy_world(tmp_path_factory.mktemp("healthy")) as found,
    ):
        yield found


@pytest.fixture(scope="package")
def evidence(world: World) -> Evidence:
    return gather(world)
