"""A grant can have its recipient withheld from publication, with what is published in its place."""

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0018_names_as_compared"),
    ]

    operations = [
        migrations.AddField(
            "award",
            "withheld",
            models.CharField(
                blank=True, max_length=300, default="", verbose_name="ground for withholding the recipient"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            "award", "public_title", models.CharField(blank=True, max_length=150, default=""), preserve_default=False
        ),
        migrations.AddField(
            "award", "public_purpose", models.TextField(blank=True, max_length=2000, default=""), preserve_default=False
        ),
        migrations.AddConstraint(
            "award",
            models.CheckConstraint(
                condition=Q(withheld="", public_title="", public_purpose="")
                | (~Q(withheld="") & ~Q(public_title="") & ~Q(public_purpose="")),
                name="award_withheld_has_what_is_published",
            ),
        ),
    ]
