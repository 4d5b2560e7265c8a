"""Characters that nobody sees, and letters that were read in another encoding."""

import pytest

from grants.characters import invisible, mended, refusal_of, warning_of, without_invisible


@pytest.mark.parametrize(
    "text",
    [
        "Café Zoë’s Ltd",
        "جمعية الأمل",
        "Safe 🚲 rides",
        "👩\u200d👩\u200d👧 Trust",
        "नी\u200dक",
        "One\ntwo\tthree",
        "a\xa0b",
        "",
    ],
)
def test_a_name_of_any_script_is_taken(text: str) -> None:
    assert (invisible(text), refusal_of(text)) == ("", "")


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("\u200b", "Remove an invisible character at the start (U+200B, zero width space)"),
        ("Late\u00adBus", "Remove an invisible character after “Late” (U+00AD, soft hyphen)"),
        ("Late \ufeffBus", "(U+FEFF, zero width no-break space)"),
        ("Late\u200dBus", "(U+200D, zero width joiner)"),
        ("\u3164", "(U+3164, hangul filler)"),
        ("\u2800", "(U+2800, braille pattern blank)"),
        ("a\x07b", "(U+0007)"),
        ("Safe \u202eevil\u202c", "a character that changes the direction of the text after “Safe” (U+202E"),
        ("\u2067x", "a character that changes the direction of the text at the start (U+2067"),
        ("x\U000e0041", "(U+E0041, tag latin capital letter a)"),
    ],
)
def test_what_cannot_be_seen_is_refused_with_its_place(text: str, refusal: str) -> None:
    assert refusal in refusal_of(text)
    assert invisible(without_invisible(text)) == ""


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("CafÃ© ZoÃ«â€™s", "Café Zoë’s"),
        ("Costs Â£5", "Costs £5"),
        ("CafÃƒÂ©", "Café"),
        ("Caf√©", "Café"),
        ("â€œquotedâ€\x9d", "“quoted”"),
    ],
)
def test_letters_of_a_wrong_encoding_are_warned_about_with_what_they_may_mean(wrong: str, right: str) -> None:
    assert mended(wrong) == right
    assert right[:20] in warning_of(wrong)


@pytest.mark.parametrize("text", ["Café Zoë’s", "ÅÄÖ", "naïve façade", "£5 – “fine”", "سلام", "ASCII", "Ã", "½ m²"])
def test_right_letters_are_left_alone(text: str) -> None:
    assert (mended(text), warning_of(text)) == (text, "")


def test_a_letter_that_was_lost_is_warned_about() -> None:
    assert "in place of letters that were lost" in warning_of("Caf\ufffd")
