"""What the bundled typefaces can print: the same answer as the typesetter gives, and letters in the right order."""

import io
import json
import random
import re
import sys
import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest
import typst
from django.core.exceptions import ValidationError
from pypdf import PdfReader

from grants import pdf, printable

NAMES = {
    "Arabic": "مركز النور",
    "Urdu": "پاکستانی خواتین کا مرکز",
    "Bengali": "বাংলা খেলা ক্ষুদ্র",
    "Simplified Chinese": "华埠社区中心",
    "Traditional Chinese": "華埠社區中心",
    "Devanagari": "हिन्दी कक्षा",
    "Gujarati": "ગુજરાતી મંડળ",
    "Punjabi": "ਪੰਜਾਬੀ ਸਭਾ",
    "Tamil": "தமிழ் சங்கம்",
    "Greek": "Ελληνικό Κέντρο",
    "Cyrillic": "Український дім",
    "Hebrew": "בית שלום",
    "Polish and Czech": "Łódź & Świt ’24 – Žižkov",
    "Yoruba": "Ẹ̀kọ́ ọmọ",
    "Vietnamese": "Cộng đồng Việt",
}
_SOURCE = b"""
#set document(title: "x")
#set text(font: json(bytes(sys.inputs.typefaces)), fallback: false)
#for each in json(bytes(sys.inputs.texts)) { par(each) }
"""


def drawn(*texts: str) -> PdfReader:
    """The texts as a PDF by the typesetter alone, with nothing put in the place of what it cannot print."""
    file = typst.compile(
        _SOURCE,
        sys_inputs={"typefaces": json.dumps(printable.TYPEFACES), "texts": json.dumps(texts)},
        font_paths=[str(folder) for folder in printable.folders()],
        ignore_system_fonts=True,
        pdf_standards=["ua-1"],
    )
    return PdfReader(io.BytesIO(file))


def minutes(**parts: Any) -> PdfReader:
    """The minutes of a meeting, as PDF, with some of their parts."""
    usual = {"reference": "MTG-1", "round": "Round", "held_on": "2027-03-01", "opened_at": "", "closed_at": ""}
    rest = {"quorum": 3, "present": [], "items": [], "kept_back": 0, "head": "0" * 64}
    data = {"minutes": usual | rest | parts}
    return PdfReader(
        io.BytesIO(pdf.compiled("bids/meetings/minutes.typ", data, stamp=datetime(2027, 3, 1, tzinfo=UTC)))
    )


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_the_scripts_of_london_can_be_printed(name: str) -> None:
    assert printable.unprintable(name) == []
    reader = minutes(round=name, present=[name])
    assert "U+" not in reader.pages[0].extract_text()
    fonts = reader.pages[0]["/Resources"]["/Font"].values()
    # Each letter has a shape of its own script in the bold of a heading as in the text.
    faces = {str(font.get_object()["/BaseFont"]).partition("+")[2] for font in fonts}
    assert any(face.endswith("Bold") for face in faces) and any(face.endswith("Regular") for face in faces)


def test_every_covered_character_is_printed_by_the_typesetter() -> None:
    texts = ["".join(sorted(printable.coverage(typeface))) for typeface in printable.TYPEFACES]
    marks = [f"क{mark}" for mark in sorted(printable.coverage("Noto Sans Devanagari")) if unicodedata.combining(mark)]
    assert printable.unprintable("x".join(texts[0])) == []
    assert len(drawn(*(" ".join(text) for text in texts), *marks).pages) > 10


def test_what_is_not_covered_is_what_the_typesetter_refuses() -> None:
    chosen = random.Random(7)
    letters = [chr(code) for code in range(0xA0, sys.maxunicode + 1) if unicodedata.category(chr(code))[0] in "LMNPS"]
    refused = [letter for letter in chosen.sample(letters, 400) if printable.unprintable(letter)]
    assert len(refused) > 100
    for letter in [*refused[:60], "😀", "ქ", "\ue000", "\u0378", "\ufeff", "1\u20e3", "ሰ", "\ufffc"]:
        assert printable.unprintable(f"a {letter} b") == [letter]
        with pytest.raises(typst.TypstError, match=r"could not be displayed|disallowed codepoint"):
            drawn(f"a {letter} b")


