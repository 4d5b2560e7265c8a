"""Search by words: what somebody typed becomes one query of PostgreSQL's full text search.

A word is found whatever its accents and apostrophes, in any order, and by its English stem; the last one also where it
begins a longer word. A number of a public register is found in any spelling, and so is a name that `plain_name` takes
for the one that was typed. `grants_fold` and `grants_lexemes` in the database say how a text is read, and
`grants_plain_name` how a name is, as `plain_name` does; `marking.py` shows what was hit.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import islice
from operator import or_

from django.contrib.postgres.search import SearchQueryField
from django.db import connection
from django.db.models import BooleanField, F, FloatField, Func, Q, QuerySet, TextField, Value

from grants.models import Alias, Organisation, RegisterNumber
from grants.models.organisations import LONGEST_PLAIN
from grants.names import plain_name

# More words than anybody types; each costs a look into the index.
MOST_WORDS = 20
# A shorter part of a name has no trigram to look up.
_SHORTEST_PART = 3
# Letters that begin a number, such as SC and CW, and what follows them.
_LETTERS = re.compile(r"[a-z]{1,3}")
_DIGITS = re.compile(r"\d+[a-z]?")
_NUMBER = re.compile(r"[a-z]{0,3}\d+[a-z]?")
_ZEROS = re.compile(r"^([a-z]*)0*(\d)")
_LONGEST_NUMBER = 12
# A shorter number is a year or a count rather than one of a register.
_OF_A_REGISTER = 5
_BEFORE_A_NUMBER = frozenset({"charity", "company", "registered", "registration", "register", "number", "no"})


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is searched: folded, with its English stem, which is empty for a word such as `the`.

    `is_last` is true for the word that may still go on.
    """

    text: str
    stem: str
    is_last: bool = False

    @property
    def is_small(self) -> bool:
        """Whether it is a word such as `the` and `of`, which tells no text from another, unless it may still go on."""
        return not (self.stem or self.is_last)

    @property
    def term(self) -> str:
        """The word in the syntax of a query of PostgreSQL. It holds no other characters than letters and digits."""
        stem = f" | '{self.stem}'" if self.stem and self.stem != self.text else ""
        return f"('{self.text}'{':*' if self.is_last else ''}{stem})"


@dataclass(frozen=True, slots=True)
class Sought:
    """What somebody searches for: its words, and those of the same text as names are compared."""

    words: Sequence[Word]
    plain: Sequence[str] = ()

    @property
    def spellings(self) -> list[Sequence[str]]:
        """The words that a name must hold: those as they are searched, or those of the text as names are compared."""
        texts = [word.text for word in self.words]
        each: list[Sequence[str]] = [texts] if texts == [*self.plain] else [texts, self.plain]
        return [spelling for spelling in each if spelling]

    @property
    def parts(self) -> list[tuple[Sequence[Word], str]]:
        """The words in runs, each with the number that the run spells, such as `sc012345` for `sc 012345`, or empty."""
        parts: list[tuple[Sequence[Word], str]] = []
        first = 0
        while first < len(self.words):
            end = self._end_of_number(first)
            run = self.words[first : max(end, first + 1)]
            parts.append((run, "".join(word.text for word in run) if end else ""))
            first += len(run)
        return parts

    def _end_of_number(self, first: int) -> int:
        """Return where the number ends that begins at a word, or 0 where none does."""
        texts = [word.text for word in self.words]
        end = first + 1 if _LETTERS.fullmatch(texts[first]) or _NUMBER.fullmatch(texts[first]) else first
        while end and end < len(texts) and _DIGITS.fullmatch(texts[end]):
            if len("".join(texts[first : end + 1])) > _LONGEST_NUMBER:
                break
            end += 1
        return end if _NUMBER.fullmatch("".join(texts[first:end])) else 0

    @property
    def tsquery(self) -> str:
        """The query in the syntax of PostgreSQL: every word must be there, or the number that some of them spell."""
        terms, texts = [], []
        for run, number in self.parts:
            if len(self.words) > 1 and all(word.is_small for word in run):
                continue
            term = " & ".join(word.term for word in run)
            if number:
                term = f"({term} | '{lexeme(number)}'{':*' if run[-1].is_last and len(number) > 3 else ''})"
            terms.append(term)
            texts += [word.text for word in run]
        as_words = " & ".join(terms)
        # A name that holds every one of the words finds nothing more, but has PostgreSQL expect so many hits that it
        # reads all texts instead of the index.
        if not self.plain or (texts and texts[-1] == self.plain[-1] and {*texts} <= {*self.plain}):
            return as_words
        # The words of a name have no characters that a query would read as its own.
        as_name = "({}:*)".format(" & ".join(f"'{word}'" for word in self.plain))
        return " | ".join(filter(None, (as_words, as_name)))


