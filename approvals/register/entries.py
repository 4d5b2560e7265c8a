"""The entry of a signed decision in the public register: what is listed, filtered and searched.

Source: its frozen data alone, so that the register finds what was published and not what the rows say now, and beside
them the recipients who were named later.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from approvals.paper import settled
from approvals.paper.settled import Data, Grant, Named
from grants import money

# A value of `bids.models.Tag.Kind`.
THEME = "theme"
_OF_A_GRANT = (
    "reference",
    "title",
    "family",
    "recipient",
    "register",
    "sponsoring_unit",
    "boroughs",
    "purpose",
    "aims",
    "outputs",
    "outcomes",
    "reason",
    "conditions",
    "legal_power",
)
_OF_A_CONTRACT = ("reference", "title", "supplier", "ground", "evidence", "other_grounds", "proposal", "performance")


@dataclass(frozen=True, slots=True)
class Part:
    """A count and its total in pounds."""

    count: int
    total: Decimal


@dataclass(frozen=True, slots=True)
class Settled:
    """The totals of a signed decision, and how many of its items were refused or deferred."""

    decided: Part
    noted: Part
    contracts: Part
    held_back: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A decision in the register. Totals are pounds; `text` is all of its paper that a search looks through.

    `described` holds the references of the grants whose recipients are named after its publication.
    """

    title: str
    decision_by: str
    signed_on: date
    grants: int
    grants_total: Decimal
    contracts: int
    contracts_total: Decimal
    held_back: int
    recipients: list[str]
    themes: list[str]
    text: str
    described: list[str]


def entry(paper: Data, record: Data) -> Entry:
    """Return the register entry of a signed decision."""
    grants, contracts = settled.grants(paper, record), settled.contracts(paper, record)
    totals = outcome(paper, record)
    return Entry(
        title=paper["title"],
        decision_by=record["role"],
        signed_on=settled.day(record["signed_at"]),
        grants=totals.decided.count + totals.noted.count,
        grants_total=totals.decided.total + totals.noted.total,
        contracts=totals.contracts.count,
        contracts_total=totals.contracts.total,
        held_back=totals.held_back,
        recipients=sorted({each.recipient for each in grants} | {each.supplier for each in contracts} - {""}),
        themes=sorted({tag.label for each in grants for tag in each.tags if tag.kind == THEME}),
        text="\n".join(filter(None, _words(paper, record))),
        described=[each.reference for each in grants if each.described and not each.withheld],
    )


@dataclass(frozen=True, slots=True)
class Later:
    """What a search finds of the recipients who were named after a decision was published."""

    recipients: list[str]
    text: str


def later(named: Iterable[Named]) -> Later:
    """Return the names of recipients, each once, and a line of each with its number in a public register."""
    lines = {each.name: " ".join(filter(None, (each.name, each.register))) for each in named}
    return Later(sorted(lines), "\n".join(lines[name] for name in sorted(lines)))


def by_grant(grants: Iterable[Grant], named: Mapping[str, Sequence[Named]]) -> list[tuple[Grant, Sequence[Named]]]:
    """Return the grants of a decision whose recipients were named since, each with those recipients."""
    return [(grant, named[grant.reference]) for grant in grants if grant.reference in named]


def outcome(paper: Data, record: Data) -> Settled:
    """Return the totals of what was decided, noted and held back."""
    grants = settled.grants(paper, record)
    return Settled(
        decided=_part([each.amount for each in grants if each.level == settled.DECIDED]),
        noted=_part([each.amount for each in grants if each.level == settled.DELEGATED]),
        contracts=_part([each.amount for each in settled.contracts(paper, record)]),
        held_back=sum(settled.value_of(item, "answer") not in settled.GRANTED for item in record["items_decided"]),
    )


def _part(amounts: list[Decimal]) -> Part:
    return Part(len(amounts), money.total(amounts))


def _words(paper: Data, record: Data) -> Iterator[str]:
    """Yield every text that the page of a paper shows, in its order; numbers only as part of prose."""
    yield from (paper["reference"], paper["title"], paper["decision_by"], paper["round"]["title"])
    for recommendation in paper["recommendations"]:
        yield recommendation["text"]
    for section in paper["sections"]:
        yield section["heading"]
        for paragraph in section["paragraphs"]:
            yield "".join(piece["text"] for piece in paragraph["pieces"])
    for row in (*paper["appendix_1"], *paper["appendix_2"]):
        yield from (row[name] for name in _OF_A_GRANT)
    for row in paper["contracts"]:
        yield from (row[name] for name in _OF_A_CONTRACT)
    yield from (record["signed_by"], record["role"])
    for item in record["items_decided"]:
        yield from (item["label"], item["answer"], item["conditions"], item["reason"])
