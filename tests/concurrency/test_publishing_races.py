"""Versions published, and runs asked for, at the same instant."""

import pytest

from configurator.errors import RunUnderWay
from configurator.models import ModelVersion, VersionRun
from configurator.services.publishing import check_model_version, publish_model_version
from configurator.services.runs import perform_run, request_version_run
from tests.concurrency.races import race
from tests.factories.configurator import ProductModelFactory, draft_small_model

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.concurrency]

RACERS = 4


def test_versions_published_at_once_follow_each_other_and_one_is_on_sale():
    product = ProductModelFactory.create()
    versions = [
        draft_small_model(product_model=product, number=number) for number in range(1, RACERS + 1)
    ]
    for version in versions:
        check_model_version(version_id=version.pk)

    def publish(version):
        return lambda: publish_model_version(version_id=version.pk)

    answers = race(*map(publish, versions))
    assert all(isinstance(answer, ModelVersion) for answer in answers)
    assert ModelVersion.objects.published().count() == 1
    assert ModelVersion.objects.filter(status="retired").count() == RACERS - 1


def test_runs_asked_for_at_once_are_one_run():
    version = draft_small_model()

    def ask():
        return request_version_run(version_id=version.pk, purpose="check", actor="staff:anna")

    answers = race(*[ask] * RACERS)
    assert sum(isinstance(answer, VersionRun) for answer in answers) == 1
    assert sum(isinstance(answer, RunUnderWay) for answer in answers) == RACERS - 1


def test_a_run_handed_to_several_workers_at_once_publishes_once_and_says_so_once():
    version = draft_small_model()
    run = request_version_run(version_id=version.pk, purpose="publish", actor="staff:anna")

    def perform():
        perform_run(VersionRun.objects.get(pk=run.pk))

    assert race(*[perform] * RACERS) == [None] * RACERS
    run.refresh_from_db()
    version.refresh_from_db()
    assert (run.outcome, version.status) == ("passed", ModelVersion.Status.PUBLISHED)
