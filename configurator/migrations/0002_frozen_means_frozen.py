from django.db import migrations

from config.promises import append_only


class Migration(migrations.Migration):
    dependencies = [("configurator", "0001_initial"), ("audit", "0002_append_only")]

    operations = [append_only("configurator_configuration")]
