"""Characters that nobody sees, and letters that were read in another encoding. Pure rules."""

import re
import unicodedata

# What is drawn as nothing though Unicode counts it among the letters, marks and symbols.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# They join and part the letters of some scripts, and the pictures of an emoji.
_JOINERS = frozenset("\u200c\u200d")
_REVERSING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def invisible(text: str) -> str:
    """Return the first invisible or bidirectional character of a text, or nothing.

    Line breaks and tabs are not meant. A joiner after a letter without case or after an emoji is part of the spelling.
    """
    for before, character in zip(" " + text, text, strict=False):
        kind = unicodedata.category(character)
        if character in _JOINERS and unicodedata.category(before) in ("So", "Sk", "Lo", "Mn", "Mc"):
            continue
        if character in _BLANK or (kind in ("Cf", "Cc", "Co", "Cn") and character not in "\n\r\t"):
            return character
    return ""


def without_invisible(text: str) -> str:
    """Return a text without its invisible characters, as a reader sees it."""
    while character := invisible(text):
        text = text.replace(character, "", 1) if character in _JOINERS else text.replace(character, "")
    return text


# XML cannot hold these: control characters, halves of surrogate pairs and two code points that are no characters.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def for_xml(text: str) -> str:
    """Return a text with a space for each character that XML cannot hold, such as one pasted from a word processor."""
    return _NOT_IN_XML.sub(" ", text)


def refusal_of(text: str) -> str:
    """Return why a title or a name with this text is refused, empty if it is not."""
    character = invisible(text)
    if not character:
        return ""
    kind = "a character that changes the direction of the text" if character in _REVERSING else "an invisible character"
    name = unicodedata.name(character, "").lower()
    code = f"U+{ord(character):04X}{', ' + name if name else ''}"
    before = without_invisible(text.partition(character)[0]).strip()
    place = f"after “{before[-20:]}”" if before else "at the start"
    return f"Remove {kind} {place} ({code})"


# A byte of a UTF-8 sequence as each encoding shows it. Bytes that Windows-1252 leaves open keep their number.
_WRONG_ENCODINGS = ("cp1252", "mac_roman")


def _table(encoding: str) -> dict[str, int]:
    shown = {bytes([byte]).decode(encoding, "replace"): byte for byte in range(128, 256)}
    shown.pop("\ufffd", None)
    return {**({chr(byte): byte for byte in range(128, 160)} if encoding == "cp1252" else {}), **shown}


_TABLES = {encoding: _table(encoding) for encoding in _WRONG_ENCODINGS}
_RUNS = {
    encoding: re.compile(
        "[{}][{}]+".format(
            re.escape("".join(shown for shown, byte in table.items() if 0xC2 <= byte <= 0xF4)),
            re.escape("".join(shown for shown, byte in table.items() if 0x80 <= byte <= 0xBF)),
        )
    )
    for encoding, table in _TABLES.items()
}


def mended(text: str) -> str:
    """Return a text as it was before it was read in a wrong encoding: “CafÃ©” gives “Café”. Other text is unchanged."""
    if text.isascii():
        return text
    for encoding in _WRONG_ENCODINGS:
        table = _TABLES[encoding]

        def mend(match: re.Match[str], table: dict[str, int] = table) -> str:
            try:
                return bytes(table[character] for character in match[0]).decode()
            except UnicodeDecodeError:
                return match[0]

        changed = _RUNS[encoding].sub(mend, text)
        if changed != text:
            # A text may have gone wrong twice.
            return mended(changed)
    return text


def warning_of(text: str) -> str:
    """Return what looks wrong with the letters of a text, empty if nothing does."""
    if "\ufffd" in text:
        return "holds “\ufffd” in place of letters that were lost. Correct them in the file"
    right = mended(text)
    if right != text:
        return f"holds letters that were read in a wrong encoding. It may mean “{_around(right, text)}”"
    return ""


def _around(right: str, wrong: str) -> str:
    """The part of a long text that differs, with a little before it."""
    at = next((i for i, (one, other) in enumerate(zip(right, wrong, strict=False)) if one != other), 0)
    start = max(0, at - 30)
    return ("…" if start else "") + right[start : at + 30] + ("…" if len(right) > at + 30 else "")