@pytest.mark.parametrize("letter", ["\u200b", "\u200c", "\u200d", "\ufe0f", "\xad", "\u200e", "\u2060", "\u2028", "\v"])
def test_what_only_directs_the_letters_around_it_can_be_printed(letter: str) -> None:
    assert printable.unprintable(f"a{letter}b") == []
    assert drawn(f"a{letter}b").pages


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("Safe 🚲 rides", ["🚲"]),
        ("🚲 and 🚲, 🎉", ["🚲", "🎉"]),
        ("A ქართული სახლი", ["ქართული სახლი"]),
        ("👩\u200d👧 group", ["👩\u200d👧"]),
        ("Step 1\u20e3", ["1\u20e3"]),
        ("Line\none", []),
        ("Turned \u202eback", ["\u202e"]),
    ],
)
def test_each_run_that_cannot_be_printed_is_given_once(text: str, runs: list[str]) -> None:
    assert printable.unprintable(text) == runs


@pytest.mark.parametrize(
    ("run", "name"),
    [
        ("😀", "U+1F600 GRINNING FACE"),
        ("1\u20e3", "U+20E3 COMBINING ENCLOSING KEYCAP"),
        ("\ue000", "U+E000 (private use)"),
        ("\u0378", "U+0378 (no character)"),
        (
            "აბა გდ",
            "U+10D0 GEORGIAN LETTER AN, U+10D1 GEORGIAN LETTER BAN, U+10D2 GEORGIAN LETTER GAN and 1 more character",
        ),
    ],
)
def test_what_cannot_be_printed_is_named(run: str, name: str) -> None:
    assert printable.named(run) == name


def test_a_field_refuses_what_cannot_be_printed_by_name() -> None:
    printable.must_print("Łódź বাংলা 华埠")
    with pytest.raises(ValidationError, match=r"The paper cannot print U\+1F6B2 BICYCLE\. Replace it"):
        printable.must_print("Safe 🚲 rides")


def test_as_a_last_resort_the_code_point_is_printed_and_a_control_is_a_space() -> None:
    text = minutes(present=['A bell\x07, 中文, "😀", \ufeff1\u20e3 of 1']).pages[0].extract_text()
    assert 'A bell , 中文, "[U+1F600]", [U+FEFF][U+0031][U+20E3] of 1' in " ".join(text.split())


@pytest.mark.parametrize(
    ("text", "set_apart"),
    [
        ("Nothing turned, £5", "Nothing turned, £5"),
        ("שלום", "<שלום>"),
        ("شروع 24, ", "<شروع 24>, "),
        ("To شروع بناء, £5 and שלום.", "To <شروع بناء>, £5 and <שלום>."),
        ("To שָׁ, £5", "To <שָׁ>, £5"),
        ("To شروع ٢٤ x", "To <شروع ٢٤> x"),
    ],
)
def test_a_run_from_right_to_left_is_set_apart(text: str, set_apart: str) -> None:
    assert printable.isolated(text).replace("\u2068", "<").replace("\u2069", ">") == set_apart


@pytest.mark.parametrize("name", [NAMES["Arabic"], NAMES["Hebrew"]])
def test_what_follows_a_name_from_right_to_left_is_printed_after_it(name: str) -> None:
    reader = minutes(present=[f"Olive and {name}: £1,200, and Paul"])
    text = " ".join(reader.pages[0].extract_text().split())
    assert "Present: Olive and " in text
    # Turned by the name, the amount would read 1,200£ and stand before it.
    assert re.search(r": ?£1,200, and Paul", text)
    across: list[tuple[str, float]] = []

    def see(part: str, _cm: Any, place: Any, _font: Any, _size: Any) -> None:
        across.extend((letter, place[4]) for letter in part if not letter.isspace())

    reader.pages[0].extract_text(visitor_text=see)
    assert next(x for letter, x in across if letter == "£") >= min(x for letter, x in across if ord(letter) > 0x590)


def test_texts_that_are_passed_over_have_no_letter_from_right_to_left() -> None:
    passed = [chr(code) for code in range(0x3000) if printable._LEFT_TO_RIGHT.fullmatch(chr(code))]
    assert "£" in passed
    assert "’" in passed
    assert {unicodedata.bidirectional(letter) for letter in passed}.isdisjoint({"R", "AL"})
