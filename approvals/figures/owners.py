"""The names by which a sentence speaks of a grant, a body, a line or a theme. Pure rules.

Nobody writes “Harbourside Family Centre Trust Limited” twice. So a name is also understood without its last words where
these are common ones, and by a word of it that no other name of the round has.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from approvals.prose.identity import Subject, bare
from approvals.prose.vocabulary import COMMON, Kind


class Owners:
    """The owners of a round's figures. `names` holds, for each owner, all the names that it goes by."""

    def __init__(self, names: Iterable[Sequence[str]]) -> None:
        self._names = names

    @cached_property
    def _owners_of_word(self) -> Counter[str]:
        return Counter(
            word for names in self._names for word in {each for name in names for each in bare(name).split()}
        )

    def subject(self, kind: Kind, *names: str) -> Subject:
        """Return whose a figure is, by the names that it goes by. The first is the one that the paper prints."""
        printed_names = [name for name in names if name]
        also = dict.fromkeys(printed_names[1:])
        for name in printed_names:
            also |= dict.fromkeys([_without_aside(name), _short(name), *self._own_words(name)])
        return Subject(kind, printed_names[0], tuple(each for each in also if each and each != printed_names[0]))

    def _own_words(self, name: str) -> list[str]:
        own = [word for word in bare(name).split() if word not in COMMON and len(word) > 3 and not word.isdigit()]
        return [word for word in own if self._owners_of_word[word] <= 1]


def _without_aside(name: str) -> str:
    return re.sub(r"\s*\([^)]*\)", "", name).strip()


def _short(name: str) -> str:
    """Return a name without “The” before it and without the common words behind it, where two words or more remain."""
    words = bare(_without_aside(name)).removeprefix("the ").split()
    while len(words) > 2 and words[-1] in COMMON:
        words.pop()
    return " ".join(words)
