"""What the expressions of a bill may speak of: the groups of the products that take it."""

from dataclasses import dataclass

from production.bom import ExpressionError
from production.bom.expression import (
    Schema,
    compile_condition,
    compile_quantity,
    compile_template,
)
from production.models import BillOfMaterial
from production.selectors.bills_used import where_used
from production.services.bill_checks import orderable_products

READERS = {
    "quantity": compile_quantity,
    "condition": compile_condition,
    "text": compile_template,
}


@dataclass(frozen=True, slots=True)
class Words:
    """The schemas of the products on sale that a bill is for; none: only the grammar is asked."""

    schemas: tuple[Schema, ...]

    @property
    def groups(self) -> list[str]:
        """Every group that a line may take its part from."""
        return sorted({group for schema in self.schemas for group in schema.groups})

    def fault(self, what: str, text: str) -> ExpressionError | None:
        """The first thing that is wrong with a quantity, condition or text."""
        for schema in self.schemas or (None,):
            try:
                READERS[what](text, schema)
            except ExpressionError as error:
                return error
        return None


def words_of(bill: BillOfMaterial) -> Words:
    """Of the product that it is the bill of, else of those whose machines take its part."""
    on_sale = orderable_products()
    slugs = {bill.product_slug}
    if not bill.product_slug:
        slugs |= {
            use.product_slug for way in where_used(bill.part_id).ways for use in way.uses[-1:]
        }
    return Words(tuple(on_sale[slug].schema for slug in sorted(slugs) if slug in on_sale))
