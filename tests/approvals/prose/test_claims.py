"""Claims about sets of the grants of PCD 681: each is checked against every member, and names those that break it."""

from decimal import Decimal

import pytest

from approvals.prose.checking import Known, check
from approvals.prose.claims import Bound, Claim, Group, Member, who_breaks
from approvals.prose.figures import Figure
from approvals.prose.matches import Kind, Match, Standing

CAMP = [Member(f"Safe Camp {place}", Decimal(49200), Decimal(147600)) for place in ("north", "south", "west")]
SHARAN = [Member(f"Sharan {n}", Decimal(37136), Decimal(148544)) for n in (1, 2, 3, 4)]
LARGE = [
    Member("A2 Dominion", Decimal(70000)),
    Member("Princes Trust", Decimal(240229)),
    Member("Mutual Gain", Decimal(189500)),
    Member("London Blues", Decimal(151361)),
]
ABOVE = [*CAMP, *SHARAN, *LARGE]
BELOW = [Member(f"Small {n}", Decimal(17000 + n)) for n in range(28)]
ROWS = [Member("Safe Camp", Decimal(147600)), Member("Sharan", Decimal(148544)), *LARGE]
KNOWN = Known(
    figures={
        figure.name: figure
        for figure in (
            Figure("grant limit", "", amount=Decimal(50000)),
            Figure("a lot", "", amount=Decimal(49200)),
            Figure("grants above the threshold", "", amount=Decimal(947234)),
            Figure("number of grants above the threshold", "", count=11, thing="grants"),
            Figure("number of grants below the threshold", "", count=28, thing="grants"),
            Figure("number of grants above the threshold by their project", "", count=7, thing="grants"),
            Figure("rows of table 2", "", count=6, thing="rows"),
        )
    },
    groups=[
        Group("grants asked for", "grants", ("asked for",), ABOVE),
        Group("grants above the threshold", "grants", ("above the threshold", "appendix 1"), ABOVE),
        Group(
            "grants below the threshold",
            "grants",
            ("below the threshold", "appendix 2", "delegated", "approved by the force", "others", "remaining grants"),
            BELOW,
        ),
        Group("rows of Table 2", "rows", ("rows", "table 2"), ROWS),
        Group("grants of Safe Camp", "grants", ("safe camp",), CAMP, named_only=True),
        Group("grants of Sharan Project", "grants", ("sharan project", "sharan"), SHARAN, named_only=True),
    ],
    links={"appendix 1": "appendix-1", "appendix 2": "appendix-2"},
)


def claims(prose: str) -> list[Match]:
    return [match for match in check(prose, KNOWN) if match.kind is Kind.CLAIM]


@pytest.mark.parametrize(
    ("prose", "group"),
    [
        ("28 grants, each below £50k", "grants below the threshold"),
        ("All 28 grants are below £50,000", "grants below the threshold"),
        ("Grants under {appendix 2}, each of them below {grant limit|exact}", "grants below the threshold"),
        ("Each grant in {appendix 2} is below £50,000", "grants below the threshold"),
        ("Every one of the delegated grants is well below £50,000", "grants below the threshold"),
        ("No delegated grant exceeds £50,000", "grants below the threshold"),
        ("No grant in Appendix 2 is £50,000 or more", "grants below the threshold"),
        ("The grants below the threshold do what they do; none exceeds £50,000", "grants below the threshold"),
        ("{number of grants below the threshold} grants, all under £50k", "grants below the threshold"),
        ("Six rows, each over £50,000", "rows of Table 2"),
        ("Each row of Table 2 comes to more than £50,000", "rows of Table 2"),
        ("The three lots of Safe Camp, each of £49,200", "grants of Safe Camp"),
        ("The lots of Safe Camp are each less than £50,000", "grants of Safe Camp"),
        ("Safe Camp: none exceeds £49,200", "grants of Safe Camp"),
        ("11 grants, individually or in aggregate each above £50k", "grants asked for"),
        ("Each is, individually or in aggregate, a fair sum; each alone or together above £50k", "grants asked for"),
        ("Each of them is at least £30,000", "grants asked for"),
        ("A2 Dominion and London Blues, each above £60,000", "grants named here"),
    ],
)
def test_a_claim_that_holds_for_every_member_is_matched(prose: str, group: str) -> None:
    assert [(match.standing, match.what) for match in claims(f"{prose}.")] == [(Standing.MATCHED, group)]


