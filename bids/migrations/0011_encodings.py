"""The encoding that a lead chose by hand, and the text file that it is chosen for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bids", "0010_names_as_compared"),
    ]

    operations = [
        migrations.AddField(
            model_name="columnmapping",
            name="encoding",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.AddField(
            model_name="upload",
            name="content",
            field=models.BinaryField(null=True),
        ),
    ]
