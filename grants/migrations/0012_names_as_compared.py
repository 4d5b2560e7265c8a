"""The function by which the database spells a name as names are compared, the same as `plain_name` in Python."""

import unicodedata

from django.db import migrations

# What `plain_name` left out, took apart and kept on the day of this migration; a test compares the two.
APOSTROPHES = "'`´‘’‛′ʹʻʼʽʾʿˈˊˋ＇"
LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "th", "ŧ": "t", "ŋ": "n"}
)
FORMS = (
    "charitable incorporated organisation",
    "community interest company",
    "public limited company",
    "limited liability partnership",
    "ltd",
    "limited",
    "plc",
    "cic",
    "cio",
    "llp",
)
SURROGATES = range(0xD800, 0xE000)


def kept(letter):
    if unicodedata.category(letter) == "Mn":
        return unicodedata.combining(letter) < 10
    return letter.isalnum() or letter in "_&" or unicodedata.category(letter) == "Mc"


def tables():
    """Return letters that become one other letter, letters that become several, and ranges of what is left out."""
    single, several, ranges = {}, {}, []
    for code in range(1, 0x110000):
        letter = chr(code)
        if code not in SURROGATES and unicodedata.normalize("NFKD", letter) == letter:
            folded = " " if letter.isspace() else letter.casefold().translate(LETTERS)
            if len(folded) > 1:
                several[letter] = folded
            elif folded != letter:
                single[letter] = folded
        if code in SURROGATES or not (letter == " " or kept(letter)):
            if ranges and ranges[-1][1] == code - 1:
                ranges[-1][1] = code
            else:
                ranges.append([code, code])
    return single, several, ranges


def function():
    single, several, ranges = tables()
    replaced = f"translate(normalize(bare, NFKD), '{''.join(single)}', '{''.join(single.values())}')"
    for letter, folded in several.items():
        replaced = f"replace({replaced}, '{letter}', '{folded}')"
    left_out = "".join(rf"\U{first:08x}-\U{last:08x}" for first, last in ranges)
    # Most names are of ASCII alone, whose letters need no table.
    return f"""
CREATE FUNCTION grants_plain_name(text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $plain$
DECLARE
    bare text := translate($1, '{APOSTROPHES.replace("'", "''")}', '');
BEGIN
    IF bare ~ '^[ -~]*$' THEN
        bare := regexp_replace(lower(bare COLLATE "C"), '[^a-z0-9_& ]+', '', 'g');
    ELSE
        bare := regexp_replace(normalize({replaced}, NFKD), '[{left_out}]+', '', 'g');
    END IF;
    bare := trim(regexp_replace(replace(bare, '&', ' and '), ' +', ' ', 'g'));
    RETURN regexp_replace(regexp_replace(bare, '^the ', ''), ' ({"|".join(FORMS)})$', '');
END $plain$;
COMMENT ON FUNCTION grants_plain_name(text) IS
    'A name as names are compared, the same as plain_name in Python.';

CREATE FUNCTION grants_plain_names(VARIADIC text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT coalesce(string_agg(DISTINCT grants_plain_name(name), ' '), '') FROM unnest($1) AS names (name)
$$;
COMMENT ON FUNCTION grants_plain_names(text[]) IS 'Several names, each as names are compared.';

CREATE FUNCTION grants_plain_lexemes(text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path FROM CURRENT AS $$
    SELECT array_to_tsvector(array_remove(string_to_array($1, ' '), ''))
$$;
COMMENT ON FUNCTION grants_plain_lexemes(text) IS 'What a search finds of names as they are compared: each word.';

CREATE INDEX grants_alias_plain_part ON grants_alias USING gin (plain gin_trgm_ops);
"""  # noqa: S608 - Everything in it stands above.


NO_FUNCTION = """
DROP INDEX grants_alias_plain_part;
DROP FUNCTION grants_plain_lexemes(text), grants_plain_names(text[]), grants_plain_name(text);
"""


def create(apps, schema_editor):
    # Worked out only where it is applied: the tables take most of a second, and every command loads all migrations.
    schema_editor.execute(function(), params=None)


def remove(apps, schema_editor):
    schema_editor.execute(NO_FUNCTION, params=None)


class Migration(migrations.Migration):
    dependencies = [("grants", "0011_years")]

    operations = [migrations.RunPython(create, remove)]
