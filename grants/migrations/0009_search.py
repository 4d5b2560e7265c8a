"""Functions by which texts and names are searched, whatever their accents, apostrophes and the spelling of numbers."""

from django.contrib.postgres.operations import TrigramExtension, UnaccentExtension
from django.db import migrations

# A restored database rebuilds its indexes before it has a search path, so each function keeps that of today.
FUNCTIONS = r"""
CREATE FUNCTION grants_fold(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT trim(regexp_replace(
        translate(lower(unaccent(normalize($1, NFC))), '''`´ʼ′', ''), '[^[:alnum:]]+', ' ', 'g'))
$$;
COMMENT ON FUNCTION grants_fold(text) IS
    'A text as it is searched: words in small letters without accents, apostrophes or other punctuation.';

CREATE FUNCTION grants_number(text) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT '#' || regexp_replace(replace($1, ' ', ''), '^([a-z]*)0*([0-9])', '\1\2')
$$;
COMMENT ON FUNCTION grants_number(text) IS
    'The lexeme of a folded reference or register number, without spaces or leading zeros.';

CREATE FUNCTION grants_lexemes(text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
    WITH folded(words) AS MATERIALIZED (
        -- O'Neill is found as oneill and as neill.
        SELECT grants_fold($1) || ' ' || grants_fold(coalesce(string_agg(translate(each[1], '''’‘`´ʼ′', '       '), ' '), ''))
        FROM regexp_matches($1, '[[:alnum:]]+[''’‘`´ʼ′][[:alnum:]]+', 'g') AS each
    )
    SELECT strip(to_tsvector('pg_catalog.simple', words) || to_tsvector('pg_catalog.english', words))
        || array_to_tsvector(ARRAY(
            SELECT DISTINCT grants_number(each[1])
            FROM regexp_matches(words, '\m([a-z]{1,3}[0-9]+[a-z]?|[0-9]{4,10}[a-z]?)\M', 'g') AS each))
    FROM folded
$$;
COMMENT ON FUNCTION grants_lexemes(text) IS
    'What a search finds of a text: its words as they are and as English stems, and its numbers.';

CREATE INDEX grants_alias_fold ON grants_alias USING gin (grants_fold(name) gin_trgm_ops);
"""
NO_FUNCTIONS = """
DROP INDEX grants_alias_fold;
DROP FUNCTION grants_lexemes(text), grants_number(text), grants_fold(text);
"""


class Migration(migrations.Migration):
    dependencies = [("grants", "0008_days_of_grace")]

    operations = [
        UnaccentExtension(),
        TrigramExtension(),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
    ]
