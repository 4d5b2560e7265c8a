"""Rounds keep the body that awards their grants. Those that are there are of the body that the code served until now."""

import hashlib
import json
from pathlib import Path

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# The body as it was written in the code until now. It stands beside the migration, since the folder may change.
MPS = Path(__file__).with_name("0006_mps.json")


def give_each_round_its_body(apps, schema_editor):
    Round = apps.get_model("grants", "Round")
    if not Round.objects.exists():
        return
    data = json.loads(MPS.read_text(encoding="utf-8"))
    digest = hashlib.sha256(json.dumps(data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    BodyVersion = apps.get_model("grants", "BodyVersion")
    body, _ = BodyVersion.objects.get_or_create(digest=digest, defaults={"name": data["name"], "data": data})
    Round.objects.update(body_version=body)
    # A constraint that waits would keep the column from being altered below.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("grants", "0005_principals")]

    operations = [
        migrations.CreateModel(
            name="BodyVersion",
            fields=[
                ("digest", models.CharField(editable=False, max_length=64, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=120)),
                ("data", models.JSONField()),
            ],
        ),
        migrations.AlterField(
            model_name="roleholding",
            name="role",
            field=models.CharField(
                choices=[
                    ("panel_member", "Panel member"),
                    ("panel_chair", "Panel chair"),
                    ("cpie_lead", "Lead"),
                    ("dmpc_office", "Decision-maker’s office"),
                    ("deputy_mayor", "Decision-maker"),
                    ("finance", "Finance"),
                    ("legal_adviser", "Legal adviser"),
                    ("commercial_adviser", "Commercial adviser"),
                    ("equality_adviser", "Equality adviser"),
                    ("auditor", "Auditor"),
                    ("administrator", "Administrator"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="round",
            name="reference",
            field=models.SlugField(help_text="Used in addresses, such as grants-2026-27.", max_length=40, unique=True),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="bodyversion",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="30f1f806d313a45f6b6201029c303fbc068ba1fd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_f0d7d",
                    table="grants_bodyversion",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddField(
            model_name="round",
            name="body_version",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rounds",
                to="grants.bodyversion",
            ),
        ),
        migrations.RunPython(give_each_round_its_body, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="round",
            name="body_version",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rounds",
                to="grants.bodyversion",
            ),
        ),
    ]
