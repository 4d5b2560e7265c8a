"""Sums of money as somebody types them: which are read, which are unmatched, and which numbers are no money."""

from decimal import Decimal

import pytest

from approvals.prose import amounts
from approvals.prose.checking import Known, check
from approvals.prose.matches import Standing
from tests.approvals.prose.pcd681_figures import FIGURES

PENNY, POUND, THOUSAND, TEN_THOUSAND = Decimal("0.01"), Decimal(1), Decimal(1000), Decimal(10000)

# The typed text, its value in pounds, and what it is rounded to.
SPELLINGS = [
    ("£0.95m", 950000, 10000),
    ("£0.95 million", 950000, 10000),
    ("£0.95\u00a0million", 950000, 10000),
    ("£.95m", 950000, 10000),
    ("£950k", 950000, 1000),
    ("£950K", 950000, 1000),
    ("£950 k", 950000, 1000),
    ("£950 thousand", 950000, 1000),
    ("£950,000", 950000, 1),
    ("£ 950,000", 950000, 1),
    ("£950000", 950000, 1),
    ("£950,000.00", 950000, "0.01"),
    ("£950,000.50", "950000.50", "0.01"),
    ("950,000", 950000, 1),
    ("950,000 pounds", 950000, 1),
    ("950,000-pound", 950000, 1),
    ("950 pounds", 950, 1),
    ("950,000 GBP", 950000, 1),
    ("GBP 950,000", 950000, 1),
    ("GBP950k", 950000, 1000),
    ("0.95 million", 950000, 10000),
    ("0.95 million pounds", 950000, 10000),
    ("0.95m", 950000, 10000),
    ("950k", 950000, 1000),
    ("£4.78M", 4780000, 10000),
    ("£4.78mn", 4780000, 10000),
    ("£1.2bn", 1200000000, 100000000),
    ("£1.2 billion", 1200000000, 100000000),
    ("£49,999.99", "49999.99", "0.01"),
    ("£49,200", 49200, 1),
    ("50p", "0.50", "0.01"),
    ("-£5,000", -5000, 1),
    ("−£5k", -5000, 1000),
    ("£-5,000", -5000, 1),
    ("£  950,000", 950000, 1),
    ("950 grand", 950000, 1000),
    ("400 quid", 400, 1),
    ("12345.00", "12345.00", "0.01"),
]


@pytest.mark.parametrize(("typed", "pounds", "step"), SPELLINGS)
def test_a_sum_is_read_however_it_is_spelt(typed: str, pounds: int | str, step: int | str) -> None:
    (match,) = amounts.amounts(f"In all {typed}, for the year.")
    assert (match.value, match.step, match.why) == (Decimal(pounds), Decimal(step), "")
    assert match.text == typed.replace("\u00a0", " ")


# The typed text, and why it has no value.
REFUSED = [
    ("£1000,000", amounts.COMMA),
    ("1000,000", amounts.COMMA),
    ("£4,78m", amounts.COMMA),
    ("£400,00", amounts.COMMA),
    ("£4,7820,00", amounts.COMMA),
    ("£ 950 000", amounts.SPACES),
    ("£950\u00a0000", amounts.SPACES),
    ("£1.000.000", amounts.TWO_WAYS),
    ("£1.200,50", amounts.TWO_WAYS),
    ("£1.200", amounts.TWO_WAYS),
    ("half a million", amounts.IN_WORDS),
    ("a quarter of a million", amounts.IN_WORDS),
    ("a million pounds", amounts.IN_WORDS),
    ("two million", amounts.IN_WORDS),
    ("fifty thousand pounds", amounts.IN_WORDS),
    ("nine hundred and fifty thousand pounds", amounts.IN_WORDS),
    ("fifty pounds", amounts.IN_WORDS),
    ("hundreds of thousands of pounds", amounts.IN_WORDS),
    ("£½m", amounts.FRACTION),
    ("½m", amounts.FRACTION),
    ("£1½m", amounts.FRACTION),
    ("£1/2m", amounts.FRACTION),
    ("£5½", amounts.FRACTION),
    ("1,2m", amounts.COMMA),
    ("£950\u200b000", amounts.SPACES),
    ("€50,000", amounts.FOREIGN),
    ("$1.2m", amounts.FOREIGN),
    ("£" + "9" * 40, amounts.TOO_LONG),
]


@pytest.mark.parametrize(("typed", "why"), REFUSED)
def test_a_sum_in_words_or_readable_in_two_ways_is_unmatched(typed: str, why: str) -> None:
    (match,) = check(f"It cost nearly {typed}, in all.", Known(FIGURES))
    assert (match.mention.value, match.standing, match.message) == (None, Standing.UNMATCHED, why)


@pytest.mark.parametrize(
    ("typed", "ends"),
    [
        ("£30k to £50k", [30000, 50000]),
        ("£30k-£50k", [30000, 50000]),
        ("£30k–£50k", [30000, 50000]),
        ("£30–50k", [30000, 50000]),
        ("£30-50k", [30000, 50000]),
        ("£30 to £50k", [30000, 50000]),
        ("£30 to 50k", [30000, 50000]),
        ("£30,000-50,000", [30000, 50000]),
        ("between £30,000 and £50,000", [30000, 50000]),
        ("£1.2 to £1.5m", [1200000, 1500000]),
        ("£400,000 to £1m", [400000, 1000000]),
        ("£70,000 to 3 projects", [70000]),
        ("£947,234 - 11 grants", [947234]),
    ],
)
def test_both_ends_of_a_range_are_sums_and_share_their_unit(typed: str, ends: list[int]) -> None:
    assert [match.value for match in amounts.amounts(f"Each is {typed}.")] == ends


@pytest.mark.parametrize(
    "prose",
    [
        "83 people came",
        "Scheme 4.8 and 4.13",
        "paragraph 2(b) of regulation 32(2)(b)(ii)",
        "in 2019/20, or 2019-20",
        "on 22 November 2026 at 10.30 or 10:42",
        "50% of them, or 12.5 per cent",
        "call 020 7946 0000",
        "a population of 329,000; offences rose from 14,695 to 15,023",
        "about 5,000 walkers a week and 1,250 young people",
        "between 5,000 and 6,000 people",
        "1.2 million people and half a million Londoners",
        "a thousand young people, two million visitors",
        "within 300m of each venue",
        "1,200 of them",
        "section 143 of the Act of 2014",
        "{grants|k} of {allocation}",
        "",
    ],
)
def test_a_number_that_is_not_money_is_ignored(prose: str) -> None:
    assert amounts.amounts(prose) == []


@pytest.mark.parametrize(
    "prose",
    [
        "Expenditure: 950000",
        "the total of 950000",
        "Underspend = 950000.00",
        "950,000/year",
        "950,000 p.a.",
        "950,000 annually",
        "950,000 lies idle",
    ],
)
def test_a_sum_without_a_pound_sign_is_recognised_by_its_context(prose: str) -> None:
    (match,) = amounts.amounts(f"{prose} for us.")
    assert match.value == Decimal(950000)
