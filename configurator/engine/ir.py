"""The intermediate representation of a product model: what may be ordered, and the rules.

Everything in it is immutable and round-trips through JSON; `Model.sha256` is its identity.
In JSON a reference is written `"case.max_gpu_length_mm"`, and a constraint is one of

    {"left": "graphics.length_mm", "op": "<=", "right": "case.max_gpu_length_mm"}
    {"left": "cpu.socket", "op": "in", "value": ["AM4", "AM5"]}
    {"sum": [{"ref": "memory.modules", "times": "memory_quantity", "weight": 1}],
     "op": "<=", "limit": "motherboard.memory_slots", "constant": 0, "limit_weight": 1}
    {"any_of": [<comparison>, <comparison>]}
    {"table": {"refs": ["cpu.socket", "memory.type"], "rows": [["AM4", "DDR4"], ["AM5", "DDR5"]]}}

A rule is {"code", "name", "sentence", "severity", "constraint", "when"?: [<comparison>]}; a group
{"code", "name", "options", "quantity_for"?}; an option {"code", "name", "attributes"?}; a model
{"code", "groups", "rules", "defaults"}. Numbers are whole, lists hold texts, null is unknown.

The attribute `code` is reserved: "graphics.code" is the code of the option that is chosen, so that
an option itself can be required or excluded. A model made of other models is put together first
(`assemblies`).
"""

from configurator.engine.nodes import (
    CODE,
    NONE,
    AnyOf,
    Compare,
    Constraint,
    Group,
    Known,
    Model,
    Operator,
    Option,
    Ref,
    Rule,
    Severity,
    Sum,
    Table,
    Term,
    Value,
    model_to_dict,
)
from configurator.engine.parse import model_from_dict

__all__ = [
    "CODE",
    "NONE",
    "AnyOf",
    "Compare",
    "Constraint",
    "Group",
    "Known",
    "Model",
    "Operator",
    "Option",
    "Ref",
    "Rule",
    "Severity",
    "Sum",
    "Table",
    "Term",
    "Value",
    "model_from_dict",
    "model_to_dict",
]
