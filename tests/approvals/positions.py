"""Positions of rounds for tests: one that adds up, and strategies of Hypothesis for any other."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from approvals.enums import Level
from approvals.reconciliation.facts import BidEntry, Contract, Grant, Line, Outcome, Payment, Position
from grants import money

D = Decimal
THEMES = (("violence", "Less violence"), ("confidence", "More confidence"))
BOROUGHS = (("e09000033", "Westminster"), ("e09000011", "Greenwich"))
BIG = Grant(
    "AWD-1",
    "B-1",
    "Big",
    D(60000),
    D(60000),
    Level.DMPC,
    Level.DMPC,
    recipient="Mutual Aid",
    asked=True,
    paid=D(1000),
    paid_early=D(1000),
    early_reason="It could not wait.",
    payments=(Payment("PAY-1", D(1000), date(2026, 5, 3), early=True),),
    themes=THEMES,
    priorities=(("children", "Children"),),
    boroughs=BOROUGHS,
    starts_on=date(2026, 4, 1),
    ends_on=date(2027, 3, 31),
)
SMALL = Grant(
    "AWD-2",
    "B-2",
    "Small",
    D("20000.50"),
    D("20000.50"),
    Level.DELEGATED,
    Level.DELEGATED,
    approved=D("20000.50"),
    approved_level=Level.DELEGATED,
    recipient="Mutual Aid",
    paid=D("20000.50"),
    payments=(
        Payment("PAY-2", D("20000.00"), date(2026, 6, 1)),
        Payment("PAY-3", D("0.50"), date(2026, 7, 1)),
    ),
    themes=THEMES[:1],
    starts_on=date(2027, 3, 31),
    ends_on=date(2027, 4, 1),
)
OTHER = replace(SMALL, reference="AWD-3", bid="B-3", label="Other", recipient="Somebody Else", paid=D(0), payments=())
CONTRACT = Contract(
    "STA-1",
    "Events",
    D(40000),
    (("2026/27", D(15000)), ("2027/28", D(25000))),
    charged_to="2026/27",
    supplier="Digital Centre",
    asked=True,
)
GOOD = Position(
    "round-1",
    D(200000),
    (Line("LINE-1", "Posts", D(30000)), Line("LINE-2", "Internal", D(10000), holds_internal=True)),
    (CONTRACT,),
    (BIG, SMALL, OTHER),
    (
        BidEntry("B-1", D(61000), (Outcome.DMPC,), D(61000), D(60000), label="Big", address="BID-1"),
        BidEntry(
            "B-2", D("20000.50"), (Outcome.DELEGATED,), D("20000.50"), D("20000.50"), label="Small", address="BID-2"
        ),
        BidEntry(
            "B-3", D("20000.50"), (Outcome.DELEGATED,), D("20000.50"), D("20000.50"), label="Other", address="BID-3"
        ),
        BidEntry("B-4", D(9000), (Outcome.INTERNAL,), D(9000), D(8000), label="Inside", address="BID-4"),
        BidEntry("B-5", D(7000), (Outcome.REJECTED,), D(7000), label="No", address="BID-5"),
    ),
)

amounts = st.decimals(min_value="0.01", max_value=10**7, places=2)
_days = st.dates(date(2019, 4, 1), date(2029, 3, 31))
_years = st.sampled_from(["2025/26", "2026/27", "2027/28"])


def _several(choices: tuple[Any, ...]) -> st.SearchStrategy[Any]:
    return st.lists(st.sampled_from(choices), unique=True, max_size=len(choices))


@st.composite
def grants(draw: st.DrawFn) -> Grant:
    amount = draw(amounts)
    paid = [
        Payment(f"PAY-{i}", each, draw(_days), draw(st.booleans()))
        for i, each in enumerate(draw(st.lists(amounts, max_size=3)))
    ]
    return replace(
        BIG,
        amount=amount,
        route=draw(st.sampled_from([*Level, None])),
        approved=draw(st.one_of(st.none(), amounts)),
        asked=draw(st.booleans()),
        paid=money.total([each.amount for each in paid]),
        paid_early=money.total([each.amount for each in paid if each.early]),
        payments=tuple(paid),
        recipient=draw(st.sampled_from(["", "A & B", "A B", "Aide"]) | st.text(max_size=8)),
        themes=draw(_several(THEMES)),
        boroughs=draw(_several(BOROUGHS)),
        starts_on=draw(st.one_of(st.none(), _days)),
        ends_on=draw(_days),
    )


@st.composite
def positions(draw: st.DrawFn) -> Position:
    """A round of any shape, whether or not it adds up."""
    bids = [
        BidEntry(f"B-{i}", amount, tuple(draw(_several(tuple(Outcome)))), amount, draw(amounts), address=f"BID-{i}")
        for i, amount in enumerate(draw(st.lists(amounts, max_size=12)))
    ]
    contracts = [
        replace(
            CONTRACT,
            reference=f"STA-{i}",
            amount=money.total(years),
            charged_to=draw(_years),
            profile=[(draw(_years), each) for each in years],
        )
        for i, years in enumerate(draw(st.lists(st.lists(amounts, min_size=1, max_size=3), max_size=3)))
    ]
    lines = [Line(f"LINE-{i}", f"Line {i}", each) for i, each in enumerate(draw(st.lists(amounts, max_size=4)))]
    drawn = draw(st.lists(grants(), max_size=20))
    numbered = [replace(grant, reference=f"AWD-{i}", bid=f"B-{i}") for i, grant in enumerate(drawn)]
    return Position("r", draw(amounts), lines, contracts, numbered, bids)
