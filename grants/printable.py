"""Which characters the bundled typefaces can print. The answer is read from the font files themselves."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any
from unicodedata import normalize

from django.conf import settings
from django.core.exceptions import ValidationError
from fontTools.ttLib import TTFont

from grants.counting import counted

LATIN = "Source Sans 3"
# In this order the typesetter looks for a character. Each but the first is for the letters of one script. The face for
# Simplified Chinese has the traditional signs too, in the shapes of the mainland.
TYPEFACES = (
    LATIN,
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Bengali",
    "Noto Sans Devanagari",
    "Noto Sans Gujarati",
    "Noto Sans Gurmukhi",
    "Noto Sans Tamil",
    "Noto Sans SC",
)
# They direct the letters around them and leave no mark: hyphens and joiners that may be used, signs that choose a
# variant, tags. The typesetter asks no typeface for them.
_UNSEEN = frozenset(
    chr(code)
    for first, last in (
        (0xAD, 0xAD), (0x34F, 0x34F), (0x61C, 0x61C), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F),
        (0x200B, 0x200F), (0x2060, 0x2064), (0x3164, 0x3164), (0xFE00, 0xFE0F), (0xFFA0, 0xFFA0), (0xE0000, 0xE0FFF),
    )
    for code in range(first, last + 1)
)  # fmt: skip
# They turn the order of all that follows, so that a page would read otherwise than it was written.
TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# No PDF of the ua-1 standard may hold them.
_FORBIDDEN = frozenset("\0\ufeff\ufffe\uffff")
# Controls, such as a line break of a word processor, are printed as a space.
_CONTROLS = {code: " " for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\t\n\v\f\r\x85"}
_LEFTWARD = frozenset({"R", "AL"})
_MOST_NAMED = 3


def folders() -> list[Path]:
    """Return the folders of the typefaces: that of the Latin one, and that of the other scripts."""
    return [settings.BASE_DIR / "build" / "fonts", settings.BASE_DIR / "build" / "script-fonts"]


@cache
def coverage(typeface: str) -> frozenset[str]:
    """Return the characters that a typeface has in each of its upright weights."""
    stem = typeface.replace(" ", "")
    files = [file for folder in folders() for file in folder.glob(f"{stem}_*.ttf") if "Italic" not in file.name]
    if not files:
        raise FileNotFoundError(f"The files of {typeface} are missing. Run: make assets")
    by_file = []
    for file in sorted(files):
        with TTFont(file, lazy=True) as font:
            by_file.append(frozenset(map(chr, font.getBestCmap())))
    return frozenset.intersection(*by_file) - TURNING - _FORBIDDEN


def unprintable(text: str) -> list[str]:
    """Return each run of characters that cannot be printed, once, in order. Spaces within a run belong to it."""
    if coverage(LATIN).issuperset(text.replace("\n", "")):
        return []
    runs = []
    for fails, letters in groupby(_judged(text), key=lambda each: each[1]):
        if fails:
            runs.append("".join(letter for letter, _ in letters).strip())
    return list(dict.fromkeys(runs))


def named(run: str) -> str:
    """Return the characters of a run that no typeface has by their names, such as U+1F600 GRINNING FACE."""
    letters = list(dict.fromkeys(letter for letter in run if not letter.isspace()))
    # What only cannot be set together, such as a letter with the vowel sign of another script, is named as a whole.
    missing = [letter for letter in letters if _alone_fails(letter)] or letters
    names = [f"U+{ord(letter):04X} {_name(letter)}" for letter in missing[:_MOST_NAMED]]
    more = len(missing) - _MOST_NAMED
    return ", ".join(names) + (f" and {counted(more, 'more character', 'more characters')}" if more > 0 else "")


def must_print(value: str) -> None:
    """Refuse, as a validator of a field, a text with a character that cannot be printed in a paper."""
    if runs := unprintable(value):
        raise ValidationError(f"The paper cannot print {named(runs[0])}. Replace it")


def _name(letter: str) -> str:
    kinds = {"Co": "(private use)", "Cn": "(no character)", "Cc": "(control character)"}
    return unicodedata.name(letter, kinds.get(unicodedata.category(letter), "(without a name)"))


def _judged(text: str) -> Iterator[tuple[str, bool]]:
    """Yield each letter with its marks, and whether it fails. A space between two that fail counts as failing."""
    judged = [(cluster, _fails(cluster)) for cluster in _clusters(text)]
    last = len(judged) - 1
    for place, (cluster, fails) in enumerate(judged):
        between = cluster.isspace() and 0 < place < last and judged[place - 1][1] and judged[place + 1][1]
        yield cluster, fails or between


def _clusters(text: str) -> Iterator[str]:
    """Yield each letter of a text with the marks and joiners that follow it, as they are set together."""
    cluster = ""
    for letter in text:
        if cluster and not (unicodedata.category(letter).startswith("M") or letter in _UNSEEN):
            yield cluster
            cluster = ""
        cluster += letter
    if cluster:
        yield cluster


def _fails(cluster: str) -> bool:
    """Whether no typeface has a letter with its marks, as it is written or as Unicode composes it or takes it apart."""
    kept = "".join(letter for letter in cluster if letter not in _UNSEEN and not _is_blank(letter))
    spellings = {frozenset(spelling) for spelling in (kept, normalize("NFC", kept), normalize("NFD", kept))}
    return not any(letters <= coverage(typeface) for typeface in TYPEFACES for letters in spellings)


def _alone_fails(letter: str) -> bool:
    return letter not in _UNSEEN and _fails(letter)


def _is_blank(letter: str) -> bool:
    """Whether a character is printed as a space or as a new line, whatever the typefaces have."""
    return unicodedata.category(letter) in ("Cc", "Zl", "Zp")


def marked(text: str) -> str:
    """Return a text that can be printed: a code point such as [U+4E2D] for what cannot, a space for a control."""
    text = text.translate(_CONTROLS)
    if not unprintable(text):
        return text
    return "".join("".join(map(code_point, cluster)) if _fails(cluster) else cluster for cluster in _clusters(text))


def code_point(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"


# Letters, marks and signs of which none runs from right to left: nearly every text has no other.
_LEFT_TO_RIGHT = re.compile("[\u0000-\u058f\u2010-\u2027\u2030-\u205e\u20a0-\u20cf]*")


def isolated(text: str) -> str:
    """Return a text in which each run from right to left is set apart, so that it turns nothing around it.

    Without it the amount after an Arabic name would be printed before the name, and its sign after its digits.
    """
    if _LEFT_TO_RIGHT.fullmatch(text):
        return text
    sides = [unicodedata.bidirectional(letter) for letter in text]
    if not _LEFTWARD.intersection(sides):
        return text
    if "L" not in sides:
        # All of it is a name, with its digits. What ends or divides a sentence may belong to the words around it.
        kept = text.strip(" ,;:.")
        return text.replace(kept, f"\u2068{kept}\u2069")
    parts, done = [], 0
    for first, after in _runs(sides):
        parts += [text[done:first], "\u2068", text[first:after], "\u2069"]
        done = after
    return "".join([*parts, text[done:]])


def _runs(sides: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Yield where each run from right to left begins and ends. What stands between two of its letters belongs to it."""
    first = after = 0
    for place, side in enumerate([*sides, "L"]):
        if side in _LEFTWARD or (after and side == "AN") or (after == place > 0 and side == "NSM"):
            first, after = (first if after else place), place + 1
        elif side == "L" and after:
            yield first, after
            after = 0


def everywhere(change: Callable[[str], str], data: Any) -> Any:
    """Return data with a change made to every text in them, their names included."""
    if isinstance(data, str):
        return change(data)
    if isinstance(data, dict):
        return {change(name): everywhere(change, each) for name, each in data.items()}
    if isinstance(data, list | tuple):
        return [everywhere(change, each) for each in data]
    return data
