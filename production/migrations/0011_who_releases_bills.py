from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("production", "0010_where_pieces_were_picked")]

    operations = [
        migrations.AlterModelOptions(
            name="billofmaterial",
            options={
                "verbose_name_plural": "bills of material",
                "permissions": [("release_billofmaterial", "Can release a draft bill of material")],
            },
        ),
    ]
