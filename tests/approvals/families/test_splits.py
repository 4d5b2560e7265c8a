"""The effect of a grouping on the routes, and grants that may have been split."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.enums import Key, Level
from approvals.families.splits import effect, near_limit, paid_to, regrouped, splits, standings
from approvals.routing.routes import Claim, Limit, route

LIMIT = Limit(Decimal("50000.00"), "CPIE lead", "Deputy Mayor", "Scheme 4.8", date(2019, 4, 1))
CAMP = [Claim(name, Decimal("49200.00"), "", "Trust") for name in "ABC"]


def sentence(claims: list[Claim], references: str, family: str, key: Key = Key.FAMILY) -> str:
    regrouped_claims = regrouped(claims, references, family)
    members = {claim.reference for claim in regrouped_claims if family and claim.family == family}
    return effect(claims, regrouped_claims, members, LIMIT, key).sentence


def claim(reference: str, amount: str, family: str = "", recipient: str = "") -> Claim:
    return Claim(reference, Decimal(amount), family, recipient)


@pytest.mark.parametrize(
    ("claims", "references", "family", "expected"),
    [
        (
            CAMP,
            "ABC",
            "Camp",
            "Together £147,600, not below £50,000: 3 grants would go from delegation to decision.",
        ),
        (
            [claim("A", "20000"), claim("B", "29999.99")],
            "AB",
            "Camp",
            "Together £49,999.99, below £50,000: no route would change.",
        ),
        (
            [claim("A", "20000"), claim("B", "30000")],
            "AB",
            "Camp",
            "Together £50,000, not below £50,000: 2 grants would go from delegation to decision.",
        ),
        (
            [claim("A", "20000", "Camp"), claim("B", "20000", "Camp"), claim("C", "20000")],
            "C",
            "Camp",
            "Together £60,000, not below £50,000: 3 grants would go from delegation to decision.",
        ),
        (
            [claim("A", "30000", "Camp"), claim("B", "30000", "Camp")],
            "A",
            "",
            "Each by itself: 2 grants would go from decision to delegation.",
        ),
        (
            [claim("A", "30000", "Camp", "X"), claim("B", "30000", "Camp", "X")],
            "AB",
            "",
            "Each by itself: 2 grants would go from decision to delegation, and 2 grants would get a warning.",
        ),
        (
            [claim("A", "30000", "Camp"), claim("B", "30000", "Camp"), claim("C", "10000")],
            "AC",
            "Other",
            "Together £40,000, below £50,000: 2 grants would go from decision to delegation.",
        ),
    ],
    ids=["camp", "a penny below", "at the limit", "joins", "apart", "apart with a warning", "takes one out"],
)
def test_the_effect_of_a_grouping_is_one_sentence(
    claims: list[Claim], references: str, family: str, expected: str
) -> None:
    assert sentence(claims, references, family) == expected


def test_where_the_recipient_binds_a_family_moves_no_grant_and_warns() -> None:
    lots = [claim("A", "30000", "", "One"), claim("B", "30000", "", "Other")]
    expected = "Together £60,000, not below £50,000: 2 grants would get a warning."
    assert sentence(lots, "AB", "Camp", Key.RECIPIENT) == expected


def test_grants_to_merged_recipients_are_summed() -> None:
    lots = [claim("A", "30000", "", "Sharan"), claim("B", "30000", "", "Sharon")]
    regrouped_claims = paid_to(lots, ["Sharon"], "Sharan", "Sharan")
    assert {each.recipient for each in regrouped_claims} == {"Sharan"}
    result = effect(lots, regrouped_claims, "AB", LIMIT, Key.RECIPIENT)
    assert (result.up, result.total) == (("A", "B"), Decimal("60000.00"))


def test_a_grant_that_a_lead_sent_up_stays_there() -> None:
    regrouped_claims = regrouped(CAMP, "ABC", "Camp")
    result = effect(CAMP, regrouped_claims, "ABC", LIMIT, Key.FAMILY, {"A"})
    assert result.up == ("B", "C")


pence = st.decimals(min_value="0.01", max_value=80000, places=2)
claims_of_a_round = st.lists(
    st.tuples(pence, st.sampled_from(["", "F", "G"]), st.sampled_from(["", "X", "Y"])), min_size=1, max_size=8
).map(lambda rows: [Claim(f"A{i}", *row) for i, row in enumerate(rows)])
keys = st.sampled_from(list(Key))
some = st.sets(st.sampled_from([f"A{i}" for i in range(8)]))


@given(claims_of_a_round, keys, some)
def test_the_standing_of_a_grant_is_that_of_its_route(claims: list[Claim], key: Key, sent_up: set[str]) -> None:
    by_reference = standings(claims, LIMIT, key, sent_up)
    for one in claims:
        usual = route(one, claims, LIMIT, key, escalated="A reason" if one.reference in sent_up else "")
        assert (by_reference[one.reference].level, by_reference[one.reference].warned) == (
            usual.level,
            bool(usual.warning),
        )


@given(claims_of_a_round, keys, some)
def test_putting_whole_families_together_never_lowers_a_route(claims: list[Claim], key: Key, chosen: set[str]) -> None:
    families = {one.family for one in claims if one.reference in chosen} - {""}
    whole = {one.reference for one in claims if one.reference in chosen or one.family in families}
    regrouped_claims = regrouped(claims, whole, "Together")
    result = effect(claims, regrouped_claims, whole, LIMIT, key)
    assert result.down == ()
    after = {one.reference: route(one, regrouped_claims, LIMIT, key).level.height for one in regrouped_claims}
    assert all(after[one.reference] >= route(one, claims, LIMIT, key).level.height for one in claims)


@given(claims_of_a_round, keys)
def test_merging_recipients_never_lowers_a_route(claims: list[Claim], key: Key) -> None:
    result = effect(claims, paid_to(claims, ["X"], "Y", "Y"), (), LIMIT, key)
    assert result.down == ()


@given(claims_of_a_round, keys, some, st.sampled_from(["", "F", "H"]))
def test_the_effect_names_exactly_the_grants_whose_route_differs(
    claims: list[Claim], key: Key, chosen: set[str], family: str
) -> None:
    regrouped_claims = regrouped(claims, chosen, family)
    result = effect(claims, regrouped_claims, chosen, LIMIT, key)
    before, after = (
        {one.reference: route(one, each, LIMIT, key) for one in each} for each in (claims, regrouped_claims)
    )
    assert set(result.up) == {name for name in before if after[name].level.height > before[name].level.height}
    assert set(result.down) == {name for name in before if after[name].level.height < before[name].level.height}


def test_a_lost_warning_is_part_of_the_sentence() -> None:
    lots = [claim("A", "30000", "Camp", "One"), claim("B", "30000", "Camp", "Other")]
    assert sentence(lots, "A", "", Key.RECIPIENT) == "Each by itself: 2 grants would lose the warning."


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        (CAMP, [("Trust", ("A", "B", "C"), "147600.00")]),
        ([claim("A", "49200", "Camp", "Trust"), claim("B", "49200", "Camp", "Trust")], []),
        ([claim("A", "189500", "", "Mutual"), claim("B", "30000", "", "Mutual")], []),
        ([claim("A", "25000", "", "X"), claim("B", "24999.99", "", "X")], []),
        ([claim("A", "25000", "", "X"), claim("B", "25000", "", "X")], [("X", ("A", "B"), "50000.00")]),
        ([claim("A", "25000"), claim("B", "25000")], []),
    ],
    ids=["apart", "one family", "one alone reaches it", "a penny below", "at the limit", "no recipient"],
)
def test_a_split_is_several_grants_to_one_recipient_that_reach_the_limit_together(
    claims: list[Claim], expected: list[tuple[str, tuple[str, ...], str]]
) -> None:
    results = [(each.recipient, each.members, str(each.total)) for each in splits(claims, LIMIT, Key.FAMILY)]
    assert results == expected


def test_where_the_recipient_binds_there_is_no_split() -> None:
    assert splits(CAMP, LIMIT, Key.RECIPIENT) == []


def test_the_largest_split_comes_first() -> None:
    claims = [claim(f"{body}{n}", amount, "", body) for body, amount in (("X", "26000"), ("Y", "40000")) for n in "12"]
    assert [each.recipient for each in splits(claims, LIMIT, Key.FAMILY)] == ["Y", "X"]


@pytest.mark.parametrize(
    ("amount", "near"),
    [("48999.99", False), ("49000.00", True), ("49999.99", True), ("50000.00", False)],
)
def test_an_amount_is_near_the_limit_from_two_hundredths_below_it(amount: str, near: bool) -> None:
    assert bool(near_limit([claim("A", amount)], LIMIT, Key.FAMILY)) is near


def test_a_grant_for_the_deputy_mayor_is_not_near_the_limit() -> None:
    claims = [claim("A", "49900", "Camp"), claim("B", "49900", "Camp"), claim("C", "49900"), claim("D", "49950")]
    assert [each.reference for each in near_limit(claims, LIMIT, Key.FAMILY, {"C"})] == ["D"]
    assert standings(claims, LIMIT, Key.FAMILY)["A"].level is Level.DMPC
