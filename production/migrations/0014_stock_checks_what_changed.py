from django.db import migrations

# What the check at commit did until now: it added up all that a part had ever moved, once for
# every row that a transaction touched.
ADD_UP = """
DECLARE
    the_part bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.part_id ELSE NEW.part_id END;
    moved record; level record;
BEGIN
    SELECT coalesce(sum(quantity), 0) AS on_hand,
           coalesce(sum(quantity) FILTER (WHERE origin = 'pegged'), 0) AS pegged,
           coalesce(sum(quantity) FILTER (WHERE origin = 'kanban'), 0) AS kanban
        INTO moved FROM production_stockmovement WHERE part_id = the_part;
    SELECT coalesce(max(on_hand), 0) AS on_hand, coalesce(max(pegged_on_hand), 0) AS pegged,
           coalesce(max(kanban_on_hand), 0) AS kanban
        INTO level FROM production_stocklevel WHERE part_id = the_part;
    IF moved.on_hand <> level.on_hand THEN
        RAISE EXCEPTION 'stock of part % is not the sum of its movements', the_part
            USING ERRCODE = 'check_violation';
    END IF;
    IF (moved.pegged, moved.kanban) <> (level.pegged, level.kanban) THEN
        RAISE EXCEPTION 'origins of part % are not what its movements say', the_part
            USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS (
        SELECT FROM (
            SELECT bin_id, sum(quantity) AS pieces FROM production_stockmovement
            WHERE part_id = the_part GROUP BY bin_id
        ) AS walked
        FULL JOIN (
            SELECT bin_id, quantity AS pieces FROM production_binstock WHERE part_id = the_part
        ) AS lies USING (bin_id)
        WHERE coalesce(walked.pieces, 0) <> coalesce(lies.pieces, 0)
    ) THEN
        RAISE EXCEPTION 'bins of part % do not hold what its movements say', the_part
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END
"""
TABLES = {
    "production_stocklevel": (
        "INSERT OR DELETE OR UPDATE OF on_hand, pegged_on_hand, kanban_on_hand"
    ),
    "production_stockmovement": "INSERT",
    "production_binstock": "INSERT OR UPDATE OR DELETE",
}
RESTORE_ADDING_UP = f"""
CREATE FUNCTION shelf_is_its_movements() RETURNS trigger LANGUAGE plpgsql
    SET enable_seqscan = off AS $${ADD_UP}$$;
""" + "".join(
    f"CREATE CONSTRAINT TRIGGER shelf_is_its_movements_on_{table} AFTER {events} ON {table} "
    "DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION shelf_is_its_movements();"
    for table, events in TABLES.items()
)
# Changes that wait to be checked are checked by the old rule.
STOP_ADDING_UP = (
    "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
    f"LOCK TABLE {', '.join(TABLES)} IN SHARE ROW EXCLUSIVE MODE;"
    + "".join(f"DROP TRIGGER shelf_is_its_movements_on_{table} ON {table};" for table in TABLES)
    + "DROP FUNCTION shelf_is_its_movements();"
)

# By how much what was moved of a part (in one bin; bin 0: in all) and what is said to lie there
# differ: triggers add up what every change adds to it. At a commit that is nothing, so this table
# has nothing to lose in a crash.
CREATE_DIFFERENCES = """
CREATE UNLOGGED TABLE production_stockdifference (
    part_id bigint, bin_id bigint,
    on_hand bigint NOT NULL, pegged bigint NOT NULL, kanban bigint NOT NULL,
    PRIMARY KEY (part_id, bin_id)
) WITH (fillfactor = 50)
"""
# Run with the owner's rights whoever moves the pieces, since nobody else may write differences.
# A row is found by its key, however few there were when the statement was planned.
AS_OWNER = "SECURITY DEFINER SET enable_seqscan = off SET search_path = pg_catalog, public, pg_temp"
# A difference that is none when it is written need not be looked at: the last one written counts.
CHECK_DIFFERENCES = """
CREATE FUNCTION shelf_is_its_movements() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    found record;
BEGIN
    SELECT * INTO found FROM production_stockdifference
        WHERE part_id = NEW.part_id AND bin_id = NEW.bin_id;
    IF found.bin_id <> 0 AND found.on_hand <> 0 THEN
        RAISE EXCEPTION 'bins of part % do not hold what its movements say', found.part_id
            USING ERRCODE = 'check_violation';
    ELSIF found.on_hand <> 0 THEN
        RAISE EXCEPTION 'stock of part % is not the sum of its movements', found.part_id
            USING ERRCODE = 'check_violation';
    ELSIF (found.pegged, found.kanban) <> (0, 0) THEN
        RAISE EXCEPTION 'origins of part % are not what its movements say', found.part_id
            USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER shelf_is_its_movements_on_production_stockdifference
    AFTER INSERT OR UPDATE ON production_stockdifference
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((NEW.on_hand, NEW.pegged, NEW.kanban) <> (0, 0, 0))
    EXECUTE FUNCTION shelf_is_its_movements();
"""
# From whole books every whole change leads to whole books, so they are looked at once: now.
BOOKS_ARE_WHOLE = """
INSERT INTO production_stockdifference (part_id, bin_id, on_hand, pegged, kanban)
SELECT part_id, bin_id, sum(on_hand), sum(pegged), sum(kanban) FROM (
    SELECT part_id, 0 AS bin_id, -on_hand AS on_hand, -pegged_on_hand AS pegged,
           -kanban_on_hand AS kanban
    FROM production_stocklevel
    UNION ALL
    SELECT part_id, 0, quantity, CASE origin WHEN 'pegged' THEN quantity ELSE 0 END,
           CASE origin WHEN 'kanban' THEN quantity ELSE 0 END
    FROM production_stockmovement
    UNION ALL SELECT part_id, bin_id, -quantity, 0, 0 FROM production_binstock
    UNION ALL SELECT part_id, bin_id, quantity, 0, 0 FROM production_stockmovement
) AS books GROUP BY part_id, bin_id
HAVING (sum(on_hand), sum(pegged), sum(kanban)) <> (0, 0, 0)
ORDER BY part_id, bin_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""

ADD = """
INSERT INTO production_stockdifference AS so_far (part_id, bin_id, on_hand, pegged, kanban)
{rows}
ON CONFLICT (part_id, bin_id) DO UPDATE
SET on_hand = so_far.on_hand + excluded.on_hand, pegged = so_far.pegged + excluded.pegged,
    kanban = so_far.kanban + excluded.kanban
