from configurator.models.availability import OptionAvailability, PlantLoad
from configurator.models.configuration import Configuration
from configurator.models.engine_circuit import EngineCircuit
from configurator.models.option import Option, OptionGroup
from configurator.models.price_list import ModelPrice, OptionPrice, PriceList
from configurator.models.product_model import ModelVersion, ProductModel
from configurator.models.rule import Rule
from configurator.models.sub_assembly import SubAssembly
from configurator.models.version_run import AcceptedFinding, VersionRun

__all__ = [
    "AcceptedFinding",
    "Configuration",
    "EngineCircuit",
    "ModelPrice",
    "ModelVersion",
    "Option",
    "OptionAvailability",
    "OptionGroup",
    "OptionPrice",
    "PlantLoad",
    "PriceList",
    "ProductModel",
    "Rule",
    "SubAssembly",
    "VersionRun",
]