def test_the_limit_of_a_claim_does_not_have_to_be_a_figure_of_the_paper() -> None:
    assert [match.kind for match in check("28 grants, each below £18k.", KNOWN)] == [Kind.COUNT, Kind.CLAIM]


BELOW_SINGLY = {member.name for member in [*CAMP, *SHARAN]}


@pytest.mark.parametrize(
    "prose",
    [
        "11 grants, each above £50k",
        "Each above £50k, as set out in {appendix 1}",
        "The grants above the threshold, each over £50,000",
        "11 grants are asked for, all of them individually above £50,000",
        "11 grants of more than £50,000 each",
        "Every grant asked for exceeds £50,000",
        "Each of the 11 grants is above {grant limit}",
        "None of the 11 is below £50,000",
        "They are each not less than £50,000",
        "{appendix 1} has 11 grants, each of £50,000 or more",
        "The money goes to many, all over £50k",
    ],
)
def test_the_claim_of_pcd_681_is_unmatched_and_names_the_seven_grants_below_the_limit(prose: str) -> None:
    (match,) = claims(f"{prose}.")
    assert match.standing is Standing.UNMATCHED
    assert match.message.startswith("does not hold for 7 of the 11 grants ")
    assert {name for name in (member.name for member in ABOVE) if f"{name} (" in match.message} == BELOW_SINGLY


@pytest.mark.parametrize(
    ("prose", "breaks"),
    [
        ("Each of them is below £50,000", 4),
        ("No grant asked for exceeds £200,000", 1),
        ("The lots of Safe Camp, each of £49,000", 3),
        ("28 grants, each at least £17,010", 10),
        ("28 grants, each up to £17,000", 27),
    ],
)
def test_a_claim_that_does_not_hold_says_for_how_many_members(prose: str, breaks: int) -> None:
    (match,) = claims(f"{prose}.")
    assert match.message.startswith(f"does not hold for {breaks} of the ")


@pytest.mark.parametrize(
    "prose",
    [
        "Every grant above £50,000 goes to the Deputy Mayor",
        "All above £50,000 go to the Deputy Mayor",
        "A project at or above £50,000 is decided there",
        "Any grant over £50,000 needs a decision",
        "All grants were routed and over £947,234 is for decision",
        "All of it, £947,234, is over £50,000",
        "All the grants together are above £50,000",
        "The total of all grants is above £50,000",
        "All grants come to £947,234",
        "All grants that are asked for come to more than £50,000",
        "All grants are £947,234",
        "The grants above the threshold, all £947,234 of them",
        "Each criterion is judged by every member",
        "None of £49,200",
        "Each, and £50,000 besides",
    ],
)
def test_a_sentence_that_only_names_a_set_or_a_sum_is_not_a_claim(prose: str) -> None:
    assert claims(f"{prose}.") == []


@pytest.mark.parametrize(
    ("bound", "breaks"),
    [
        (Bound.AT_LEAST, ["lot"]),
        (Bound.BELOW, ["whole", "limit"]),
        (Bound.AT_MOST, ["whole"]),
        (Bound.EXACTLY, ["whole", "lot"]),
    ],
)
def test_an_amount_at_the_limit_is_not_below_it(bound: Bound, breaks: list[str]) -> None:
    members = [
        Member("whole", Decimal(70000)),
        Member("limit", Decimal(50000)),
        Member("lot", Decimal("49999.99"), together=Decimal(90000)),
    ]
    assert [member.name for member in who_breaks(Claim(bound, Decimal(50000)), members)] == breaks
    together = who_breaks(Claim(Bound.AT_LEAST, Decimal(50000), together=True), members)
    assert together == []