"""
MOVED = """
VALUES
    (NEW.part_id, 0, NEW.quantity, CASE NEW.origin WHEN 'pegged' THEN NEW.quantity ELSE 0 END,
     CASE NEW.origin WHEN 'kanban' THEN NEW.quantity ELSE 0 END),
    (NEW.part_id, NEW.bin_id, NEW.quantity, 0, 0)
"""
# Of an insert the old row is null, of a delete the new one.
SAID_OF_PART = """
SELECT part_id, 0, sum(on_hand), sum(pegged), sum(kanban)
FROM (VALUES
    (OLD.part_id, OLD.on_hand, OLD.pegged_on_hand, OLD.kanban_on_hand),
    (NEW.part_id, -NEW.on_hand, -NEW.pegged_on_hand, -NEW.kanban_on_hand)
) AS said (part_id, on_hand, pegged, kanban)
WHERE part_id IS NOT NULL GROUP BY part_id
HAVING (sum(on_hand), sum(pegged), sum(kanban)) <> (0, 0, 0) ORDER BY part_id
"""
SAID_OF_BIN = """
SELECT part_id, bin_id, sum(quantity), 0, 0
FROM (VALUES
    (OLD.part_id, OLD.bin_id, OLD.quantity), (NEW.part_id, NEW.bin_id, -NEW.quantity)
) AS said (part_id, bin_id, quantity)
WHERE part_id IS NOT NULL GROUP BY part_id, bin_id
HAVING sum(quantity) <> 0 ORDER BY part_id, bin_id
"""
FOLLOWED = {
    "production_stockmovement": ("INSERT", MOVED),
    "production_stocklevel": (
        "INSERT OR DELETE OR UPDATE OF part_id, on_hand, pegged_on_hand, kanban_on_hand",
        SAID_OF_PART,
    ),
    "production_binstock": ("INSERT OR UPDATE OR DELETE", SAID_OF_BIN),
}
FOLLOW = "".join(
    f"""
    CREATE FUNCTION {table}_adds_to_differences() RETURNS trigger LANGUAGE plpgsql {AS_OWNER} AS $$
    BEGIN {ADD.format(rows=rows)}; RETURN NULL; END $$;
    REVOKE EXECUTE ON FUNCTION {table}_adds_to_differences() FROM PUBLIC;
    CREATE TRIGGER {table}_adds_to_differences AFTER {events} ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_adds_to_differences();
    """
    for table, (events, rows) in FOLLOWED.items()
)
ONLY_BY_TRIGGERS = """
CREATE FUNCTION refuse_a_difference_by_hand() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is kept by triggers: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER production_stockdifference_only_by_triggers
    BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON production_stockdifference
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION refuse_a_difference_by_hand();
"""
FORGET_DIFFERENCES = (
    "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED;"
    + "".join(
        f"DROP TRIGGER {table}_adds_to_differences ON {table};"
        f"DROP FUNCTION {table}_adds_to_differences();"
        for table in FOLLOWED
    )
    + "DROP TABLE production_stockdifference;"
    "DROP FUNCTION refuse_a_difference_by_hand(); DROP FUNCTION shelf_is_its_movements();"
)


class Migration(migrations.Migration):
    """Hold the shelf to its movements by what a transaction changes, not by all of history.

    A later migration that disables these triggers has to leave whole books behind by itself.
    """

    dependencies = [
        ("production", "0013_plant_calendar"),
    ]

    operations = [
        migrations.RunSQL(STOP_ADDING_UP, RESTORE_ADDING_UP),
        migrations.RunSQL(
            f"{CREATE_DIFFERENCES}; {CHECK_DIFFERENCES}"
            f"ALTER FUNCTION shelf_is_its_movements() {AS_OWNER};"
            + BOOKS_ARE_WHOLE
            + FOLLOW
            + ONLY_BY_TRIGGERS,
            FORGET_DIFFERENCES,
        ),
        # Nothing adds up a part's movements any more.
        migrations.RemoveIndex(model_name="stockmovement", name="stock_movement_sums"),
    ]
