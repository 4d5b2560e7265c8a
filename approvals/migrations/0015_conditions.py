"""The conditions of a grant are rows of their own, and an item holds what it does with those that stand."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0014_levels"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="decisionitem",
            name="before_payment",
            field=models.TextField(blank=True, max_length=2000, verbose_name="conditions before payment"),
        ),
        migrations.AddField(
            model_name="decisionitem",
            name="choices_on_terms",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.CreateModel(
            name="Condition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(editable=False, max_length=12, unique=True)),
                ("text", models.TextField(max_length=2000)),
                ("before_payment", models.BooleanField(default=False, verbose_name="has to be met before payment")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "To be met"), ("met", "Met"), ("lifted", "Lifted"), ("replaced", "Replaced")],
                        default="open",
                        max_length=10,
                    ),
                ),
                ("evidence", models.TextField(blank=True, max_length=2000, verbose_name="what shows that it is met")),
                ("met_on", models.DateField(null=True)),
                ("recorded_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("version", models.PositiveIntegerField(default=1)),
                (
                    "approval",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="condition_rows",
                        to="approvals.approval",
                    ),
                ),
                (
                    "award",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="conditions", to="approvals.award"
                    ),
                ),
                (
                    "ended_in",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.decision",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaced_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="approvals.condition",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("text", ""), _negated=True), name="condition_says_what"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    ("evidence", ""), ("met_on", None), ("recorded_at", None), ("recorded_by", None)
                                ),
                                models.Q(
                                    models.Q(("evidence", ""), _negated=True),
                                    ("met_on__isnull", False),
                                    ("recorded_at__isnull", False),
                                    ("recorded_by__isnull", False),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("state", "met"), _negated=True),
                                models.Q(("evidence", ""), _negated=True),
                                _connector="OR",
                            ),
                            models.Q(models.Q(("state", "open"), _negated=True), ("evidence", ""), _connector="OR"),
                        ),
                        name="met_condition_has_its_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ended_at", None), ("ended_in", None), ("state__in", ["open", "met"])),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_in__isnull", False),
                                ("state__in", ["lifted", "replaced"]),
                            ),
                            _connector="OR",
                        ),
                        name="condition_ended_by_a_decision",
                    ),
                ],
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="condition",
            trigger=pgtrigger.compiler.Trigger(
                name="never_deleted",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot delete rows from % table', TG_TABLE_NAME;",
                    hash="d54767390b27cc3ae750e19167c4b801c8c451b9",
                    operation="DELETE",
                    pgid="pgtrigger_never_deleted_acf1b",
                    table="approvals_condition",
                    when="BEFORE",
                ),
            ),
        ),
    ]
