"""The list of a round's figures: whose each is, and which sentence can mean it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from approvals.figures import listing
from approvals.prose.amounts import Mention
from approvals.prose.checking import Standing, check
from approvals.prose.figures import Figure
from approvals.prose.index import Entry, Index
from approvals.prose.known import Known
from approvals.reconciliation.facts import Contract, Grant, Position
from grants.years import Slot
from tests.approvals.positions import BIG, CONTRACT, GOOD, OTHER, SMALL

D = Decimal
FIRST, SECOND = Slot("2026/27"), Slot("2027/28")


def two_years(thing: Grant | Contract, first: str) -> dict[str, object]:
    return {"years": ((FIRST, D(first)), (SECOND, thing.amount - D(first)))}


YEARS = replace(
    GOOD,
    years=((FIRST, D(100000)), (SECOND, D(100000))),
    contracts=(replace(CONTRACT, years=((FIRST, CONTRACT.amount),)),),
    bids=(replace(GOOD.bids[0], label="Youth boxing", recipient="Corner Club"), *GOOD.bids[1:]),
    grants=(
        replace(BIG, label="Youth boxing", recipient="Corner Club", asked_for=D(61000), **two_years(BIG, "45000")),
        replace(SMALL, label="Night buses", recipient="Last Bus", asked_for=SMALL.amount, **two_years(SMALL, "20000")),
        replace(OTHER, label="Helpline", former=D(25000), asked_for=OTHER.amount, **two_years(OTHER, "5000.50")),
    ),
)


def standing(sentence: str, position: Position = YEARS) -> Standing:
    matches = check(sentence, Known({}, others=listing.of_position(position)))
    assert matches, "nothing was read"
    return max((match.standing for match in matches), key=lambda each: each is Standing.UNMATCHED)


def test_each_figure_is_computed_from_the_position() -> None:
    figures = listing.of_position(YEARS)
    amounts = {
        "bid b-1 asked": D(61000),
        "bid b-1 cut": D(1000),
        "grant b-1 in 2026/27": D(45000),
        "grant b-1 in 2027/28": D(15000),
        "grant b-1 paid": D(1000),
        "grant b-1 left to pay": D(59000),
        "grant b-3 before": D(25000),
        "change of grant b-3": D("4999.50"),
        "grants average": D("33333.67"),
        "grants median": D("20000.50"),
        "grants in 2026/27": D("70000.50"),
        "allocation each year": D(100000),
        "bids asked": D(61000) + 2 * D("20000.50") + D(9000) + D(7000),
        "bids rejected asked": D(7000),
        "bids asked largest": D(61000),
        "theme less violence": D(60000) + 2 * D("20000.50"),
        "borough greenwich": D(60000),
        "paid": D("21000.50"),
        "unpaid": D(79000) + D("0.50"),
        "contract events as it runs in 2027/28": D(25000),
        "line posts": D(30000),
    }
    assert {name: figures[name].amount for name in amounts} == amounts
    counts = {"number of grants: theme more confidence": 1, "number of grants cut: grants": 1}
    assert {name: figures[name].count for name in counts} == counts


def test_a_figure_without_years_has_none() -> None:
    names = [name for name in listing.of_position(GOOD) if " in 20" in name]
    assert names and all(name.startswith(("contract", "number: contract", "paid in")) for name in names)


@pytest.mark.parametrize(
    "sentence",
    [
        "Corner Club asked for £61,000.",
        "The bid of the Corner Club was cut by £1,000.",
        "Youth boxing receives £45,000 in 2026/27.",
        "In the second year £15,000 goes to youth boxing.",
        "Corner Club has been paid £1,000.",
        "£59,000 is still to be paid to the Corner Club.",
        "The helpline was given £25,000 before.",
        "A grant is £33,333.67 on average.",
        "The allocation is £100,000 in each year.",
        "The rejected bids asked for £7,000.",
        "Greenwich sees £60,000 of it.",
        "£21,000.50 has been paid so far.",
    ],
)
def test_a_sentence_that_says_whose_a_figure_is_needs_no_source(sentence: str) -> None:
    assert standing(sentence) is Standing.MATCHED


@pytest.mark.parametrize(
    "sentence",
    [
        "Last Bus asked for £61,000.",
        "Corner Club receives £61,000.",
        "Corner Club receives £1,000.",
        "Youth boxing receives £45,000 in 2027/28.",
        "In the second year £45,000 goes to youth boxing.",
        "Night buses receive £15,000 in 2027/28.",
        "£59,000 is still to be paid to Last Bus.",
        "A grant is £33,333.67.",
        "The largest grant is £20,000.50 on average.",
        "The grant for night buses was £25,000 before.",
        "Westminster asked for £7,000.",
    ],
)
def test_a_figure_of_another_owner_measure_or_year_is_not_meant(sentence: str) -> None:
    assert standing(sentence) is Standing.UNMATCHED


def test_a_sum_is_found_to_the_rounding_that_it_is_written_with() -> None:
    figures = listing.of_position(YEARS)

    def names_of(value: str, step: str) -> set[str]:
        mention = Mention("", 0, 0, D(value), D(step))
        return {figure.name for figure in figures.equal_to(mention)}

    assert "bid b-1 asked" in names_of("61000", "1") & names_of("60000", "10000") & names_of("100000", "100000")
    assert "bid b-1 asked" not in names_of("61000.01", "0.01") | names_of("62000", "1000") | names_of("0", "1000000")
    assert "grants average" in names_of("33334", "1")


def test_a_figure_is_made_when_it_is_looked_up() -> None:
    figures = listing.of_position(YEARS)
    assert figures["bid b-1 asked"] is figures["bid b-1 asked"]
    assert len(figures) == len(list(figures)) > 100
    assert "nothing" not in figures
    with pytest.raises(KeyError):
        figures["nothing"]


def test_nothing_is_listed_before_somebody_asks() -> None:
    def refuse() -> Iterator[Entry]:
        raise AssertionError("listed")
        yield

    figure = Figure("allocation", "The allocation", amount=D(200000))
    known = Known({"allocation": figure}, others=Index(refuse()))
    assert check("{allocation} is there for crime prevention.", known) == []
    assert known.by_name["allocation"] is figure
    with pytest.raises(AssertionError, match="listed"):
        check("Corner Club asked for £61,000.", known)
