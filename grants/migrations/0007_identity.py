"""Numbers in public registers get one spelling, names are compared by more, and namesakes may be two organisations.

A number that is no number of its register stays as it is and is listed for a person, and so is one that another
organisation has in another spelling: nothing is guessed and nothing is merged here.
"""

import re
import unicodedata

import django.db.models.deletion
from django.db import migrations, models

# How names and numbers are spelled, as it was when this was written: what is stored by it must not change later.

# Letters that Unicode does not take apart into a plain letter and a mark.
_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "ł": "l", "þ": "th", "ŧ": "t", "ŋ": "n"}
)
# Some of these count as letters, and some come apart into a space and a mark.
_APOSTROPHES = str.maketrans("", "", "'`´‘’‛′ʹʻʼʽʾʿˈˊˋ＇")
# The longer forms come first.
_LEGAL_FORMS = tuple(
    tuple(form.split())
    for form in (
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
)
LONGEST_PLAIN = 300
COMPANY = re.compile(
    "(AC|BR|CE|CS|EN|ES|FC|FE|GE|GN|GS|IC|IP|LP|NA|NC|NF|NI|NL|NO|NP|NR|NV|NZ|OC|OE|PC|R|RC|RO|RS|SA|SC|SE|SF|SG|SI|SL"
    "|SO|SP|SR|SZ|UN|ZC)?([0-9]{1,8})(R?)"
)


def plain_name(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name.translate(_APOSTROPHES)).casefold().translate(_LETTERS)
    # Compatibility forms can hide further ones: a letter in a circle with an accent, or a ligature.
    letters = unicodedata.normalize("NFKD", letters)
    kept = "".join(_kept(letter) for letter in letters)
    words = ["and" if word == "&" else word for word in kept.replace("&", " & ").split()]
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    form = next((form for form in _LEGAL_FORMS if tuple(words[-len(form) :]) == form and len(words) > len(form)), ())
    return " ".join(words[: len(words) - len(form)])


def _kept(letter: str) -> str:
    if letter.isspace():
        return " "
    # The marks of lower classes, such as a vowel sign or a virama in Bengali, are part of a word; accents are not.
    if unicodedata.category(letter) == "Mn":
        return letter if unicodedata.combining(letter) < 10 else ""
    return letter if letter.isalnum() or letter in "_&" or unicodedata.category(letter) == "Mc" else ""


def number_of(register, number):
    """Return the register and the number in their one spelling, or None for a number that is none."""
    text = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()
    if register == "charity" and re.fullmatch(r"SC\d{3,6}", text):
        return "scottish charity", f"SC{text[2:]:0>6}"
    if register == "charity" and re.fullmatch(r"NIC\d{3,6}|10\d{4}", text):
        return "northern irish charity", f"NIC{text.removeprefix('NIC'):0>6}"
    if register == "charity" and re.fullmatch(r"0*[1-9]\d{5,7}", text):
        return register, text.lstrip("0")
    if register == "company" and (match := COMPANY.fullmatch(text)) and match[2].strip("0"):
        prefix, digits, last = match[1] or "", match[2], match[3]
        whole = f"{prefix}{digits:0>{8 - len(prefix) - len(last)}}{last}"
        if len(whole) == 8 and (prefix or (not last and len(digits) > 3)):
            return register, whole
    if register == "local authority" and re.fullmatch(r"[A-Z]{3}|[ENSW]\d{8}", text):
        return register, text
    return None


def spell(apps, schema_editor):
    Organisation = apps.get_model("grants", "Organisation")
    RegisterNumber = apps.get_model("grants", "RegisterNumber")
    Alias = apps.get_model("grants", "Alias")
    held = set(Organisation.objects.exclude(number="").values_list("register", "number"))
    for own in Organisation.objects.exclude(number="").order_by("pk"):
        spelled = number_of(own.register, own.number)
        if spelled and spelled != (own.register, own.number) and spelled not in held:
            held.add(spelled)
            own.register, own.number = spelled
            own.save(update_fields=["register", "number"])
        RegisterNumber.objects.create(organisation=own, register=own.register, number=own.number)
    seen = set()
    for alias in Alias.objects.order_by("pk"):
        plain = plain_name(alias.name)[:LONGEST_PLAIN]
        if (alias.organisation_id, plain) in seen:
            # Two spellings of one organisation that are one by now.
            alias.delete()
            continue
        seen.add((alias.organisation_id, plain))
        alias.plain = plain
        alias.save(update_fields=["plain"])


REGISTERS = [
    ("charity", "Charity number"),
    ("scottish charity", "Scottish charity number"),
    ("northern irish charity", "Northern Ireland charity number"),
    ("company", "Company number"),
    ("mutual", "Mutual society number"),
    ("local authority", "Local authority code"),
    ("education", "School or provider number"),
    ("not stated", "Not stated"),
]


class Migration(migrations.Migration):
    dependencies = [("grants", "0006_bodies")]

    operations = [
        migrations.AlterField(
            model_name="organisation",
            name="register",
            field=models.CharField(choices=REGISTERS, default="not stated", max_length=30),
        ),
        migrations.AlterField(
            model_name="alias",
            name="plain",
            field=models.CharField(db_index=True, editable=False, max_length=300),
        ),
        migrations.CreateModel(
            name="RegisterNumber",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("register", models.CharField(choices=REGISTERS, max_length=30)),
                ("number", models.CharField(max_length=20)),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="numbers", to="grants.organisation"
                    ),
                ),
            ],
            options={
                "ordering": ["register", "number"],
                "constraints": [models.UniqueConstraint(fields=("register", "number"), name="register_number_once")],
            },
        ),
        migrations.RunPython(spell, migrations.RunPython.noop, elidable=False),
        # A constraint that waits would keep the table from being altered below.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="alias",
            constraint=models.UniqueConstraint(fields=("organisation", "plain"), name="alias_once_an_organisation"),
        ),
    ]
