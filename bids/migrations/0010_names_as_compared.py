"""Search bids by their names as names are compared too, and by every register number of their recipients."""

from django.db import migrations

WORDS = r"""
CREATE OR REPLACE FUNCTION bids_write_words(bids bigint[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO bids_bidwords (bid_id, names, lexemes)
    SELECT bid.id,
        concat_ws(' ',
            grants_fold(concat_ws(' ',
                bid.title, body.name, bid.recipient_as_written, bid.reference, bid.source_reference)),
            plain.names),
        grants_lexemes(concat_ws(' ',
            bid.title, body.name, bid.recipient_as_written, bid.sponsoring_unit,
            bid.reference, bid.source_reference, replace(grants_fold(bid.source_reference), ' ', ''),
            (SELECT string_agg(concat_ws(' ', own.number, replace(grants_fold(own.number), ' ', '')), ' ')
             FROM (SELECT body.number UNION SELECT number FROM grants_registernumber
                   WHERE organisation_id = bid.recipient_id) AS own (number)),
            bid.summary, bid.beneficiaries, bid.outputs, bid.outcomes, bid.evaluation_plan, bid.track_record,
            bid.future_cost_note, bid.illustrative))
        || grants_plain_lexemes(plain.names)
    FROM bids_bid bid LEFT JOIN grants_organisation body ON body.id = bid.recipient_id
    CROSS JOIN LATERAL grants_plain_names(bid.title, body.name, bid.recipient_as_written) AS plain (names)
    WHERE bid.id = ANY (bids)
    ON CONFLICT (bid_id) DO UPDATE SET names = EXCLUDED.names, lexemes = EXCLUDED.lexemes
$$;

CREATE FUNCTION bids_words_of_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bids_write_words(ARRAY(
        SELECT bid.id FROM bids_bid bid WHERE bid.recipient_id IN (SELECT organisation_id FROM now)));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_added AFTER INSERT ON grants_registernumber
    REFERENCING NEW TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION bids_words_of_numbers();
CREATE TRIGGER words_of_removed AFTER DELETE ON grants_registernumber
    REFERENCING OLD TABLE AS now FOR EACH STATEMENT EXECUTE FUNCTION bids_words_of_numbers();

CREATE FUNCTION bids_words_of_changed_numbers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM bids_write_words(ARRAY(
        SELECT bid.id FROM bids_bid bid WHERE bid.recipient_id IN (
            SELECT organisation_id FROM now UNION SELECT organisation_id FROM before)));
    RETURN NULL;
END $$;
CREATE TRIGGER words_of_changed AFTER UPDATE ON grants_registernumber
    REFERENCING OLD TABLE AS before NEW TABLE AS now
    FOR EACH STATEMENT EXECUTE FUNCTION bids_words_of_changed_numbers();
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
        ("bids", "0009_files"),
        ("grants", "0012_names_as_compared"),
    ]

    operations = [
        migrations.RunSQL(WORDS),
        migrations.RunPython(write_words),
    ]
