"""Sums of money in a paper, compared with its figures to the rounding that they are written with."""

from decimal import Decimal
from time import process_time

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from approvals.prose import amounts
from approvals.prose.checking import Known, check
from approvals.prose.claims import Group, Member
from approvals.prose.figures import Figure
from approvals.prose.labels import EARLY
from approvals.prose.marking import place, reading
from approvals.prose.matches import Kind, Match, Standing
from grants import money
from tests.approvals.prose.pcd681_figures import FIGURES as PCD681

FIGURES = PCD681 | {
    figure.name: figure
    for figure in (
        Figure("a lot", "One grant", amount=Decimal(49200)),
        Figure("overspend", "Allocation less expenditure", amount=Decimal(-5200)),
    )
}
KNOWN = Known(FIGURES, links={"appendix 1": "appendix-1"})

# The name that a sentence gives a sum

NAMED = Known(
    FIGURES
    | {
        figure.name: figure
        for figure in (
            Figure("underspend", "", amount=Decimal(754005)),
            Figure("expenditure", "", amount=Decimal(4027995)),
            Figure("all staffing", "", amount=Decimal(151361)),
            Figure("safe camp", "Sum of 3 grants", amount=Decimal(147600)),
        )
    },
    payees=[
        Figure("Mutual Gain", "", amount=Decimal(30000)),
        Figure("London Blues", "", amount=Decimal(151361)),
        Figure("Safe Camp", "", amount=Decimal(147600)),
        Figure("Safe Camp", "", amount=Decimal(49200)),
        Figure("Youth Work", "", amount=Decimal(49200)),
        Figure(EARLY, "", amount=Decimal(30000)),
    ],
)


@pytest.mark.parametrize(
    "prose",
    [
        "The underspend is £754,005",
        "The underspend of the round is about £0.75m",
        "Underspend: £754k",
        "Expenditure of £400,000 on contracts",
        "An allocation of £947,234 to youth work",
        "Of the allocation, £754,005 of which is left",
        "The allocation (£4.78m)",
        "Mutual Gain (£30,000)",
        "Safe Camp (£147,600), Safe Camp (£49,200 a lot)",
        "3 grants of £49,200 and contracts of £400,000",
        "Grants come to £1,438,598; grants and the contracts come to £1,838,598",
        "The underspend of £754,005",
        "Of the expenditure, £400,000 goes to contracts",
        "£30,000 to Mutual Gain",
        "£49,200 for Safe Camp and £30,000 for Mutual Gain",
        "£147,600 goes to Safe Camp, £151,361 for London Blues",
        "London Blues receives a grant of £151,361",
        "£947,234 for Mutual Gain, London Blues and others",
        "£947,234 goes to London Blues and ten more",
        "£151,361 for youth work",
        "There is no overspend: £754,005 of the £4,782,000 remains",
        "London Blues has fully spent its £151,361",
        "The allocation has not been spent in full: £754,005 is left",
        "Nothing is left to chance: £30,000 is kept back",
        "Mutual Gain was paid £30,000 before approval",
        "£1,438,598 goes to grants",
        "£754,005 is left, and a grant of £30,000 is left to pay",
        "Staffing costs £151,361",
    ],
)
def test_a_sum_matches_the_figure_that_its_sentence_names(prose: str) -> None:
    assert {match.standing for match in check(f"{prose}.", NAMED) if match.kind is Kind.MONEY} == {Standing.MATCHED}


