"""The language in which bills say how many, and when: expressions over the choices.

    memory_quantity.count                         a number of the chosen option
    ceil(case.fan_mounts * 4 / 10)                pieces are whole, so a quotient is rounded up
    graphics != "none" and cpu.tdp_w > 120        a group alone stands for the chosen option's code
    operating_system.licensed                     a yes or no
    cpu.socket in ("AM4", "AM5")                  also: "ATX" in case.form_factors
    if assembly.burn_in_h >= 24 then 2 else 1     also: min(…), max(…), not, or, ( )

A text may name values in braces: "Fit the {cpu}" (the option's name), "{memory.capacity_gb} GB".
Everything is read once and turned into functions; nothing is ever evaluated as Python.
"""

from production.bom.expression.expressions import (
    Condition,
    Quantity,
    Template,
    compile_condition,
    compile_quantity,
    compile_template,
)
from production.bom.expression.kinds import GroupWords, Kind, Schema, kind_of_values
from production.bom.expression.nodes import Reference
from production.bom.expression.parser import parse
from production.bom.expression.writer import write

__all__ = [
    "Condition",
    "GroupWords",
    "Kind",
    "Quantity",
    "Reference",
    "Schema",
    "Template",
    "compile_condition",
    "compile_quantity",
    "compile_template",
    "kind_of_values",
    "parse",
    "write",
]
