"""The conditions that approvals set before they were rows, each text as one row that is still to be met.

Nothing is guessed from the words: a text that holds several conditions stays one, and bars no payment. A grant has the
conditions of its newest approval and, where a decision approved it, those of the earlier decisions as well: an
amendment did not lift them.
"""

import secrets

from django.db import migrations

DECIDED = "dmpc"
LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def write_conditions(apps, schema_editor):
    approvals, conditions = apps.get_model("approvals", "Approval"), apps.get_model("approvals", "Condition")
    by_award = {}
    for approval in approvals.objects.order_by("award_id", "id").only("id", "award_id", "level", "conditions"):
        by_award.setdefault(approval.award_id, []).append(approval)
    taken = set(conditions.objects.values_list("reference", flat=True))
    rows = []
    for own in by_award.values():
        newest = own[-1]
        standing = [each for each in own if each is newest or newest.level == each.level == DECIDED]
        texts = set()
        for approval in standing:
            text = approval.conditions.strip()
            if text and text not in texts:
                texts.add(text)
                reference = _reference(taken)
                rows.append(
                    conditions(award_id=approval.award_id, approval_id=approval.pk, reference=reference, text=text)
                )
    conditions.objects.bulk_create(rows, batch_size=500)


def _reference(taken):
    while True:
        reference = "CON-" + "".join(secrets.choice(LETTERS) for _ in range(5))
        if reference not in taken:
            taken.add(reference)
            return reference


class Migration(migrations.Migration):
    dependencies = [("approvals", "0015_conditions")]

    operations = [migrations.RunPython(write_conditions, migrations.RunPython.noop)]
