"""Counts in a text: grants, bids, projects, recipients and rows are five different counts."""

import pytest

from approvals.prose.checking import Known, check
from approvals.prose.figures import Figure
from approvals.prose.matches import Kind, Standing

# The counts of PCD 681: 83 bids, 39 grants of which 11 and 28, in 34 projects, 6 rows of its Table 2.
FIGURES = {
    figure.name: figure
    for figure in (
        Figure("bids received", "", count=83, thing="bids"),
        Figure("bids rejected", "", count=30, thing="bids"),
        Figure("bids given a grant", "", count=37, thing="bids"),
        Figure("bids internal", "", count=13, thing="bids"),
        Figure("number of grants", "", count=39, thing="grants"),
        Figure("number of grants above", "", count=11, thing="grants"),
        Figure("number of grants below", "", count=28, thing="grants"),
        Figure("number of projects", "", count=34, thing="projects"),
        Figure("number of recipients", "", count=33, thing="recipients"),
        Figure("rows of table 2", "", count=6, thing="rows"),
        Figure("number of contracts", "", count=1, thing="contracts"),
    )
}
KNOWN = Known(FIGURES)


def standings(prose: str, external: dict[str, str] | None = None) -> list[tuple[str, str, str]]:
    """Return each mention of a text of one sentence with its standing and what it matches."""
    known = Known(FIGURES, {(prose.casefold(), figure): source for figure, source in (external or {}).items()})
    return [(each.mention.text, each.standing.value, each.what) for each in check(prose, known)]


@pytest.mark.parametrize(
    ("prose", "text", "what"),
    [
        ("39 grants", "39 grants", "number of grants"),
        ("Thirty-nine grants were recommended", "Thirty-nine grants", "number of grants"),
        ("thirty nine awards", "thirty nine awards", "number of grants"),
        ("all 83 bids", "83 bids", "bids received"),
        ("the 13 internal bids", "13 internal bids", "bids internal"),
        ("13 internally led bids", "13 internally led bids", "bids internal"),
        ("the 28 delegated grants’ total", "28 delegated grants’", "number of grants below"),
        ("39 of our grants", "39 of our grants", "number of grants"),
        ("34 projects", "34 projects", "number of projects"),
        ("33 grant recipients", "33 grant recipients", "number of recipients"),
        ("six rows", "six rows", "rows of table 2"),
        ("1 contract", "1 contract", "number of contracts"),
        ("11 were sent up", "11 were", "number of grants above"),
        ("28 are delegated", "28 are", "number of grants below"),
        ("thirty were rejected", "thirty were", "bids rejected"),
        ("30 rejected", "30 rejected", "bids rejected"),
    ],
)
def test_a_count_is_matched_with_a_count_of_the_same_thing(prose: str, text: str, what: str) -> None:
    assert standings(f"It says {prose}.") == [(text, "matched", what)]


@pytest.mark.parametrize(
    ("prose", "text"),
    [
        ("40 grants", "40 grants"),
        ("39 projects", "39 projects"),
        ("39 bids", "39 bids"),
        ("83 grants", "83 grants"),
        ("11 recipients", "11 recipients"),
        ("11 rows", "11 rows"),
        ("two contracts", "two contracts"),
        ("33 boroughs", "33 boroughs"),
        ("12 were sent up", "12 were"),
        ("a hundred bids", "a hundred bids"),
        ("1,200 bids", "1,200 bids"),
        ("about 80 bids", "80 bids"),
    ],
)
def test_a_count_that_equals_no_count_of_its_thing_is_unmatched(prose: str, text: str) -> None:
    assert standings(f"It says {prose}.") == [(text, "unmatched", "")]


def test_a_count_of_the_wrong_thing_names_the_figure_that_it_equals() -> None:
    (match,) = check("We fund 39 projects.", KNOWN)
    assert match.message == "matches no count of projects in this paper; 39 is the figure “number of grants”"


@pytest.mark.parametrize(
    "prose",
    [
        "seven criteria, of which five are gates",
        "seven criteria. Five of them are gates, one is both",
        "twice over two years, in a two-year contract",
        "120 young people, of whom 40 are girls",
        "540 sessions; 70 qualified as young leaders",
        "one project after another, and one of the grants",
        "12 month projects and 3 years of grants",
        "the 2019 grants, the 2019/20 projects and the 2019-20 bids",
        "Part 2 bids, Table 2 rows, round 2 grants, Appendices 1 and 2 are",
        "section 143 is clear and Schedule 3 is too",
        "recommendation 2 is about 9 and 10",
        "by 31 May bids had come in; at 10.30 bids were opened",
        "paragraph 4.8 grants a power; 50% of them",
        "people under 18 are meant, and those aged 10 to 18 are reached",
        "lots of work",
        "{number of grants} are recommended",
        "Of {bids received} bids, {number of grants above} grants are for decision",
    ],
)
def test_a_number_of_anything_else_is_ignored(prose: str) -> None:
    assert standings(f"There were {prose}.") == []


def test_a_number_without_its_noun_belongs_to_what_was_counted_last() -> None:
    assert standings("Of 83 bids, 30 were rejected and 13 are internal. 28 are delegated.") == [
        ("83 bids", "matched", "bids received"),
        ("30 were", "matched", "bids rejected"),
        ("13 are", "matched", "bids internal"),
        ("28 are", "matched", "number of grants below"),
    ]
    assert standings("Of 39 grants, 12 of them are small. 83 bids came from 120 people; 40 were young.") == [
        ("39 grants", "matched", "number of grants"),
        ("12 of them", "unmatched", ""),
        ("83 bids", "matched", "bids received"),
    ]