@pytest.mark.parametrize(
    ("prose", "message"),
    [
        (
            "The underspend is £1,438,598",
            "is the figure “grants”, but the sentence names “underspend”, which is £754,005",
        ),
        (
            "Underspend: £0.40m",
            "is the figure “contracts”, but the sentence names “Underspend”, which is £754,005",
        ),
        (
            "The expenditure comes to £400,000",
            "is the figure “contracts”, but the sentence names “expenditure”, which is £4,027,995",
        ),
        (
            "The allocation was £4.0m",
            "is the figure “expenditure”, but the sentence names “allocation”, which is £4,782,000",
        ),
        (
            "London Blues (£30,000)",
            "is the figure “mutual gain”, but the sentence names “London Blues”, which is £151,361",
        ),
        (
            "The £400,000 underspend is kept",
            "is the figure “contracts”, but the sentence names “underspend”, which is £754,005",
        ),
        (
            "The underspend for 2019/20 will be £400,000",
            "is the figure “contracts”, but the sentence names “underspend”, which is £754,005",
        ),
        (
            "The underspend is {expenditure|exact}",
            "is the figure “expenditure”, but the sentence names “underspend”, which is £754,005",
        ),
        (
            "Grants come to £1.84m",
            "is the figure “grants and contracts together”, but the sentence names “Grants”, which is £1,438,598",
        ),
        (
            "There is an overspend of £754,005",
            "is described as overspent, but £754,005 is left",
        ),
        ("The round is £754,005 over budget", "is described as overspent, but £754,005 is left"),
        ("There is no underspend", "is wrong: the underspend is £754,005"),
        ("The average grant is £49,200", "is described as an average, but is the figure “a lot”"),
        (
            "£151,361 to Mutual Gain",
            "is the figure “london blues”, but the sentence names “Mutual Gain”, which is £30,000",
        ),
        (
            "A grant of £30,000 was paid to the Safe Camp, which runs in summer",
            "is the figure “mutual gain”, but the sentence names “Safe Camp”, which is £147,600",
        ),
        (
            "We gave Mutual Gain a grant of £151,361",
            "is the figure “london blues”, but the sentence names “Mutual Gain”, which is £30,000",
        ),
        (
            "The sum of {allocation} for London Blues",
            "is the figure “allocation”, but the sentence names “London Blues”, which is £151,361",
        ),
        (
            "The total spend is £754,005",
            "is the figure “underspend”, but the sentence names “total spend”, which is £4,027,995",
        ),
        (
            "This leaves £30,000 unspent",
            "is the figure “mutual gain”, but the sentence names “unspent”, which is £754,005",
        ),
        (
            "The allocation agreed by the Mayor was £4,027,995",
            "is the figure “expenditure”, but the sentence names “allocation”, which is £4,782,000",
        ),
        (
            "Staffing costs £30,000",
            "is the figure “mutual gain”, but the sentence names “Staffing”, which is £151,361",
        ),
        (
            "£1.84m goes to grants",
            "is the figure “grants and contracts together”, but the sentence names “grants”, which is £1,438,598",
        ),
        (
            "£400,000 was given as a grant",
            "is the figure “contracts”, but the sentence names “grant”, which is £1,438,598",
        ),
        (
            "London Blues was paid £151,361 before approval",
            "is the figure “london blues”, but the sentence names “before approval”, which is £30,000",
        ),
        ("The allocation is fully spent", "is wrong: the underspend is £754,005"),
        ("The allocation of {allocation} has been spent in full", "is wrong: the underspend is £754,005"),
        (
            "Safe Camp, £30,000",
            "is the figure “mutual gain”, but the sentence names “Safe Camp”, which is £147,600",
        ),
    ],
)
def test_a_sum_of_another_figure_than_the_sentence_names_is_unmatched(prose: str, message: str) -> None:
    (match,) = check(f"{prose}.", NAMED)
    assert (match.standing, match.message) == (Standing.UNMATCHED, message)


