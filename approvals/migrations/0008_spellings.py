"""A paper keeps what it prints instead of a text that cannot be printed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("approvals", "0007_bodies")]

    operations = [migrations.AddField("decision", "spellings", models.JSONField(blank=True, default=list))]
