"""The words by which bids are searched, which triggers keep in step with the bids and their recipients."""

import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
from django.db import migrations, models

# Each sentence writes the words of all the bids that it was given anew, from the rows as they stand.
WORDS = r"""
CREATE FUNCTION bids_write_words(bids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO bids_bidwords (bid_id, names, lexemes)
    SELECT bid.id,
        grants_fold(concat_ws(' ', bid.title, body.name, bid.recipient_as_written, bid.reference, bid.source_reference)),
        grants_lexemes(concat_ws(' ',
            bid.title, body.name, bid.recipient_as_written, bid.sponsoring_unit,
            bid.reference, bid.source_reference, replace(grants_fold(bid.source_reference), ' ', ''),
            body.number, replace(grants_fold(body.number), ' ', ''),
            bid.summary, bid.beneficiaries, bid.outputs, bid.outcomes, bid.evaluation_plan, bid.track_record,
            bid.future_cost_note, bid.illustrative))
    FROM bids_bid bid LEFT JOIN grants_organisation body ON body.id = bid.recipient_id
    WHERE bid.id = ANY (bids)
    ON CONFLICT (bid_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;

CREATE FUNCTION bids_words_of_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bids_write_words(ARRAY(SELECT id FROM now));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_added AFTER INSERT ON bids_bid
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION bids_words_of_added();

CREATE FUNCTION bids_words_of_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- A bid changes its state far more often than its words.
    PERFORM bids_write_words(ARRAY(
        SELECT id FROM now JOIN before USING (id)
        WHERE (now.title, now.recipient_id, now.recipient_as_written, now.sponsoring_unit, now.reference,
            now.source_reference, now.summary, now.beneficiaries, now.outputs, now.outcomes, now.evaluation_plan,
            now.track_record, now.future_cost_note, now.illustrative)
        IS DISTINCT FROM (before.title, before.recipient_id, before.recipient_as_written, before.sponsoring_unit,
            before.reference, before.source_reference, before.summary, before.beneficiaries, before.outputs,
            before.outcomes, before.evaluation_plan, before.track_record, before.future_cost_note,
            before.illustrative)));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_changed AFTER UPDATE ON bids_bid
    REFERENCING OLD TABLE AS before NEW TABLE AS now
    FOR EACH STATEMENT EXECUTE FUNCTION bids_words_of_changed();

CREATE FUNCTION bids_words_of_recipients() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bids_write_words(ARRAY(
        SELECT bid.id FROM now JOIN before USING (id) JOIN bids_bid bid ON bid.recipient_id = now.id
        WHERE (now.name, now.number) IS DISTINCT FROM (before.name, before.number)));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_recipients AFTER UPDATE ON grants_organisation
    REFERENCING OLD TABLE AS before NEW TABLE AS now
    FOR EACH STATEMENT EXECUTE FUNCTION bids_words_of_recipients();
"""
NO_WORDS = """
DROP TRIGGER words_of_recipients ON grants_organisation;
DROP TRIGGER words_of_changed ON bids_bid;
DROP TRIGGER words_of_added ON bids_bid;
DROP FUNCTION bids_words_of_recipients(), bids_words_of_changed(), bids_words_of_added();
DROP FUNCTION bids_write_words(bigint[]);
"""
# A statement may take ten seconds, in a migration too.
AT_ONCE = 200


def write_words(apps, schema_editor):
    bids = list(apps.get_model("bids", "Bid").objects.values_list("pk", flat=True).order_by("pk"))
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, len(bids), AT_ONCE):
            cursor.execute("SELECT bids_write_words(%s::bigint[])", [bids[start : start + AT_ONCE]])


class Migration(migrations.Migration):
    dependencies = [
        ("bids", "0006_received_on"),
        ("grants", "0009_search"),
    ]

    operations = [
        migrations.CreateModel(
            name="BidWords",
            fields=[
                ("names", models.TextField(editable=False)),
                ("lexemes", django.contrib.postgres.search.SearchVectorField(editable=False)),
                (
                    "bid",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="bids.bid",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "bid words",
                "abstract": False,
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(fields=["lexemes"], name="bidwords_lexemes"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["names"], name="bidwords_names", opclasses=["gin_trgm_ops"]
                    ),
                ],
            },
        ),
        migrations.RunSQL(WORDS, NO_WORDS),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
