"""How large the plant of a history is."""

import pytest

from config.history.plant import fit_out
from production.models import WorkCenter


@pytest.mark.django_db
def test_a_plant_grows_with_its_orders_and_as_many_may_be_under_way_as_it_has_stations():
    WorkCenter.objects.all().delete()
    bench = WorkCenter.objects.create(
        code="bench", operation="build", stations=2, standard_minutes=120, wip_limit=4
    )
    fit_out(orders=50)
    bench.refresh_from_db()
    assert (bench.stations, bench.wip_limit) == (2, 4)
    fit_out(orders=5000)
    bench.refresh_from_db()
    assert bench.stations > 4
    assert bench.wip_limit >= bench.stations
