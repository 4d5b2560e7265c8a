"""Show in bold what a search hit, in a title and in an excerpt of the text where the words are."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import cache

from django.db import connection
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from grants.search import Sought

# Characters of an excerpt before its first word in bold, and in all.
_BEFORE, _LONGEST = 60, 220
# Hits of one text that are looked at for the best excerpt.
_MOST_HITS = 200
_APOSTROPHES = "'’‘`´ʼ′"
_WORD = re.compile(rf"[\w{_APOSTROPHES}]+")


@cache
def _letter_classes() -> dict[str, str]:
    """Return, for each letter, all letters that are the same without their accents."""
    classes: dict[str, str] = {}
    for code in (*range(0xC0, 0x250), *range(0x1E00, 0x1F00)):
        letter = chr(code)
        plain = unicodedata.normalize("NFKD", letter)[0].lower()
        classes[plain] = classes.get(plain, "") + letter
    for plain, letters in (("l", "łŁ"), ("o", "øØ"), ("d", "đĐ")):
        classes[plain] += letters
    return classes


def _spelled(word: str) -> str:
    """Return the pattern of a folded word as it may be written, with accents and apostrophes."""
    letters = [f"[{re.escape(letter)}{_letter_classes().get(letter, '')}][\u0300-\u036f]*" for letter in word]
    return f"[{_APOSTROPHES}]?".join(letters)


def _plain(token: str) -> str:
    """Return a word of a text folded, as nearly as the database does it."""
    letters = unicodedata.normalize("NFKD", token.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter) and letter not in _APOSTROPHES)


class Marker:
    """Marks what is sought in texts. `texts` are all of a page, whose words are compared by their stems at once."""

    def __init__(self, sought: Sought, texts: Iterable[str] = ()) -> None:
        kin = self._kin(sought, texts)
        words = [(_spelled(word.text), "" if word.is_last else r"(?!\w)") for word in sought.words]
        words += [(_spelled(word), r"(?!\w)") for word in sorted(kin, key=len, reverse=True)]
        in_text = [rf"(?<!\w){word}{end}\w*" if not end else rf"(?<!\w){word}{end}" for word, end in words]
        in_text += [_number(number) for _, number in sought.parts if number]
        # Any part of a word in a name is searched, so it is marked too.
        in_name = [*in_text, *(_spelled(word.text) for word in sought.words if len(word.text) > 2)]
        self._in_text, self._in_name = _any_of(in_text), _any_of(in_name)

    @staticmethod
    def _kin(sought: Sought, texts: Iterable[str]) -> set[str]:
        """Return the words of the texts that have the stem of a sought word: `policing` for `police`."""
        stems = {word.stem for word in sought.words if word.stem}
        if not stems:
            return set()
        begins = _any_of([rf"(?<!\w){_spelled(stem.rstrip('ie') or stem)}[\w{_APOSTROPHES}]*" for stem in stems])
        candidates = {_plain(token) for text in texts for token in begins.findall(text)}
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT word FROM unnest(%s::text[]) AS words (word)"
                " WHERE (ts_lexize('english_stem', word))[1] = ANY (%s)",
                [sorted(candidates), sorted(stems)],
            )
            return {word for (word,) in cursor.fetchall()}

    def name(self, text: str) -> SafeString:
        """Return a title or a name with what is sought in bold, also within a word."""
        return _marked(text, self._in_name)

    def excerpt(self, texts: Iterable[str]) -> SafeString:
        """Return the piece of the texts with most of the words, in bold; empty where none of them has any."""
        best: tuple[int, str, list[re.Match[str]]] = (0, "", [])
        for text in texts:
            hits = [hit for _, hit in zip(range(_MOST_HITS), self._in_text.finditer(text), strict=False)]
            for index, hit in enumerate(hits):
                near = [each for each in hits[index:] if each.end() <= hit.start() + _LONGEST - _BEFORE]
                kinds = len({_plain(each[0]) for each in near})
                if kinds > best[0]:
                    best = (kinds, text, near)
        count, text, hits = best
        if not count:
            return SafeString("")
        start = max(hits[0].start() - _BEFORE, 0)
        end = min(start + _LONGEST, len(text))
        # Whole words alone: a piece of one could read as another.
        start = text.find(" ", start, hits[0].start()) + 1 if start else 0
        end = max(text.rfind(" ", 0, end), hits[-1].end()) if end < len(text) else end
        piece = _marked(" ".join(text[start:end].split()), self._in_text)
        return format_html("{}{}{}", "… " if start else "", piece, " …" if end < len(text) else "")


def _number(number: str) -> str:
    """Return the pattern of a number as it may be written: with spaces or hyphens and leading zeros."""
    letters = number.rstrip("0123456789") if number[-1:].isdigit() else ""
    digits = number[len(letters) :].lstrip("0") or "0"
    return rf"(?<!\w){re.escape(letters)}[ -]?0*{'[ -]?'.join(map(re.escape, digits))}"


def _any_of(patterns: Sequence[str]) -> re.Pattern[str]:
    """Return the pattern of any of the patterns, and of nothing where there is none."""
    return re.compile("|".join(patterns) or r"(?!)", re.IGNORECASE)


def _marked(text: str, pattern: re.Pattern[str]) -> SafeString:
    pieces, end = [], 0
    for hit in pattern.finditer(text):
        if hit[0]:
            pieces += [(text[end : hit.start()], hit[0])]
            end = hit.end()
    return format_html("{}{}", format_html_join("", '{}<mark class="app-hit">{}</mark>', pieces), text[end:])
