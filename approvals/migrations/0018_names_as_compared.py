"""Search decisions by their titles, and the register by its recipients, as names are compared too."""

from django.db import migrations

WORDS = r"""
CREATE OR REPLACE FUNCTION approvals_write_decision_words(decisions bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO approvals_decisionwords (decision_id, names, lexemes)
    SELECT decision.id,
        concat_ws(' ', grants_fold(concat_ws(' ', decision.reference, decision.title)), plain.names),
        grants_lexemes(concat_ws(' ', decision.reference, decision.title, decision.decision_by,
            (SELECT string_agg(section.text, ' ') FROM approvals_decisionsection section
             WHERE section.decision_id = decision.id)))
        || grants_plain_lexemes(plain.names)
    FROM approvals_decision decision
    CROSS JOIN LATERAL grants_plain_names(decision.title) AS plain (names)
    WHERE decision.id = ANY (decisions)
    ON CONFLICT (decision_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;

CREATE OR REPLACE FUNCTION approvals_write_register_words(entries bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO approvals_registerwords (entry_id, names, lexemes)
    SELECT entry.id, concat_ws(' ', grants_fold(entry.title), plain.names),
        grants_lexemes(concat_ws(' ', entry.title, entry.text)) || grants_plain_lexemes(plain.names)
    FROM approvals_registerentry entry
    CROSS JOIN LATERAL grants_plain_names(VARIADIC entry.title || entry.recipients) AS plain (names)
    WHERE entry.id = ANY (entries)
    ON CONFLICT (entry_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;
"""


def write_words(apps, schema_editor):
    # One at a time, because a statement may take ten seconds, in a migration too.
    with schema_editor.connection.cursor() as cursor:
        for model, writes in (
            ("Decision", "approvals_write_decision_words"),
            ("RegisterEntry", "approvals_write_register_words"),
        ):
            for pk in apps.get_model("approvals", model).objects.values_list("pk", flat=True):
                cursor.execute(f"SELECT {writes}(ARRAY[%s]::bigint[])", [pk])


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0017_years"),
        ("grants", "0012_names_as_compared"),
    ]

    operations = [
        migrations.RunSQL(WORDS),
        migrations.RunPython(write_words),
    ]