@pytest.mark.parametrize(
    ("prose", "what"),
    [
        ("Bids received: 83.", "bids received"),
        ("Bids rejected: 30.", "bids rejected"),
        ("Number of grants: 39", "number of grants"),
        ("Grants (39), projects (34)", "number of grants"),
        ("Projects: thirty-four.", "number of projects"),
        ("30 of the bids were rejected", "bids rejected"),
        ("30 bids that were rejected", "bids rejected"),
        ("83 bids were received", "bids received"),
        ("33 organisations", "number of recipients"),
        ("The panel rejected 30 bids", "bids rejected"),
        ("30 bids were unsuccessful", "bids rejected"),
        ("Of the 83, 30 were rejected", "bids rejected"),
    ],
)
def test_a_count_after_its_label_or_before_its_outcome_is_matched(prose: str, what: str) -> None:
    results = standings(prose)
    assert results[0][1:] == ("matched", what)
    assert {standing for _, standing, _ in results} == {"matched"}


@pytest.mark.parametrize(
    "prose",
    [
        "Bids received: 84.",
        "Bids received: 30.",
        "Bids: 82",
        "Number of grants: 40; number of projects: 39.",
        "The grants (10) and the projects (34)",
        "Grants = 38.",
        "twelve hundred grants",
        "a hundred and six bids",
        "12 organisations",
        "One bid was rejected.",
        "Of 83 bids, 13 were rejected.",
        "Of 83 bids, 28 were rejected and 13 are internal.",
        "83 bids were rejected.",
        "13 bids were received.",
        "30 internal bids",
        "Of 39 grants, 34 were approved.",
        "The panel rejected 13 bids.",
        "13 bids failed.",
        "Of the 83, 28 were rejected.",
        "No bids were rejected.",
        "All bids were rejected.",
        "All bids received a grant.",
        "83 bids were funded.",
        "Of 34 projects, 11 are for decision.",
    ],
)
def test_a_count_of_another_outcome_or_thing_is_unmatched(prose: str) -> None:
    assert "unmatched" in {standing for _, standing, _ in standings(prose)}


def test_a_wrong_number_of_an_outcome_gives_the_right_one() -> None:
    (match,) = check("13 were rejected.", KNOWN)
    assert match.message == "does not match how many bids were rejected (30)"


def test_both_numbers_of_a_share_or_a_pair_count_the_same_thing() -> None:
    assert standings("11 of the 39 grants") == [
        ("11", "matched", "number of grants above"),
        ("39 grants", "matched", "number of grants"),
    ]
    assert standings("12 of the 39 grants")[0] == ("12", "unmatched", "")
    assert standings("11 and 28 grants") == [
        ("11", "matched", "number of grants above"),
        ("28 grants", "matched", "number of grants below"),
    ]


def test_a_reference_to_a_count_before_the_name_of_another_thing_is_unmatched() -> None:
    (match,) = check("We fund {number of grants} projects.", KNOWN)
    assert (match.kind, match.standing) == (Kind.COUNT, Standing.UNMATCHED)
    assert match.mention.text == "{number of grants} projects"
    assert check("We fund {number of projects} projects.", KNOWN) == []
    (label,) = check("Projects: {number of grants}.", KNOWN)
    assert label.standing is Standing.UNMATCHED
    assert check("Projects: {number of projects}.", KNOWN) == []


def test_a_count_from_elsewhere_needs_a_source_for_its_exact_words() -> None:
    assert standings("all 32 boroughs, and 32 London boroughs", {"32 boroughs": "London"}) == [
        ("32 boroughs", "external", "London"),
        ("32 London boroughs", "unmatched", ""),
    ]
    five = standings("five were put off", {"five were": "The minutes"})
    assert five == [("five were", "external", "The minutes")]


LEVELS = Known(
    FIGURES
    | {
        figure.name: figure
        for figure in (
            Figure("number of grants above the threshold", "", count=11, thing="grants"),
            Figure("number of grants below the threshold", "", count=28, thing="grants"),
            Figure("number of retrospective payments", "", count=2, thing="grants"),
        )
    }
)


@pytest.mark.parametrize(
    ("prose", "standing"),
    [
        ("The Deputy Mayor is asked to approve 11 grants", Standing.MATCHED),
        ("The Deputy Mayor is asked to approve 28 grants", Standing.UNMATCHED),
        ("28 grants were approved under delegation", Standing.MATCHED),
        ("11 grants were approved under delegation", Standing.UNMATCHED),
        ("11 delegated grants", Standing.UNMATCHED),
        ("28 grants above the threshold", Standing.UNMATCHED),
        ("2 grants were paid before approval", Standing.MATCHED),
        ("11 grants were paid before approval", Standing.UNMATCHED),
    ],
)
def test_a_number_of_grants_is_compared_with_those_of_the_level_in_the_sentence(prose: str, standing: Standing) -> None:
    assert [match.standing for match in check(f"{prose}.", LEVELS)] == [standing]


def test_a_list_is_not_read_across_the_end_of_a_line() -> None:
    matches = check("Bids received: 83\nRejected: 30\nInternal: 13\n", KNOWN)
    assert {each.standing for each in matches} == {Standing.MATCHED}
