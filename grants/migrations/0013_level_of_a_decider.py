"""Whoever decides can do so at one level of a scheme that has several."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("grants", "0012_names_as_compared"),
    ]

    operations = [
        migrations.AddField(
            "roleholding",
            "level",
            models.CharField(blank=True, default="", max_length=120, verbose_name="level at which they decide"),
            preserve_default=False,
        ),
    ]
