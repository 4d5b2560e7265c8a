"""The likeness of names and texts, computed fast enough for a round of a thousand bids. Pure rules."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import IntEnum
from fractions import Fraction
from functools import lru_cache

from grants.names import initials, runs_of_three, spelled_alike

# Names that are spelled alike share at least this of their runs of three letters: a letter in seven that differs
# leaves four of ten. It only chooses which names are compared letter by letter.
_LETTERS = Fraction(1, 3)
# Three letters that more names have than this, such as those of “summer”, choose none.
_MOST_NAMES = 40
# Of their runs of three words. Unlike bids of the fixtures reach 0.05; where a third of a text was copied word for
# word it is 0.2, and where two thirds were it is 0.5.
COPIED = Fraction(1, 5)
LARGELY_COPIED = Fraction(1, 2)
# A text with fewer runs is too short to compare. A run in more bids than this comes from the form, not the bidder.
_RUNS, _MOST_BIDS = 15, 20


class Strength(IntEnum):
    """The strength of a likeness. A weak one says something only if nothing else is known."""

    WEAK = 0
    SLIGHT = 1
    FAIR = 2
    STRONG = 3

    @property
    def label(self) -> str:
        return self.name.capitalize()


@dataclass(frozen=True, slots=True)
class Link:
    """Two things that are alike, by their keys, with the strength and a sentence that shows it."""

    one: str
    other: str
    strength: Strength
    evidence: str


def groups(links: Iterable[tuple[str, str]]) -> list[list[str]]:
    """Return the groups of things that links connect, directly or through others. All are sorted."""
    above: dict[str, str] = {}

    def head(each: str) -> str:
        while above.setdefault(each, each) != each:
            above[each] = above[above[each]]
            each = above[each]
        return each

    for one, other in links:
        above[head(one)] = head(other)
    by_head: dict[str, list[str]] = defaultdict(list)
    for each in sorted(above):
        by_head[head(each)].append(each)
    return sorted(by_head.values())


def overlaps(sets: Mapping[str, frozenset[str]], least: Fraction, most: int) -> Iterator[tuple[str, str, Fraction]]:
    """Yield the pairs of sets whose share is at least `least`, with that share: their common members out of all.

    Of several equal sets the first stands for all. Sets with such a share have at least one of their rarer members in
    common, so only sets with a common rare member are compared. Members in more than `most` sets are not rare; with
    them the cost would grow with the square of the number of sets.
    """
    same: dict[frozenset[str], list[str]] = defaultdict(list)
    for key in sorted(sets):
        if sets[key]:
            same[sets[key]].append(key)
    often = Counter(member for members in same for member in members)
    seen: dict[str, list[frozenset[str]]] = defaultdict(list)
    for members, (first, *others) in sorted(same.items(), key=lambda each: len(each[0])):
        for other in others:
            yield first, other, Fraction(1)
        # If a set lacked all of these members, it could not reach the share with the rest.
        must = -(-least.numerator * len(members) // least.denominator)
        # Those that no other set has come first among the rarest, and lead to no other set.
        common = sorted((often[member], member) for member in members if often[member] > 1)
        rarest = [member for sets_with_it, member in common[: max(0, len(common) - must + 1)] if sets_with_it <= most]
        for near in dict.fromkeys(candidate for member in rarest for candidate in seen[member]):
            both = len(members & near)
            if both * least.denominator >= least.numerator * (len(members) + len(near) - both):
                yield same[near][0], first, Fraction(both, len(members) + len(near) - both)
        for member in rarest:
            seen[member].append(members)


def like_names(named: Iterable[tuple[str, str, str]]) -> list[Link]:
    """Return links between things whose names are alike. Each name comes as a key, the name shown and a plain name.

    A thing may have several names. The same name is a strong link, another spelling or the initials a fair one, and
    three common words in a row a slight one.
    """
    return list(_like_names(tuple(named)))


# The titles and the organisations of a round seldom change, and a page of families compares the latter twice.
@lru_cache(maxsize=4)
def _like_names(named: tuple[tuple[str, str, str], ...]) -> tuple[Link, ...]:
    owners: dict[str, dict[str, str]] = defaultdict(dict)
    for key, shown, compared in sorted(named):
        # A name without letters or digits has an empty plain name.
        if compared:
            owners[compared].setdefault(key, shown)
    links = []
    for by_key in owners.values():
        (first, shown), *others = by_key.items()
        links += [Link(first, key, Strength.STRONG, _both(shown, other)) for key, other in others]
    for one, other, strength, how in _like(owners):
        (first, shown), (second, other_shown) = (next(iter(owners[name].items())) for name in (one, other))
        if first != second:
            links.append(Link(first, second, strength, f"{_both(shown, other_shown)}: {how}"))
    return tuple(links)


def _like(names: Mapping[str, object]) -> Iterator[tuple[str, str, Strength, str]]:
    for one, other, _ in overlaps({name: _letters(name) for name in names}, _LETTERS, _MOST_NAMES):
        if spelled_alike(one, other):
            yield one, other, Strength.FAIR, "spelled alike"
    for name in names:
        for short in sorted(initials(name) & names.keys()):
            yield name, short, Strength.FAIR, f"{short.upper()} are its initials"
    first: dict[str, str] = {}
    for name in names:
        for run in sorted(runs_of_three(name)):
            if (there := first.setdefault(run, name)) != name:
                yield there, name, Strength.SLIGHT, f"“{run}” is in both"


def _letters(name: str) -> frozenset[str]:
    padded = f" {name} "
    return frozenset(padded[i : i + 3] for i in range(len(padded) - 2))


def _both(one: str, other: str) -> str:
    return f"“{one}” and “{other}”"


def like_texts(texts: Mapping[str, str]) -> list[Link]:
    """Return links between texts that share a large part word for word, by their keys."""
    return list(_like_texts(tuple(texts.items())))


# The texts of a round seldom change, and each page of its families compares them all.
@lru_cache(maxsize=2)
def _like_texts(texts: tuple[tuple[str, str], ...]) -> tuple[Link, ...]:
    words = {key: re.findall(r"[\w']+", text.casefold()) for key, text in texts}
    runs = {key: frozenset(map(" ".join, zip(each, each[1:], each[2:], strict=False))) for key, each in words.items()}
    often = Counter(run for each in set(runs.values()) for run in each)
    own = {key: frozenset(run for run in each if often[run] <= _MOST_BIDS) for key, each in runs.items()}
    links = []
    for one, other, share in overlaps({k: v for k, v in own.items() if len(v) >= _RUNS}, COPIED, _MOST_BIDS):
        strength = Strength.STRONG if share >= LARGELY_COPIED else Strength.FAIR
        shares = f"{one} and {other} share {round(share * 100)}% of their runs of three words"
        links.append(Link(one, other, strength, f"{shares}, such as “{_longest(words[one], words[other])}”"))
    return tuple(links)


def _longest(one: list[str], other: list[str]) -> str:
    """Return the longest run of words that is in both, cut to a dozen words."""
    match = SequenceMatcher(None, one, other, autojunk=False).find_longest_match()
    return " ".join(one[match.a : match.a + min(match.size, 12)])
