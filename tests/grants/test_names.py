"""That names are compared in the database as they are in Python, and that a search finds them by any equal spelling."""

import sys
import unicodedata

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bids.models import Bid
from grants import search
from grants.models import Organisation
from grants.names import plain_name
from tests import factories

APOSTROPHES = "'`´‘’‛′ʹʻʼʽʾʿˈˊˋ＇"
# Letters, marks and signs by which spellings of one name differ, and what could be taken for the syntax of a query.
LETTERS = "aeiklnostyzAEKNOSTZ0279éÉßẞøØŁłþæŒﬁİıſςΣжЖΩǅ½²Ⅷ①ａＺ\u0301\u0308\u0327\u09bc\u09cd\u0345中ক가"
SIGNS = " \u00a0\u2003\t&-–.,:;/()\\|!*<>%_\u200b\u00ad\u2060" + APOSTROPHES
WORDS = (
    "The",
    "the",
    "Ltd",
    "LIMITED",
    "plc",
    "CIC",
    "and",
    "&",
    "Community Interest Company",
    "of",
    "Café",
    "O’Neill",
)
names = st.lists(st.one_of(st.text(LETTERS + SIGNS, max_size=12), st.sampled_from(WORDS)), max_size=6).map(" ".join)


def in_database(texts: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT grants_plain_name(name) FROM unnest(%s::text[]) WITH ORDINALITY AS names (name, place)"
            " ORDER BY place",
            [texts],
        )
        return [plain for (plain,) in cursor.fetchall()]


@pytest.mark.django_db
def test_every_character_is_compared_in_the_database_as_in_python() -> None:
    known = [
        chr(code)
        for code in range(1, sys.maxunicode + 1)
        # Some ideographs and syllables of Hangul stand for the rest, which are alike.
        if unicodedata.category(chr(code)) not in ("Cs", "Cn", "Co") and not (0x5000 <= code < 0xD000 or code > 0x20800)
    ]
    texts = [f"x{letter}y" for letter in known]
    differing = [
        (hex(ord(letter)), ours, theirs)
        for letter, ours, theirs in zip(known, map(plain_name, texts), in_database(texts), strict=True)
        if ours != theirs
    ]
    assert len(known) > 48_000
    assert differing == []


def _other_spellings(name: str) -> list[str]:
    """Spellings that differ in form, case, accents, apostrophes, spaces, `&` and the legal form."""
    return [
        spelling
        for spelling in (
            unicodedata.normalize("NFD", name),
            unicodedata.normalize("NFKC", name),
            name.upper(),
            name.lower(),
            name.casefold(),
            name.swapcase(),
            f"The  {name}",
            f"{name} Ltd.",
            f"{name} LIMITED",
            name.replace("&", "and"),
            name.replace(" and ", " & "),
            name.replace("’", "'").replace("'", "ʼ"),
            "".join(letter + "\u0301" if letter.isalpha() else letter for letter in name),
            plain_name(name),
        )
        if plain_name(spelling) == plain_name(name) and len(spelling) <= 150
    ]


class OneFold(TestCase):
    @settings(max_examples=300)
    @given(
        st.lists(st.one_of(names, st.text(st.characters(exclude_categories=["Cs", "Cn"], exclude_characters="\x00"))))
    )
    def test_any_names_are_compared_in_the_database_as_in_python(self, texts: list[str]) -> None:
        self.assertEqual(in_database(texts), [plain_name(text) for text in texts])

    @settings(max_examples=60)
    @given(names.filter(plain_name), names)
    def test_every_search_finds_a_name_by_every_spelling_that_is_compared_as_equal(self, name: str, other: str) -> None:
        name = name.strip()[:150]
        body = Organisation.objects.add(name)
        bid = factories.bid(factories.open_round(), title=other[:150] or "Title", recipient=body)
        for spelling in _other_spellings(name):
            sought = search.read(spelling)
            assert sought is not None
            assert body in search.organisations(sought), (name, spelling)
            assert Bid.objects.filter(search.matching(sought), pk=bid.pk).exists(), (name, spelling)


@pytest.mark.django_db
@pytest.mark.parametrize("spelling", ["A2", "Ａ２ limited", "a2 LTD", "Á²"])
def test_a_name_of_two_letters_is_found(spelling: str) -> None:
    body = Organisation.objects.add("A² Ltd")
    sought = search.read(spelling)
    assert sought is not None
    assert list(search.organisations(sought).filter(pk=body.pk)) == [body]
