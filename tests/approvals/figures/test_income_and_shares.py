"""Income and shares are figures by name, and sentences with them need no source."""

import re
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given

from approvals.figures import listing
from approvals.figures.of_shares import wholes_of
from approvals.prose.checking import Standing, check
from approvals.prose.facts import Entry, Facts
from approvals.prose.figures import Share
from approvals.prose.known import Known
from approvals.prose.vocabulary import Kind
from approvals.reconciliation.facts import Income, Position
from grants.years import Slot
from tests.approvals.positions import BIG, GOOD, OTHER, SMALL, amounts, positions

D = Decimal
FIRST, SECOND = Slot("2026/27"), Slot("2027/28")
GRIP = Income("INC-1", "Harbour Ministry", "Patrol fund", D("120000.00"), years=((FIRST, D(90000)), (SECOND, D(30000))))
MORE = Income("INC-2", "Harbour Ministry", "Patrol uplift", D("6000.00"), uplifts="INC-1", years=((FIRST, D(6000)),))
LEVY = Income("INC-3", "Quay Levy Board", "Levy of 2026", D("14000.00"), years=((SECOND, D(14000)),))
ROUND = replace(
    GOOD,
    allocation=D(200000),
    years=((FIRST, D(110000)), (SECOND, D(90000))),
    income=(GRIP, MORE, LEVY),
    grants=(
        replace(BIG, label="Youth boxing", recipient="Corner Club", asked_for=D(61000)),
        replace(SMALL, label="Night buses", recipient="Last Bus", asked_for=SMALL.amount),
        replace(OTHER, label="Helpline", asked_for=OTHER.amount),
    ),
)
FIGURES = listing.of_position(ROUND)
FACTS = Facts(
    entries=[
        Entry(
            Kind.INCOME,
            (each.grantor, each.agreement),
            each.amount,
            each.amount,
            by_year={slot.year: part for slot, part in each.years},
        )
        for each in ROUND.income
    ],
    allocation=ROUND.allocation,
    allocation_by_year={slot.year: part for slot, part in ROUND.years},
    years=["2026/27", "2027/28"],
)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("income", "£140,000"),
        ("own budget", "£60,000"),
        ("own budget in 2026/27", "£14,000"),
        ("income harbour ministry", "£126,000"),
        ("income harbour ministry in 2026/27", "£96,000"),
        ("income harbour ministry, patrol fund", "£120,000"),
        ("income harbour ministry, patrol fund in 2027/28", "£30,000"),
        ("uplift patrol uplift to", "£126,000"),
        ("share of income quay levy board in the allocation", "7.0%"),
        ("share of income harbour ministry in the allocation", "63.0%"),
        ("share of grant b-1 in the allocation", "30.0%"),
        ("share of grant b-1 in all grants", "60.0%"),
        ("share of recipient corner club in all grants", "60.0%"),
        ("share of theme less violence in all grants", "100.0%"),
        ("share of borough greenwich in the allocation", "30.0%"),
    ],
)
def test_it_is_a_figure_by_name(name: str, written: str) -> None:
    assert FIGURES[name].exact == written


@pytest.mark.parametrize(
    ("sentence", "wrong"),
    [
        ("The Harbour Ministry gives £126,000.", "£162,000"),
        ("The Quay Levy Board pays £14,000 towards the work.", "£41,000"),
        ("Of the money of the Harbour Ministry £96,000 is for 2026/27.", "£69,000"),
        ("Under the Patrol fund £30,000 arrives in 2027/28.", "£3,000"),
        ("The levy of 2026 brings £14,000.", "£15,000"),
        ("Our own budget is £60,000.", "£66,000"),
        ("The Quay Levy Board provides 7% of the allocation.", "17%"),
        ("Corner Club has 30% of the allocation.", "33%"),
        ("Youth boxing takes 60% of the grants.", "64%"),
    ],
)
def test_a_sentence_about_it_needs_no_source(sentence: str, wrong: str) -> None:
    # A percentage is of a figure that every paper has, and the facts alone would judge it too.
    of_every_paper = {name: FIGURES[name] for name in ("allocation", "grants")} if "%" in sentence else {}
    known = Known(of_every_paper, others=FIGURES, facts=None if "%" in sentence else FACTS)
    matches = check(sentence, known)
    assert {match.standing for match in matches} == {Standing.MATCHED}, matches
    false = re.sub(r"£[\d,]+|\d+%", wrong, sentence)
    assert Standing.UNMATCHED in {each.standing for each in check(false, known)}


@given(positions())
def test_each_grant_has_its_share_and_none_is_above_the_whole(position: Position) -> None:
    wholes = wholes_of(position)
    figures = listing.of_position(position)
    shares = {name: figures[name].share for name in figures if name.startswith("share of ")}
    assert all(share and share.whole == wholes[share.of] and share.percent <= 100 for share in shares.values())
    for grant in position.grants if wholes["all grants"] else ():
        own = shares[f"share of grant {grant.bid.casefold()} in all grants"]
        assert own and own.whole == sum(each.amount for each in position.grants)


@given(amounts, amounts)
def test_a_share_is_written_with_one_decimal(part: Decimal, whole: Decimal) -> None:
    share = Share(part, part + whole, "the allocation")
    assert abs(D(str(share).removesuffix("%")) - share.percent) <= D("0.05")
