"""Resources of a machine, read off its rules."""

from configurator.engine.ir import Ref, Rule, Sum, Term
from configurator.views.meters import meters
from tests.configurator.engine import machines


def test_a_sum_that_must_stay_below_something_is_a_resource():
    model = machines.desktop()
    told = {meter.name: meter.text for meter in meters(model, dict(model.defaults))}
    assert told["Slots"] == "2 of 2"


def test_a_sum_that_must_reach_something_uses_nothing_up():
    at_least = Sum((Term(Ref("cpu", "watts"), weight=-1),), Ref("board", "slots"), limit_weight=-1)
    rule = Rule("enough", "Enough", "Too little.", "block", at_least)
    model = machines.desktop(rules=(rule,))
    assert meters(model, dict(model.defaults)) == []