def lexeme(number: str) -> str:
    """Return a number as the function `grants_number` of the database writes it."""
    return "#" + _ZEROS.sub(r"\1\2", number)


class _Tsquery(Func):
    """A query that is written already, so that PostgreSQL does not read it as a text."""

    template = "(%(expressions)s)::tsquery"
    output_field = SearchQueryField()


class _Matches(Func):
    """Whether the lexemes match the query."""

    template = "%(expressions)s"
    arg_joiner = " @@ "
    output_field = BooleanField()


def read(text: str) -> Sought | None:
    """Return what a text searches for, or None where it is empty."""
    if not text.strip():
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word, coalesce((ts_lexize('english_stem', word))[1], '')"
            " FROM unnest(string_to_array(grants_fold(%s), ' ')) WITH ORDINALITY AS words (word, place) ORDER BY place",
            [text],
        )
        words = list(_without_labels([Word(*row) for row in cursor.fetchall()]))[:MOST_WORDS]
    last = (replace(word, is_last=True) for word in words[-1:])
    return Sought((*words[:-1], *last), plain_name(text)[:LONGEST_PLAIN].split()[:MOST_WORDS])


def _without_labels(words: Sequence[Word]) -> Iterator[Word]:
    """Leave out the words that only say that a number follows, as in `charity no 234567`."""
    for index, word in enumerate(words):
        following = (each.text for each in words[index + 1 :] if each.text not in _BEFORE_A_NUMBER)
        number = _NUMBER.match("".join(islice(following, 2)))
        if word.text not in _BEFORE_A_NUMBER or number is None or len(number[0]) < _OF_A_REGISTER:
            yield word


def matching(sought: Sought, at: str = "words") -> Q:
    """Return the condition that a thing holds what is sought; `at` leads to its `SearchWords`."""
    if not sought.spellings:
        return Q(pk__in=[])
    # The names come first, because they are short: what they hold is not looked up in the long text as well.
    return named(sought, at) | Q(_Matches(F(f"{at}__lexemes"), _Tsquery(Value(sought.tsquery))))


def named(sought: Sought, at: str = "words") -> Q:
    """Return the condition that the names of a thing hold each word, as any part of theirs."""
    return _holding(sought, f"{at}__names__contains", _SHORTEST_PART)


def _holding(sought: Sought, lookup: str, shortest: int = 1) -> Q:
    """Return the condition that a text holds each word of one of the spellings, one of which has so many letters."""
    conditions = [
        Q(*(Q(**{lookup: word}) for word in spelling))
        for spelling in sought.spellings
        if any(len(word) >= shortest for word in spelling)
    ]
    return reduce(or_, conditions, Q(pk__in=[]))


class Fold(Func):
    """A text as it is searched."""

    function = "grants_fold"
    output_field = TextField()


class Similarity(Func):
    """How alike two texts are, from 0 to 1, by the runs of three letters that they share."""

    function = "similarity"
    output_field = FloatField()


def organisations(sought: Sought) -> QuerySet[Organisation]:
    """Return the organisations that have a name with each of the words, as any part of it, or the number."""
    names = Alias.objects.annotate(folded=Fold("name"))
    names = names.filter(_holding(sought, "folded__contains") | _holding(sought, "plain__contains"))
    condition = Q(pk__in=names.values("organisation"))
    numbers = [number for _, number in sought.parts]
    if len(numbers) == 1 and numbers[0]:
        condition |= Q(pk__in=numbered(numbers[0]))
    return Organisation.objects.filter(condition)


def numbered(number: str) -> QuerySet[Organisation]:
    """Return the organisations with a register number, however it is spelled."""
    stored = Func(Fold("number"), function="grants_number", output_field=TextField())
    numbers = RegisterNumber.objects.annotate(lexeme=stored).filter(lexeme=lexeme(number))
    return Organisation.objects.filter(pk__in=numbers.values("organisation"))
