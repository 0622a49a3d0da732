from django.db import migrations

# A connection keeps the plans of the statements in its functions. One made while a table was
# nearly empty reads the whole table, and does so until the next ANALYZE: in a shop that grows, a
# check of twenty rows then costs as much as all rows together.
ONCE_A_STATEMENT = (
    "new_requirements_add_up()",
    "new_allocations_add_up()",
    "count_what_is_tied()",
)
ONCE_A_ROW = (
    "changed_requirement_adds_up()",
    "changed_allocation_adds_up()",
    "shelf_is_its_movements()",
)
# Called for many rows at once: planned for as many as there are.
PLANNED_AFRESH = [(name, "plan_cache_mode", "force_custom_plan") for name in ONCE_A_STATEMENT]
# Called for one row: that is found by its index, however few rows there were at first.
BY_INDEX = [(name, "enable_seqscan", "off") for name in ONCE_A_ROW]


class Migration(migrations.Migration):
    dependencies = [
        ("production", "0008_floor_records"),
    ]

    operations = [
        migrations.RunSQL(
            f"ALTER FUNCTION {name} SET {setting} = {value}",
            f"ALTER FUNCTION {name} RESET {setting}",
        )
        for name, setting, value in (*PLANNED_AFRESH, *BY_INDEX)
    ]
