"""Find published decisions by the recipients who were named after their publication."""

import django.contrib.postgres.fields
from django.db import migrations, models

WORDS = r"""
CREATE OR REPLACE FUNCTION approvals_write_register_words(entries bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO approvals_registerwords (entry_id, names, lexemes)
    SELECT entry.id, concat_ws(' ', grants_fold(entry.title), plain.names),
        grants_lexemes(concat_ws(' ', entry.title, entry.text{later_text})) || grants_plain_lexemes(plain.names)
    FROM approvals_registerentry entry
    CROSS JOIN LATERAL grants_plain_names(VARIADIC entry.title || entry.recipients{later_names}) AS plain (names)
    WHERE entry.id = ANY (entries)
    ON CONFLICT (entry_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;
"""
NAMES = django.contrib.postgres.fields.ArrayField(base_field=models.TextField(), default=list, size=None)


class Migration(migrations.Migration):
    dependencies = [
        ("approvals", "0029_levels_of_contracts"),
    ]

    operations = [
        migrations.AddField(
            model_name="registerentry",
            name="described",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                default=list,
                help_text="Its grants whose recipients are named later.",
                size=None,
            ),
        ),
        migrations.AddField(model_name="registerentry", name="later_recipients", field=NAMES),
        migrations.AddField(model_name="registerentry", name="later_text", field=models.TextField(blank=True)),
        migrations.RunSQL(
            WORDS.format(later_text=", entry.later_text", later_names=" || entry.later_recipients"),
            WORDS.format(later_text="", later_names=""),
        ),
    ]
