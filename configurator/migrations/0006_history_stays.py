from django.db import migrations

# What has been on sale was: its date stays, and it never becomes a draft again.
SALE_IS_HISTORY = """
CREATE FUNCTION refuse_change_of_sale() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'model version % went on sale on %: refused', OLD.id, OLD.valid_from
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER configurator_modelversion_sold
    BEFORE UPDATE OF status, valid_from ON configurator_modelversion
    FOR EACH ROW WHEN (
        OLD.status IN ('published', 'retired') AND OLD.valid_from <= clock_timestamp() AND (
            NEW.valid_from IS DISTINCT FROM OLD.valid_from
            OR NEW.status NOT IN ('published', 'retired')
            OR (OLD.status = 'retired' AND NEW.status <> 'retired')
        )
    ) EXECUTE FUNCTION refuse_change_of_sale();
"""

# What a finished run reported is what staff decided by.
REPORT_IS_FINAL = """
CREATE FUNCTION refuse_change_of_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'run % of a model version is finished: refused', OLD.id
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER configurator_versionrun_final
    BEFORE UPDATE OF version_id, purpose, valid_from, actor, outcome, reasons, report, ir_sha256,
        variants, answering, impact ON configurator_versionrun
    FOR EACH ROW WHEN (OLD.outcome <> '' AND (
        OLD.version_id, OLD.purpose, OLD.valid_from, OLD.actor, OLD.outcome, OLD.reasons,
        OLD.report, OLD.ir_sha256, OLD.variants, OLD.answering, OLD.impact
    ) IS DISTINCT FROM (
        NEW.version_id, NEW.purpose, NEW.valid_from, NEW.actor, NEW.outcome, NEW.reasons,
        NEW.report, NEW.ir_sha256, NEW.variants, NEW.answering, NEW.impact
    )) EXECUTE FUNCTION refuse_change_of_report();
"""

# Why something was accepted belongs to what was checked.
ACCEPTANCE_IS_FROZEN = """
CREATE TRIGGER configurator_acceptedfinding_frozen
    BEFORE INSERT OR UPDATE OR DELETE ON configurator_acceptedfinding
    FOR EACH ROW EXECUTE FUNCTION refuse_change_of_checked_version()
"""


class Migration(migrations.Migration):
    dependencies = [("configurator", "0005_publishing_as_work")]

    operations = [
        migrations.RunSQL(
            SALE_IS_HISTORY,
            "DROP TRIGGER configurator_modelversion_sold ON configurator_modelversion;"
            "DROP FUNCTION refuse_change_of_sale()",
        ),
        migrations.RunSQL(
            REPORT_IS_FINAL,
            "DROP TRIGGER configurator_versionrun_final ON configurator_versionrun;"
            "DROP FUNCTION refuse_change_of_report()",
        ),
        migrations.RunSQL(
            ACCEPTANCE_IS_FROZEN,
            "DROP TRIGGER configurator_acceptedfinding_frozen ON configurator_acceptedfinding",
        ),
    ]
