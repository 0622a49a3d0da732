from django.db import migrations

# What a customer may see on sale, or has bought from, never changes: a checked version's groups,
# options and rules, and the prices of a list that is valid.
VERSION_IS_FROZEN = """
CREATE FUNCTION refuse_change_of_checked_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    version bigint;
    version_status text;
BEGIN
    IF TG_TABLE_NAME = 'configurator_option' THEN
        SELECT g.version_id INTO version FROM configurator_optiongroup g
        WHERE g.id = COALESCE(NEW.group_id, OLD.group_id);
    ELSE
        version := COALESCE(NEW.version_id, OLD.version_id);
    END IF;
    SELECT status INTO version_status FROM configurator_modelversion WHERE id = version;
    IF version_status <> 'draft' THEN
        RAISE EXCEPTION 'model version % is %: % of % refused',
            version, version_status, TG_OP, TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""

IR_IS_FROZEN = """
CREATE FUNCTION refuse_change_of_ir() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'model version % is %: its content is frozen', OLD.id, OLD.status
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER configurator_modelversion_frozen
    BEFORE UPDATE OF ir, ir_sha256, defaults, number, product_model_id ON configurator_modelversion
    FOR EACH ROW WHEN (OLD.status <> 'draft' AND (
        OLD.ir, OLD.ir_sha256, OLD.defaults, OLD.number, OLD.product_model_id
    ) IS DISTINCT FROM (
        NEW.ir, NEW.ir_sha256, NEW.defaults, NEW.number, NEW.product_model_id
    )) EXECUTE FUNCTION refuse_change_of_ir();
"""

PRICES_ARE_FROZEN = """
CREATE FUNCTION refuse_change_of_valid_prices() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    list bigint;
BEGIN
    IF TG_TABLE_NAME = 'configurator_pricelist' THEN
        list := OLD.id;
    ELSE
        list := OLD.price_list_id;
    END IF;
    PERFORM 1 FROM configurator_pricelist l JOIN configurator_modelversion v ON v.id = l.version_id
    WHERE l.id = list AND l.valid_from <= clock_timestamp() AND v.status <> 'draft';
    IF FOUND THEN
        RAISE EXCEPTION 'price list % is valid: % of % refused', list, TG_OP, TG_TABLE_NAME
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN COALESCE(NEW, OLD);
END $$;
"""

VERSION_TABLES = ["optiongroup", "option", "rule"]
PRICE_TABLES = ["pricelist", "modelprice", "optionprice"]


def guard(table: str, events: str, function: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        f"CREATE TRIGGER configurator_{table}_frozen BEFORE {events} ON configurator_{table} "
        f"FOR EACH ROW EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER configurator_{table}_frozen ON configurator_{table}",
    )


class Migration(migrations.Migration):
    dependencies = [("configurator", "0002_frozen_means_frozen")]

    operations = [
        migrations.RunSQL(VERSION_IS_FROZEN, "DROP FUNCTION refuse_change_of_checked_version()"),
        migrations.RunSQL(
            IR_IS_FROZEN,
            "DROP TRIGGER configurator_modelversion_frozen ON configurator_modelversion;"
            "DROP FUNCTION refuse_change_of_ir()",
        ),
        migrations.RunSQL(PRICES_ARE_FROZEN, "DROP FUNCTION refuse_change_of_valid_prices()"),
        *(
            guard(table, "INSERT OR UPDATE OR DELETE", "refuse_change_of_checked_version")
            for table in VERSION_TABLES
        ),
        *(
            guard(table, "UPDATE OR DELETE", "refuse_change_of_valid_prices")
            for table in PRICE_TABLES
        ),
    ]
