"""Authoring product models. A version that has been checked is read-only; to change what is on
sale, make the next version. States move by the services, as list actions.
"""

from configurator.admin import machines, options, prices, records, rules

__all__ = ["machines", "options", "prices", "records", "rules"]
