"""Keep the words of a bid within their row, so that a search that reads many of them fetches none from elsewhere.

A common word is in so many bids that PostgreSQL reads all their words instead of the index. Words longer than a page
still go elsewhere.
"""

from django.db import migrations

# A statement may take ten seconds, in a migration too.
AT_ONCE = 200


def write_words(apps, schema_editor):
    bids = list(apps.get_model("bids", "Bid").objects.values_list("pk", flat=True).order_by("pk"))
    with schema_editor.connection.cursor() as cursor:
        for start in range(0, len(bids), AT_ONCE):
            cursor.execute("SELECT bids_write_words(%s::bigint[])", [bids[start : start + AT_ONCE]])


class Migration(migrations.Migration):
    dependencies = [("bids", "0011_encodings")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE bids_bidwords ALTER COLUMN lexemes SET STORAGE MAIN, SET (toast_tuple_target = 8160)",
            "ALTER TABLE bids_bidwords ALTER COLUMN lexemes SET STORAGE EXTENDED, RESET (toast_tuple_target)",
        ),
        migrations.RunPython(write_words, migrations.RunPython.noop),
    ]
