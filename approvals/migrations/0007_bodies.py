"""A grant takes its legal power from the body of its round; labels name no office of one body."""

from django.db import migrations, models

LEVELS = [("delegated", "Delegated"), ("dmpc", "For decision")]


class Migration(migrations.Migration):
    dependencies = [("approvals", "0006_returned")]

    operations = [
        migrations.AlterField("approval", "level", models.CharField(choices=LEVELS, max_length=10)),
        migrations.AlterField("award", "legal_power", models.CharField(max_length=200)),
        migrations.AlterField("award", "route", models.CharField(blank=True, choices=LEVELS, max_length=10)),
        migrations.AlterField(
            "decision",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("submitted", "With the office"),
                    ("returned", "Returned"),
                    ("ready", "Waiting for decision"),
                    ("decided", "Decided, not signed"),
                    ("signed", "Signed"),
                    ("published", "Published"),
                ],
                default="draft",
                max_length=10,
            ),
        ),
        migrations.AlterField("singletenderaction", "route", models.CharField(choices=LEVELS, max_length=10)),
    ]
