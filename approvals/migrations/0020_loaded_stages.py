"""Remember which stages of a round's folder were played."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0019_withheld"),
        ("grants", "0012_names_as_compared"),
    ]

    operations = [
        migrations.CreateModel(
            name="LoadedStage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stage", models.CharField(max_length=30)),
                ("digest", models.CharField(max_length=64)),
                ("clock", models.DateTimeField(null=True)),
                ("played_at", models.DateTimeField(auto_now_add=True)),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="loaded_stages", to="grants.round"
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [models.UniqueConstraint(fields=("round", "stage"), name="stage_played_once_a_round")],
            },
        ),
    ]
