from django.db import migrations

from config.promises import CREATE_REFUSE_REWRITE, append_only


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [CREATE_REFUSE_REWRITE, append_only("audit_statechange")]
