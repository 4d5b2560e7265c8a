"""How names are compared: by one spelling of each, by likeness, by initials and by words. Pure rules."""

import re
import unicodedata
from difflib import SequenceMatcher
from fractions import Fraction
from functools import lru_cache

# Below this, names of unlike bodies and projects began to be taken for one in the rounds of the fixtures, where the
# likest unlike pair reaches 0.62. Sharan Project and Sharon Project reach 0.93.
LIKE_ENOUGH = Fraction(85, 100)
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
_SMALL = frozenset({"a", "and", "for", "in", "of", "on", "the", "to", "with"})


def plain_letters(text: str) -> str:
    """A text in small letters that are taken apart into plain ones and their marks, such as accents."""
    letters = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES)).casefold().translate(_LETTERS)
    # A form that is only compatible can hide a further one, such as an accented letter in a circle.
    return unicodedata.normalize("NFKD", letters)


@lru_cache(maxsize=20_000)
def plain_name(name: str) -> str:
    """A name as it is compared: one spelling for all forms of its letters, its spaces, `and` and its legal form.

    Case, accents, apostrophes, other punctuation, invisible characters, a leading `the` and a closing `Ltd` are left
    out. Intake, families, merging, search, conflicts and routing compare names by this alone.
    """
    kept = "".join(_kept(letter) for letter in plain_letters(name))
    words = ["and" if word == "&" else word for word in kept.replace("&", " & ").split()]
    if words[:1] == ["the"] and len(words) > 1:
        words = words[1:]
    form = next((form for form in _LEGAL_FORMS if tuple(words[-len(form) :]) == form and len(words) > len(form)), ())
    return " ".join(words[: len(words) - len(form)])


def _kept(letter: str) -> str:
    """A letter, a figure or `&` as it is; a space for any space; nothing for marks, punctuation and the invisible."""
    if letter.isspace():
        return " "
    # The marks of lower classes, such as a vowel sign or a virama in Bengali, are part of a word; accents are not.
    if unicodedata.category(letter) == "Mn":
        return letter if unicodedata.combining(letter) < 10 else ""
    return letter if letter.isalnum() or letter in "_&" or unicodedata.category(letter) == "Mc" else ""


# What people write where they have no name yet. Two bidders called so would be taken for one organisation.
_PLACEHOLDERS = frozenset(
    plain_name(text)
    for text in (
        *(
            "TBC",
            "TBA",
            "TBD",
            "To be confirmed",
            "To be decided",
            "To be advised",
            "N/A",
            "Not applicable",
            "None",
            "Nil",
        ),
        *("Not known", "Unknown", "Various", "See above", "As above", "Ditto"),
    )
)


def is_placeholder(name: str) -> bool:
    """Whether a text stands where a name is missing, such as “TBC” or “n/a”."""
    return plain_name(name) in _PLACEHOLDERS


def mixed_word(name: str) -> str:
    """Return the first word that mixes letters of the Latin, Greek and Cyrillic alphabets, or an empty text.

    Some of their letters look the same, so such a word is read as one name and compared as another.
    """
    for word in name.split():
        alphabets = {unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha()}
        if len(alphabets & {"LATIN", "GREEK", "CYRILLIC"}) > 1:
            return word
    return ""


def initials(plain: str) -> frozenset[str]:
    """The initials of a plain name of three words or more, with its small words and without them."""
    words = plain.replace("&", " ").split()
    kept = [word for word in words if word not in _SMALL]
    return frozenset("".join(word[0] for word in each) for each in (words, kept) if len(each) > 2)


def runs_of_three(plain: str) -> frozenset[str]:
    """Return every run of three consecutive words of a plain name, without its small words."""
    words = [word for word in plain.split() if word not in _SMALL]
    return frozenset(" ".join(words[i : i + 3]) for i in range(len(words) - 2))


def spelled_alike(one: str, other: str) -> bool:
    """Whether two plain names are the same but for a few letters; the order of the two changes nothing.

    Another number is another body, or another lot: the 12th scout group is not the 13th.
    """
    if re.findall(r"\d+", one) != re.findall(r"\d+", other):
        return False
    first, second = sorted((one, other))
    matcher = SequenceMatcher(None, first, second, autojunk=False)
    return (
        matcher.real_quick_ratio() >= LIKE_ENOUGH
        and matcher.quick_ratio() >= LIKE_ENOUGH
        and matcher.ratio() >= LIKE_ENOUGH
    )
