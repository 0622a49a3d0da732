"""Lines are stored as JSON and read strictly."""

import pytest

from production.bom import BillFormatError, line_from_json


def read(**changes):
    fields = {
        "component": "SCREW",
        "group": "",
        "quantity_per": {"fixed": 1},
        "condition": [],
        "operation": "build",
        "where": "ATELIER rev 1, line 3",
    }
    return line_from_json(**{**fields, **changes})


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"component": "", "group": ""}, "needs a component or an option group, not both"),
        ({"group": "cpu"}, "needs a component or an option group, not both"),
        ({"quantity_per": {}}, "quantity needs one of"),
        ({"quantity_per": {"fixed": 1, "of_group": "x"}}, "quantity needs one of"),
        ({"quantity_per": {"fixed": 0}}, "fixed must be a whole number above zero, got 0"),
        ({"quantity_per": {"fixed": True}}, "got True"),
        ({"quantity_per": {"fixed": "2"}}, "got '2'"),
        ({"quantity_per": {"fixed": 2, "times": 2}}, "a fixed quantity has no times"),
        ({"quantity_per": {"of_grup": "x"}}, "unknown key 'of_grup'"),
        ({"quantity_per": {"of_attribute": "case"}}, "of_attribute must be 'group.attribute'"),
        ({"quantity_per": 3}, "expected an object, got 3"),
        ({"condition": {}}, "condition must be a list"),
        ({"condition": [{"left": "cpu", "op": "="}]}, "op must be one of"),
        ({"condition": [{"left": "cpu", "op": "=="}]}, "either right or value"),
        ({"condition": [{"left": "cpu.", "op": "==", "value": 1}]}, "'group.attribute'"),
        ({"condition": [{"op": "==", "value": 1}]}, "reference must be text"),
        ({"condition": [{"left": "cpu", "op": "in", "value": "AM5"}]}, "in needs a list"),
        ({"condition": [{"left": "cpu", "op": "==", "value": 1.5}]}, "got 1.5"),
        ({"condition": [{"any_of": []}]}, "any_of needs a list"),
    ],
)
def test_a_malformed_line_is_refused_saying_what_and_where(changes, said):
    with pytest.raises(BillFormatError) as refused:
        read(**changes)
    assert str(refused.value).startswith("ATELIER rev 1, line 3: ")
    assert said in str(refused.value)
