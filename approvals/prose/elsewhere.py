"""Sources of figures that the register does not hold. Each belongs to the one sentence in which it was set. Pure rules.

A source excuses a figure that the service knows nothing of. It excuses no sum that is malformed, and none that a grant,
a recipient or another figure of the same sentence contradicts.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from approvals.prose.amounts import level
from approvals.prose.counts import sentence

Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure comes from: the figure as typed, the sentence in which it stands, and the source in words."""

    figure: str
    sentence: str
    source: str

    @property
    def place(self) -> Place:
        return _folded(self.sentence), _folded(self.figure)

    def as_json(self) -> dict[str, str]:
        return {"figure": self.figure, "sentence": self.sentence, "source": self.source}


def read(stored: Iterable[Mapping[str, str]]) -> list[Source]:
    """Return the sources that a section has stored."""
    return [Source(each["figure"], each["sentence"], each["source"]) for each in stored]


def by_place(sources: Iterable[Source]) -> dict[Place, str]:
    """Return each source by its sentence and figure, as the check of a text looks it up."""
    return {each.place: each.source for each in sources}


def sentence_around(prose: str, at: int) -> str:
    """Return the sentence around a place, on one line."""
    begins, ends = sentence(prose, at)
    return " ".join(level(prose[begins:ends]).split())


def place_of(prose: str, text: str, at: int) -> Place:
    """Return the sentence and the figure by which the source of a mention is kept."""
    return _folded(sentence_around(prose, at)), _folded(text)


def digest(place: Place) -> str:
    """Return a short name of a place, by which a form asks for its source."""
    return f"source-{sha256('|'.join(place).encode()).hexdigest()[:12]}"


def still_there(prose: str, sources: Iterable[Source]) -> list[Source]:
    """Return the sources whose sentence is still in the text."""
    sentences = set(_sentences(prose))
    return [each for each in sources if each.place[0] in sentences]


def earlier_source(prose: str, figure: str, sources: Sequence[Source]) -> str:
    """Return the source that a figure had in a sentence that was changed since; empty where it had none."""
    sentences = set(_sentences(prose))
    gone = [each for each in sources if each.place[0] not in sentences and each.place[1] == _folded(figure)]
    return gone[-1].source if gone else ""


def _sentences(prose: str) -> Iterator[str]:
    at = 0
    while at < len(prose):
        begins, ends = sentence(prose, at)
        yield _folded(prose[begins:ends])
        at = max(ends, at + 1)


def _folded(text: str) -> str:
    return " ".join(level(text).split()).casefold()
