"""Feature models in UVL, the Universal Variability Language: read as product models, and written.

Read (`read_uvl`): the boolean level in full, group cardinalities, attributes, and arithmetic
constraints that add up attributes. Refused with line and column: imports, features that hold
numbers or texts, features that occur several times, comparisons of texts, averages.
"""

from configurator.engine.uvl.reading import read_uvl
from configurator.engine.uvl.writing import write_uvl

__all__ = ["read_uvl", "write_uvl"]
