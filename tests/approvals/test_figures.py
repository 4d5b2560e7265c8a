"""Figures in prose: put in by name, or typed and then checked."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.figures import Claim, Figure, Piece, Standing, UnknownFigure, externals, fill, match, who_breaks
from grants import money

FIGURES = {
    figure.name: figure
    for figure in (
        Figure("allocation", "The allocation", amount=Decimal(4782000)),
        Figure("grants", "Sum of 39 grants", amount=Decimal(1438598)),
        Figure("grants and contracts together", "Both", amount=Decimal(1838598)),
        Figure("contracts", "Contracts", amount=Decimal(400000)),
        Figure("grants above", "Sum of 11", amount=Decimal(947234)),
        Figure("grants below", "Sum of 28", amount=Decimal(491364)),
        Figure("london blues", "One grant", amount=Decimal(151361)),
        Figure("mutual gain", "One grant", amount=Decimal(30000)),
        Figure("with pence", "One grant", amount=Decimal("1234.50")),
        Figure("bids received", "All bids", count=83),
    )
}
LINKS = {"appendix 1": "appendix-1", "table 3": "table-3"}


def text(prose: str) -> str:
    return "".join(piece.text for piece in fill(prose, FIGURES, LINKS))


@pytest.mark.parametrize(
    ("prose", "filled"),
    [
        ("{allocation}", "£4.78m"),
        ("{grants}", "£1.44m"),
        ("{contracts}", "£0.4m"),
        ("{grants and contracts together}", "£1.84m"),
        ("{grants and contracts together|m1}", "£1.8m"),
        ("{grants above}", "£0.95m"),
        ("{grants below}", "£0.49m"),
        ("{london blues|k}", "£151k"),
        ("{mutual gain}", "£30k"),
        ("{contracts|exact}", "£400,000"),
        ("{with pence|exact}", "£1,234.50"),
        ("{bids received}", "83"),
        ("{ Allocation }", "£4.78m"),
        ("Of {bids received} bids, {grants}.", "Of 83 bids, £1.44m."),
        ("See {appendix 1} and {table 3}.", "See Appendix 1 and Table 3."),
        ("Nothing to fill", "Nothing to fill"),
        ("", ""),
    ],
)
def test_a_reference_becomes_its_figure(prose: str, filled: str) -> None:
    assert text(prose) == filled


def test_a_filled_figure_keeps_its_exact_sum_and_where_it_comes_from() -> None:
    assert fill("Of {grants}.", FIGURES) == [
        Piece("Of "),
        Piece("£1.44m", figure="grants", exact="£1,438,598", source="Sum of 39 grants"),
        Piece("."),
    ]


def test_a_link_leads_to_its_part() -> None:
    assert fill("{appendix 1}", FIGURES, LINKS) == [Piece("Appendix 1", link="appendix-1")]


@pytest.mark.parametrize(
    ("prose", "said"),
    [
        ("{nothing}", "no figure or part called “nothing”"),
        ("{grant}", "no figure or part called “grant”"),
        ("{appendix 2}", "no figure or part called “appendix 2”"),
        ("{grants|pounds}", "“pounds” is no way to write a figure"),
        ("{grants} and {Old Total}", "no figure or part called “Old Total”"),
    ],
)
def test_a_reference_to_nothing_is_refused_by_name(prose: str, said: str) -> None:
    with pytest.raises(UnknownFigure, match=said):
        text(prose)


def test_a_link_without_links_is_refused() -> None:
    with pytest.raises(UnknownFigure, match="appendix 1"):
        fill("{appendix 1}", FIGURES)


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
        ("£4.78 million", "allocation"),
        ("4.78 million", "allocation"),
        ("£ 4.78M", "allocation"),
        ("£1.44m", "grants"),
        ("£1.4386m", "grants"),
        ("£1.84m", "grants and contracts together"),
        ("£1.8m", "grants and contracts together"),
        ("£0.4m", "contracts"),
        ("£400k", "contracts"),
        ("£400 thousand", "contracts"),
        ("400,000 pounds", "contracts"),
        ("£0.95m", "grants above"),
        ("£947k", "grants above"),
        ("£0.49m", "grants below"),
        ("£151k", "london blues"),
        ("£151,361", "london blues"),
        ("£30k", "mutual gain"),
        ("£30,000", "mutual gain"),
        ("£1,234.50", "with pence"),
        ("£1,235", "with pence"),
    ],
)
def test_a_typed_figure_stands_for_a_computed_one_to_its_own_rounding(typed: str, name: str) -> None:
    (found,) = match(f"It is {typed}, in all.", FIGURES)
    assert (found.standing, found.what) == (Standing.MATCHED, name)


@pytest.mark.parametrize(
    "typed",
    [
        "£4.79m",
        "£4.77m",
        "£4.780m",
        "£4,782,001",
        "£4,782,000.01",
        "£4.7m",
        "£1.43m",
        "£1.80m",
        "£0.41m",
        "£401k",
        "£151.3k",
        "£31k",
        "£30,001",
        "£1,234",
        "£1234.49",
        "£83",
        "£947",
        "£1.5 billion",
        "£400 million",
        "£181,361",
        "5.1 million",
        "12 pounds",
    ],
)
def test_a_typed_figure_that_stands_for_none_is_unmatched(typed: str) -> None:
    (found,) = match(f"It is {typed}, in all.", FIGURES)
    assert (found.standing, found.what) == (Standing.UNMATCHED, "")


@pytest.mark.parametrize("typed", ["£1000,000", "£4,78m", "£400,00", "£4,7820,00"])
def test_a_misplaced_comma_makes_no_figure(typed: str) -> None:
    (found,) = match(typed, FIGURES)
    assert (found.standing, found.typed.value) == (Standing.UNMATCHED, None)


@pytest.mark.parametrize(
    "prose", ["83 bids, 11 grants", "Scheme 4.8 and 4.13", "in 2019/20", "{grants|k} of {allocation}", "400,000", ""]
)
def test_what_is_no_sum_of_pounds_is_not_a_typed_figure(prose: str) -> None:
    assert match(prose, FIGURES) == []


def test_each_figure_of_a_sentence_is_judged_for_itself() -> None:
    found = match("Of £4.78m, £84m elsewhere and £9m nowhere; {grants} is put in.", FIGURES, {"£84m": "Budget 2019/20"})
    assert [(each.typed.text, each.standing, each.what) for each in found] == [
        ("£4.78m", Standing.MATCHED, "allocation"),
        ("£84m", Standing.EXTERNAL, "Budget 2019/20"),
        ("£9m", Standing.UNMATCHED, ""),
    ]


def test_a_figure_from_elsewhere_counts_only_as_it_is_written() -> None:
    external = {"£84m": "Budget 2019/20"}
    assert [each.standing for each in match("£84m and £85m", FIGURES, external)] == [
        Standing.EXTERNAL,
        Standing.UNMATCHED,
    ]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("£84m: Budget 2019/20", {"£84m": "Budget 2019/20"}),
        ("£84m: Budget: page 3\n\n £2m :Plan ", {"£84m": "Budget: page 3", "£2m": "Plan"}),
        ("£84m", {}),
        ("£84m:", {}),
        (": Budget", {}),
        ("", {}),
    ],
)
def test_sources_are_read_one_a_line(lines: str, found: dict[str, str]) -> None:
    assert externals(lines) == found


@given(st.decimals(min_value="1000", max_value=10**9, places=2), st.sampled_from(["", "m", "m1", "k", "exact"]))
def test_what_the_product_writes_it_also_recognises(amount: Decimal, style: str) -> None:
    figure = Figure("it", "A sum", amount=amount)
    written = figure.written(style)
    if style in ("m", "m1") and money.in_prose(amount, style) == "£0m":
        return
    (found,) = match(written, {"it": figure})
    # Closing zeros are dropped in prose, and with them the precision that they claimed.
    assert found.typed.value is not None
    assert abs(found.typed.value - amount) <= found.typed.step / 2


@pytest.mark.parametrize(
    ("above", "breaks"),
    [(True, ["lot 1", "lot 2"]), (False, ["whole", "limit"])],
)
def test_a_claim_on_a_set_is_checked_against_each_member(above: bool, breaks: list[str]) -> None:
    members = [
        ("whole", Decimal(70000)),
        ("lot 1", Decimal(49200)),
        ("limit", Decimal(50000)),
        ("lot 2", Decimal("49999.99")),
    ]
    assert who_breaks(Claim(above, Decimal(50000)), members) == breaks
