"""Sums in a clause that says which grants they are of: for decision, approved by the force, or all of PCD 681."""

from decimal import Decimal

import pytest

from approvals.prose.checking import Known, check
from approvals.prose.figures import Figure
from approvals.prose.matches import Kind, Match, Standing

KNOWN = Known(
    {
        figure.name: figure
        for figure in (
            Figure("allocation", "", amount=Decimal(4782000)),
            Figure("grants", "", amount=Decimal(1438598)),
            Figure("grants above the threshold", "", amount=Decimal(947234)),
            Figure("grants asked for", "", amount=Decimal(947234)),
            Figure("grants below the threshold", "", amount=Decimal(491364)),
            Figure("grants and contracts together", "", amount=Decimal(1838598)),
            Figure("contracts", "", amount=Decimal(400000)),
            Figure("number of grants", "", count=39, thing="grants"),
            Figure("number of grants above the threshold", "", count=11, thing="grants"),
            Figure("number of grants below the threshold", "", count=28, thing="grants"),
        )
    },
    links={"appendix 1": "appendix-1", "appendix 2": "appendix-2"},
)


def sums(prose: str) -> list[Match]:
    return [match for match in check(prose, KNOWN) if match.kind is Kind.MONEY]


@pytest.mark.parametrize(
    "prose",
    [
        "The Deputy Mayor is asked to approve 11 grants of £947,234, and to note £491,364 that the force approved.",
        "£947,234 is for decision and £491,364 was approved under delegation.",
        "£491,364 of the £1,438,598 is delegated.",
        "Of £1,438,598, £947,234 needs the Deputy Mayor.",
        "Beside the delegated grants £947,234 is asked for.",
        "Together with what the force approved the grants come to £1,438,598.",
        "Delegated grants of £491,364 and those for decision of £947,234 come to £1,438,598.",
        "{appendix 1} lists grants of £947,234; Appendix 2 those of £491,364.",
        "The 39 grants come to £1,438,598, of which 11 grants come to £947,234.",
        "{grants below the threshold|exact} is delegated and {grants above the threshold|exact} is for decision.",
        "11 of the 39 grants need the Deputy Mayor and come to £947,234.",
        "The grants for decision come to £0.95m (the delegated ones £0.49m).",
    ],
)
def test_a_sum_of_the_grants_that_its_clause_names_is_matched(prose: str) -> None:
    assert {match.standing for match in sums(prose)} <= {Standing.MATCHED}


@pytest.mark.parametrize(
    ("prose", "words", "amount"),
    [
        ("The Deputy Mayor is asked to approve £491,364.", "asked to approve", "£947,234"),
        ("The Deputy Mayor is asked to approve grants of £1,438,598.", "asked to approve", "£947,234"),
        ("Grants to the value of £0.49m need the Deputy Mayor.", "need the Deputy Mayor", "£947,234"),
        ("Table 2 totals £491,364.", "Table 2", "£947,234"),
        ("The grants in {appendix 1} come to £491,364.", "appendix 1", "£947,234"),
        ("The force has approved £947,234 already.", "The force has approved", "£491,364"),
        ("£947k was delegated, and the rest is asked for.", "delegated", "£491,364"),
        ("The 28 delegated grants come to £947,234.", "delegated", "£491,364"),
        ("The 39 grants come to £947,234.", "39 grants", "£1,438,598"),
        ("{grants below the threshold|exact} is for decision.", "for decision", "£947,234"),
    ],
)
def test_a_sum_of_other_grants_than_its_clause_names_is_unmatched(prose: str, words: str, amount: str) -> None:
    (match,) = sums(prose)
    assert match.standing is Standing.UNMATCHED
    assert match.message.endswith(f"but the sentence names “{words}”, which is {amount}")
