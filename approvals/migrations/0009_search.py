"""The words by which decisions are searched, inside and in public, which triggers keep in step with them."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

WORDS = r"""
CREATE FUNCTION approvals_write_decision_words(decisions bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO approvals_decisionwords (decision_id, names, lexemes)
    SELECT decision.id,
        grants_fold(concat_ws(' ', decision.reference, decision.title)),
        grants_lexemes(concat_ws(' ', decision.reference, decision.title, decision.decision_by,
            (SELECT string_agg(section.text, ' ') FROM approvals_decisionsection section
             WHERE section.decision_id = decision.id)))
    FROM approvals_decision decision
    WHERE decision.id = ANY (decisions)
    ON CONFLICT (decision_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;

CREATE FUNCTION approvals_words_of_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM approvals_write_decision_words(ARRAY(SELECT id FROM now));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_added AFTER INSERT ON approvals_decision
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_decisions();

CREATE FUNCTION approvals_words_of_changed_decisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A paper changes its state more often than its title.
    PERFORM approvals_write_decision_words(ARRAY(
        SELECT id FROM now JOIN before USING (id)
        WHERE (now.reference, now.title, now.decision_by)
        IS DISTINCT FROM (before.reference, before.title, before.decision_by)));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_changed AFTER UPDATE ON approvals_decision
    REFERENCING OLD TABLE AS before NEW TABLE AS now
    FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_changed_decisions();

CREATE FUNCTION approvals_words_of_sections() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM approvals_write_decision_words(ARRAY(SELECT DISTINCT decision_id FROM now));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_added AFTER INSERT ON approvals_decisionsection
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_sections();
CREATE TRIGGER words_of_changed AFTER UPDATE ON approvals_decisionsection
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_sections();
CREATE TRIGGER words_of_removed AFTER DELETE ON approvals_decisionsection
    REFERENCING OLD TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_sections();

CREATE FUNCTION approvals_write_register_words(entries bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO approvals_registerwords (entry_id, names, lexemes)
    SELECT entry.id, grants_fold(entry.title), grants_lexemes(concat_ws(' ', entry.title, entry.text))
    FROM approvals_registerentry entry
    WHERE entry.id = ANY (entries)
    ON CONFLICT (entry_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;

CREATE FUNCTION approvals_words_of_entries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM approvals_write_register_words(ARRAY(SELECT id FROM now));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_added AFTER INSERT ON approvals_registerentry
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_entries();
CREATE TRIGGER words_of_changed AFTER UPDATE ON approvals_registerentry
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION approvals_words_of_entries();
"""
NO_WORDS = """
DROP TRIGGER words_of_changed ON approvals_registerentry;
DROP TRIGGER words_of_added ON approvals_registerentry;
DROP TRIGGER words_of_removed ON approvals_decisionsection;
DROP TRIGGER words_of_changed ON approvals_decisionsection;
DROP TRIGGER words_of_added ON approvals_decisionsection;
DROP TRIGGER words_of_changed ON approvals_decision;
DROP TRIGGER words_of_added ON approvals_decision;
DROP FUNCTION approvals_words_of_entries(), approvals_words_of_sections(), approvals_words_of_changed_decisions();
DROP FUNCTION approvals_words_of_decisions();
DROP FUNCTION approvals_write_register_words(bigint[]), approvals_write_decision_words(bigint[]);
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
        ("approvals", "0008_spellings"),
        ("grants", "0009_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="DecisionWords",
            fields=[
                ("names", models.TextField(editable=False)),
                ("lexemes", django.contrib.postgres.search.SearchVectorField(editable=False)),
                (
                    "decision",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="approvals.decision",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "decision words",
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["lexemes"], name="decisionwords_lexemes"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["names"], name="decisionwords_names", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegisterWords",
            fields=[
                ("names", models.TextField(editable=False)),
                ("lexemes", django.contrib.postgres.search.SearchVectorField(editable=False)),
                (
                    "entry",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="approvals.registerentry",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "register words",
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["lexemes"], name="registerwords_lexemes"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["names"], name="registerwords_names", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