def test_each_sum_has_its_place_in_the_text() -> None:
    prose = "Of {grants}, £0.95m\u00a0and 30\u00a0k; £9m."
    for typed in amounts.amounts(prose):
        assert prose[typed.start : typed.end].replace("\u00a0", " ") == typed.text
    assert [typed.text for typed in amounts.amounts(prose)] == ["£0.95m", "£9m"]


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("£4.78m", "allocation"),
        ("£4.782m", "allocation"),
        ("£4.8m", "allocation"),
        ("£5m", "allocation"),
        ("£4,782,000", "allocation"),
        ("£4782000", "allocation"),
        ("£4,782,000.00", "allocation"),
        ("£4,782k", "allocation"),
        ("4,782,000", "allocation"),
        ("£1.44m", "grants"),
        ("£1.4386m", "grants"),
        ("£1.84m", "grants and contracts together"),
        ("£1.8m", "grants and contracts together"),
        ("£0.4m", "contracts"),
        ("£400 thousand", "contracts"),
        ("£0.95m", "grants above"),
        ("£947k", "grants above"),
        ("£0.49m", "grants below"),
        ("£151k", "london blues"),
        ("£30k", "mutual gain"),
        ("£1,234.50", "with pence"),
        ("£1,235", "with pence"),
        ("−£5k", "overspend"),
        ("each of £49,200", "a lot"),
    ],
)
def test_a_sum_matches_a_figure_to_the_rounding_it_is_written_with(typed: str, name: str) -> None:
    (match,) = check(f"It is {typed}, in all.", KNOWN)
    assert (match.standing, match.what) == (Standing.MATCHED, name)


@pytest.mark.parametrize(
    "typed",
    [
        "£4.79m", "£4.77m", "£4.780m", "£4,782,001", "£4,782,000.01", "£4.7m", "£1.43m", "£1.80m", "£0.41m", "£401k",
        "£151.3k", "£31k", "£30,001", "£1,234", "£1234.49", "£83", "£947", "£1.5 billion", "£400 million", "£181,361",
        "5.1 million", "12 pounds", "£5k", "50p", "£0m", "£0k",
    ],
)  # fmt: skip
def test_a_sum_that_equals_no_figure_is_unmatched(typed: str) -> None:
    (match,) = check(f"It is {typed}, in all.", KNOWN)
    assert match.standing == Standing.UNMATCHED and match.message.startswith("matches no figure in this paper")


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("£0.41m", "“contracts” is £400,000, £0.01m less"),
        ("£401k", "“contracts” is £400,000, £1,000 less"),
        ("£31k", "“mutual gain” is £30,000, £1,000 less"),
        # A sum to the pound is compared by its digits alone.
        ("£30,001", ""),
        ("£83", ""),
    ],
)
def test_an_unknown_sum_says_which_figure_is_next_to_it(typed: str, near: str) -> None:
    (match,) = check(f"It is {typed}, in all.", KNOWN)
    assert match.message == f"matches no figure in this paper{f', and {near}' if near else ''}"


def test_a_match_names_its_figure_and_the_rounding() -> None:
    assert [match.message for match in check("£0.95m, £947,234, £1,235 and £5m", KNOWN)] == [
        "is grants above, £947,234, rounded to £10,000.",
        "is grants above, £947,234, exactly.",
        "is with pence, £1,234.50, rounded to £1.",
        "is allocation, £4,782,000, rounded to £1,000,000.",
    ]


def test_a_sum_that_equals_several_figures_names_them() -> None:
    known = Known(FIGURES | {"other": Figure("other", "Another", amount=Decimal(30100))})
    (match,) = check("£30k", known)
    assert match.message == "is mutual gain, £30,000, exactly. It could also be other."


def test_each_sum_of_a_sentence_is_checked_on_its_own() -> None:
    prose = "Of £4.78m, £84m elsewhere, £85m and £9m nowhere; {grants} is put in."
    matches = check(prose, Known(FIGURES, {(prose.casefold(), "£84m"): "Budget 2019/20"}))
    assert [(each.mention.text, each.standing, each.what) for each in matches] == [
        ("£4.78m", Standing.MATCHED, "allocation"),
        ("£84m", Standing.EXTERNAL, "Budget 2019/20"),
        ("£85m", Standing.UNMATCHED, ""),
        ("£9m", Standing.UNMATCHED, ""),
    ]