@pytest.mark.parametrize(
    ("prose", "standing"),
    [
        ("3 grants of £49,200 each", Standing.MATCHED),
        ("Safe Camp: three lots of £49,200 each", Standing.MATCHED),
        ("three lots, each of £49,200", Standing.MATCHED),
        ("Safe Camp: 3 of £49,200 each", Standing.MATCHED),
        ("3 grants of £49k each", Standing.MATCHED),
        ("4 grants of £49,200 each", Standing.UNMATCHED),
        ("2 of £49,200 each", Standing.UNMATCHED),
        ("11 grants of £49,200 each", Standing.UNMATCHED),
    ],
)
def test_a_count_of_equal_grants_is_compared_with_the_grants_of_that_amount(prose: str, standing: Standing) -> None:
    counts = [match.standing for match in check(f"{prose}.", KNOWN) if match.kind is Kind.COUNT]
    assert counts == [standing]


@pytest.mark.parametrize(
    "prose",
    [
        "Each of the 11 grants is above £50,000, £947,234 in total.",
        "Each of the 11 grants is above £50,000, and together they come to £947,234.",
        "Together £947,234; each above £50k.",
        "The 11 grants are above £50,000.",
        "Eleven grants are above £50,000 and go up.",
        "The grants asked for exceed £50,000.",
        "The grants above the threshold are all over £50k.",
        "They are above £50,000.",
        "All eleven exceed £50,000.",
        "Each grant for decision meets the £50,000 limit.",
        "Each grant asked for is at or above the £50,000 limit.",
        "Each grant tops £50,000.",
        "Each grant is £50,000+.",
        "Each grant is > £50,000.",
        "Each grant is ≥ £50,000.",
        "Every single grant asked for is above £50,000.",
        "Without exception the grants are above £50,000.",
        "The grants are above £50,000 without exception.",
        "Any grant asked for is above £50,000.",
        "Not a single grant asked for is under £50,000.",
        "Nothing in Appendix 1 is below £50,000.",
        "All of the eleven grants exceed £50,000.",
        "Those eleven grants each exceed £50,000.",
        "The smallest of the eleven is £50,000.",
        "The smallest grant asked for is £50,000.",
        "Each grant asked for is above the limit.",
        "Most grants, each above £50k, are large.",
        "Most of the 11 grants are above £50,000.",
        "Five of the 11 grants are above £50,000.",
        "The Deputy Mayor is asked to approve 11 grants over £50,000 to third parties.",
        "There are 11 grants of £50,000 or more.",
        "28 grants above £50,000 are put to the Deputy Mayor.",
        "Each award to be approved is worth £50,000 or more.",
        "The value of each grant is over £50,000.",
        "11 grants valued at over £50,000 are recommended.",
        "There is no grant below £50,000 among them.",
        "More than half of the 11 grants are above £50,000.",
        "The grants asked for all come in above £50,000.",
        "5 grants are above £60,000.",
        "Each of the 12 grants is above £30,000.",
        "Only grants above £50,000 are asked for.",
        "Each delegated grant is between £20,000 and £30,000.",
        "Each of the 11 grants for decision is between £50,000 and £300,000.",
        "All 11 grants, which are above £50,000, go up.",
        "In Appendix 1 are 11 grants, each above £50k, and 6 rows.",
        "The 28 delegated grants are above £50,000.",
        "Not all of the 28 delegated grants are below £50,000.",
        "The largest grant asked for is £189,500.",
        "Grants asked for are not below £50,000.",
        "The 28 grants exceed the threshold.",
        "11 grants of at least £50,000 each.",
        "The grants asked for range from £50,000 to £240,229.",
        "The delegated grants range in value from £17,001 to £17,027.",
        "The largest grant asked for, £189,500, goes to Mutual Gain.",
        "The largest grant, to London Blues, is £151,361.",
    ],
)
def test_a_false_claim_is_unmatched_however_it_is_worded(prose: str) -> None:
    assert [match.standing for match in claims(prose) if match.standing is Standing.UNMATCHED]


