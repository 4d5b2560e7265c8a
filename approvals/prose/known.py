"""Everything that a text is checked against: figures, sources, sets, payees and parts of the paper. Pure rules."""

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from approvals.prose.amounts import Mention
from approvals.prose.claims import Group, equals
from approvals.prose.counts import sentence
from approvals.prose.elsewhere import Place
from approvals.prose.facts import Facts
from approvals.prose.figures import Figure, Figures
from approvals.prose.identity import is_meant, words_of
from approvals.prose.index import Index
from approvals.prose.labels import Named


@dataclass(frozen=True, slots=True)
class Known:
    """Everything that a text is checked against.

    `figures` are those that every paper keeps in its data, and a sentence can mean them without naming anybody.
    `others` are all further figures of the round; a sentence means one of them only where it says whose it is: see
    `identity.is_meant`.
    `external` gives the source of each figure from elsewhere, by its sentence and its text: see `elsewhere.by_place`. A
    claim whose sentence names no set is about the first of `groups`. `payees` holds a figure for each sum that the name
    of a recipient can mean. `links` gives the anchor of each part of the paper by its name.
    """

    figures: Figures
    external: Mapping[Place, str] = field(default_factory=dict)
    groups: Sequence[Group] = ()
    payees: Sequence[Figure] = ()
    links: Mapping[str, str] = field(default_factory=dict)
    facts: Facts | None = None
    others: Index = field(default_factory=Index)
    named: Named = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "named", Named(tuple(self.figures.values()), self.payees))

    @property
    def by_name(self) -> Figures:
        """Every figure that a text can refer to by its name."""
        return ChainMap(self.figures, self.others)  # type: ignore[arg-type]  # nothing is written through it

    def equal_to(self, mention: Mention, plain: str) -> list[Figure]:
        """Return the figures that a sum in a text can mean, to its rounding: those of the paper first."""
        own = [figure for figure in self.figures.values() if equals(mention, figure)]
        return own + self._meant(self.others.equal_to(mention), mention, plain)

    def counting(self, mention: Mention, plain: str) -> list[Figure]:
        """Return the figures that a count in a text can mean: those of the paper first."""
        own = [figure for figure in self.figures.values() if figure.count is not None and figure.count == mention.value]
        return own + self._meant(self.others.counting(mention), mention, plain)

    def sharing(self, mention: Mention, whole: str, plain: str) -> list[Figure]:
        """Return the shares of a whole that a percentage in a text can mean, to its rounding."""
        value = mention.value or Decimal(0)
        half = Decimal(1).scaleb(int(value.as_tuple().exponent)) / 2
        near = self.others.sharing(value - half, value + half)
        return self._meant([each for each in near if each.share and each.share.of.endswith(whole)], mention, plain)

    @staticmethod
    def _meant(figures: Sequence[Figure], mention: Mention, plain: str) -> list[Figure]:
        if not figures:
            return []
        begins, ends = sentence(plain, mention.start)
        words, behind = words_of(plain[begins:ends]), words_of(plain[mention.end : ends])
        return [figure for figure in figures if figure.identity is None or is_meant(figure.identity, words, behind)]
