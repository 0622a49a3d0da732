from django.db import migrations

from config.promises import append_only


class Migration(migrations.Migration):
    dependencies = [("shop", "0005_reconciliation")]

    operations = [append_only("shop_balancerecord")]