@given(
    st.decimals(min_value="0.01", max_value=10**9, places=2),
    st.booleans(),
    st.sampled_from(["", "m", "m1", "k", "exact", "text"]),
)
def test_every_way_the_product_writes_a_figure_is_recognised(amount: Decimal, owed: bool, style: str) -> None:
    amount = -amount if owed else amount
    figure = Figure("it", "A sum", amount=amount)
    written = money.pounds(amount) if style == "text" else figure.written(style)
    assume(written.lstrip("−") not in ("£0m", "£0k"))
    (match,) = check(f"It is {written} in all.", Known({"it": figure}))
    assert (match.standing, match.what) == (Standing.MATCHED, "it")


@given(st.text(alphabet="£€ 0123456789.,-–kmbn{}()/%eachovrtyonf\u00a0\n", max_size=120))
def test_no_text_breaks_the_check(prose: str) -> None:
    matches = check(prose, KNOWN)
    for match in matches:
        assert 0 <= match.mention.start < match.mention.end <= len(prose)
        assert place(prose, match.mention)
    reading(prose, matches, KNOWN)


@pytest.mark.parametrize(
    "word",
    [
        "each ",
        "all of the grants that are ",
        "£1 ",
        "1,",
        "a half ",
        "twenty two ",
        "no grant ",
        "2 of the ",
        "9 ",
        "they are above £50,000, ",
        "11 grants, each above £50k ",
        "\ufffc",
        "is 5 ",
        "£1",
        "which are above £50,000, ",
    ],
)
def test_a_long_text_of_one_word_is_checked_quickly(word: str) -> None:
    begun = process_time()
    check("£" + word * (20_000 // len(word)) + "is above £50k", KNOWN)
    assert process_time() - begun < 5


# How a text reads


def read(prose: str) -> list[str]:
    """Return each paragraph as it reads, its mentions in square brackets with their standing."""

    def run(pieces: str, match: Match | None) -> str:
        return f"[{pieces} {match.standing}]" if match else pieces

    return [
        "".join(run("".join(piece.text for piece in each.pieces), each.match) for each in paragraph.runs)
        for paragraph in reading(prose, check(prose, KNOWN), KNOWN)
    ]


def test_a_text_reads_with_its_figures_filled_in_and_its_mentions_marked() -> None:
    prose = "Of {allocation}, £1.44m is for grants.\n\n  \n\nSee {appendix 1}: £9m of 83 bids.\n"
    assert read(prose) == [
        "Of £4.78m, [£1.44m matched] is for grants.",
        "See Appendix 1: [£9m unmatched] of [83 bids matched].",
    ]


def test_of_two_mentions_that_overlap_the_wrong_one_is_marked() -> None:
    known = Known(
        {"n": Figure("number of grants", "", count=2, thing="grants")},
        groups=[Group("grants asked for", "grants", (), [Member("a", Decimal(9000)), Member("b", Decimal(70000))])],
    )
    prose = "The 2 grants are above £50k."
    [paragraph] = reading(prose, check(prose, known), known)
    marked = [(run.match.kind, run.match.standing) for run in paragraph.runs if run.match]
    assert marked == [(Kind.CLAIM, Standing.UNMATCHED)]


def test_a_paragraph_with_an_unknown_reference_is_shown_as_typed_with_the_fault() -> None:
    prose = "Of {nothing}.\n\nOf {grants}."
    first, second = reading(prose, check(prose, KNOWN), KNOWN)
    assert (first.runs[0].pieces[0].text, first.fault) == (
        "Of {nothing}.",
        "There is no figure or part called “nothing”",
    )
    assert (second.fault, second.runs[0].pieces[1].text) == ("", "£1.44m")


def test_a_place_is_described_by_its_paragraph_and_the_words_around_it() -> None:
    prose = "Nothing here.\n\nIn the second year the whole of it comes to £9m, and no more than that is asked for."
    (match,) = check(prose, KNOWN)
    assert match.kind is Kind.MONEY
    assert place(prose, match.mention) == "paragraph 2: “the whole of it comes to £9m, and no more than that is”"