@pytest.mark.parametrize(
    "prose",
    [
        "The 28 delegated grants are below £50,000.",
        "28 are below £50,000.",
        "The 11 grants are above the threshold.",
        "The 11 grants, individually or in aggregate, are above £50,000.",
        "Each of the 11 grants is above £50,000, individually or in aggregate.",
        "Four of the 11 grants are each above £50,000.",
        "Four of the 11 grants are above £50,000 singly.",
        "4 grants are above £50,000 alone.",
        "Most of the 11 grants are below £50,000.",
        "Of the 11 grants, four are above £50,000 on their own and seven are lots of a larger project.",
        "The other four are each above £50,000.",
        "Most grants are below £50,000.",
        "Some grants are above £50,000, and a few grants are below it.",
        "Almost all grants are below £50,000.",
        "Each grant approved by the force is below £50,000.",
        "The remaining grants, each below £50,000, were approved.",
        "Under the scheme every grant must be below £50,000 to be delegated.",
        "A lead checks that each grant is below £50,000 before it is approved.",
        "Whether each grant is above £50,000 was looked at.",
        "If each grant were above £50,000, no lots would be needed.",
        "No virement exceeds £50,000.",
        "Sharan's lots are each below £50,000.",
        "All 11 grants are above £50,000, either alone or as part of a project.",
        "11 grants are above £50,000 with the other lots of their project.",
        "Each year of a contract costs £49,200.",
        "The Deputy Mayor decides where one recipient's grants are not below £50,000.",
        "{number of grants above the threshold} go up, because they are £50,000 or more alone or with their lots.",
        "Not all of the 11 grants are above £50,000 by themselves.",
        "The grants together are above £50,000.",
        "The grants come to £947,234.",
        "The 11 grants are £947,234 in all.",
        "The smallest grant asked for is £37,136.",
        "The largest of the 11 grants is £240,229.",
        "The grants asked for range from £37,136 to £240,229.",
        "Delegated grants run from £17k to £17k.",
        "The grants vary in size from £17,000 to £17,027.",
        "The largest grant, £240,229, goes to the Princes Trust.",
        "Grants above £50,000 go to the Deputy Mayor.",
        "Grants that are above £50,000 go to the Deputy Mayor.",
        "Every grant that is above £50,000 goes to the Deputy Mayor.",
        "A grant that meets the £50,000 limit goes to the Deputy Mayor.",
        "Each delegated grant is between £17,000 and £18,000.",
        "Each lot of Safe Camp is £49,200.",
        "Six rows, each over £50,000, hold 11 grants.",
        "They are all at least £37,136.",
        "The limit is £50,000.",
        "No delegated grant reaches £50,000.",
        "Each grant above £50,000, singly or with its project, is decided by the Deputy Mayor.",
        "Grants of £50,000 or more are decided by the Deputy Mayor, those below £50,000 by the force.",
    ],
)
def test_a_true_sentence_about_a_set_is_accepted(prose: str) -> None:
    assert [match.message for match in check(prose, KNOWN) if match.standing is Standing.UNMATCHED] == []


def test_a_claim_names_its_set_and_the_number_of_members_it_holds_for() -> None:
    messages = {
        "Four of the 11 grants are each above £50,000.": "holds for 4 of the 11 grants asked for.",
        "Not all of the 11 grants are above £50,000.": "holds for 4 of the 11 grants asked for.",
        "The smallest grant asked for is £37,136.": "holds for the smallest of the 11 grants asked for.",
        "Five of the 11 grants are above £50,000.": "holds for 4 of the 11 grants asked for, and not for 5",
        "Most of the 11 grants are above £50,000.": "holds for 4 of the 11 grants asked for, and not for most",
    }
    for prose, message in messages.items():
        assert [match.message for match in claims(prose)] == [message]


def test_a_number_in_a_claim_that_holds_is_not_checked_a_second_time() -> None:
    matches = check("Four of the 11 grants are each above £50,000.", KNOWN)
    assert [(each.kind, each.mention.text) for each in matches if each.kind is Kind.COUNT] == [
        (Kind.COUNT, "11 grants")
    ]
