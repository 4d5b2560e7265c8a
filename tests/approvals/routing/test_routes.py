"""Who may approve a grant: the limit to the penny, the groups, the sentences, and what holds for any round."""

import random
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.enums import Key, Level
from approvals.routing.routes import Claim, Claims, Limit, group, route

LIMIT = Limit(Decimal(50000), "CPIE lead", "Deputy Mayor", "Scheme 4.8", date(2019, 4, 1))
DELEGATED, DMPC = Level.DELEGATED, Level.DMPC


def claim(reference: str, amount: str, family: str = "", recipient: str = "") -> Claim:
    return Claim(reference, Decimal(amount), family, recipient or f"recipient of {reference}")


def level(one: Claim, *others: Claim, key: Key = Key.FAMILY) -> Level:
    return route(one, [one, *others], LIMIT, key).level


@pytest.mark.parametrize(
    ("amount", "goes_to"),
    [
        ("0.01", DELEGATED),
        ("30000.00", DELEGATED),
        ("49999.99", DELEGATED),
        ("50000.00", DMPC),
        ("50000.01", DMPC),
        ("240229.00", DMPC),
    ],
)
def test_exactly_the_limit_goes_to_the_deputy_mayor(amount: str, goes_to: Level) -> None:
    assert level(claim("A", amount)) is goes_to
    assert level(claim("A", amount), key=Key.RECIPIENT) is goes_to


@pytest.mark.parametrize(
    ("amounts", "goes_to"),
    [
        (("49200", "49200", "49200"), DMPC),
        (("24999.99", "25000.00"), DELEGATED),
        (("25000.00", "25000.00"), DMPC),
        (("25000.00", "25000.01"), DMPC),
        (("49999.99", "0.01"), DMPC),
        (("49999.98", "0.01"), DELEGATED),
        (("0.01", "50000.00"), DMPC),
    ],
)
def test_lots_of_one_family_are_compared_by_their_sum(amounts: tuple[str, ...], goes_to: Level) -> None:
    lots = [claim(f"L{i}", amount, "Camp") for i, amount in enumerate(amounts)]
    assert {level(lot, *lots) for lot in lots} == {goes_to}


def test_grants_without_a_family_or_a_recipient_are_not_one_group() -> None:
    loose = [Claim(name, Decimal(30000), "", "") for name in "AB"]
    for key in Key:
        assert group(loose[0], loose, LIMIT, key).members == ("A",)
        assert route(loose[0], loose, LIMIT, key).level is DELEGATED


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ([claim("A", "49999.99")], "£49,999.99, below £50,000. Scheme 4.8"),
        ([claim("A", "50000")], "£50,000, not below £50,000. Scheme 4.8"),
        ([claim("A", "70000")], "£70,000, not below £50,000. Scheme 4.8"),
        (
            [claim("A", "49200", "Safe Camp"), claim("B", "49200", "Safe Camp"), claim("C", "49200", "Safe Camp")],
            "Joins 2 others of Safe Camp: £147,600, not below £50,000. Scheme 4.8",
        ),
        (
            [claim("A", "10000", "Crew"), claim("B", "10000.50", "Crew")],
            "Joins 1 other of Crew: £20,000.50, below £50,000. Scheme 4.8",
        ),
    ],
)
def test_the_sentence_says_why(claims: list[Claim], sentence: str) -> None:
    assert route(claims[0], claims, LIMIT, Key.FAMILY).sentence == sentence


MUTUAL = [
    claim("CPIE-006", "30000", recipient="Mutual Gain"),
    claim("CPIE-060", "189500", recipient="Mutual Gain"),
]


def test_a_higher_route_by_the_other_key_is_a_warning() -> None:
    this_route = route(MUTUAL[0], MUTUAL, LIMIT, Key.FAMILY)
    assert this_route.level is DELEGATED
    assert this_route.other.total == Decimal(219500)
    assert this_route.warning == "With 1 other grant to Mutual Gain it comes to £219,500, not below £50,000."


@pytest.mark.parametrize(
    ("claims", "key"),
    [(MUTUAL, Key.RECIPIENT), (MUTUAL[1:], Key.FAMILY), ([MUTUAL[1], MUTUAL[0]], Key.FAMILY)],
    ids=["the other key binds", "alone", "not below by itself"],
)
def test_without_a_higher_route_there_is_no_warning(claims: list[Claim], key: Key) -> None:
    assert route(claims[0], claims, LIMIT, key).warning == ""


def test_by_recipient_the_other_key_is_the_family() -> None:
    lots = [claim("A", "30000", "Camp", "One"), claim("B", "30000", "Camp", "Other")]
    this_route = route(lots[0], lots, LIMIT, Key.RECIPIENT)
    assert (this_route.level, this_route.other.key) == (DELEGATED, Key.FAMILY)
    assert this_route.warning == "With 1 other grant of Camp it comes to £60,000, not below £50,000."


def test_a_lead_sends_a_grant_up_and_the_reason_is_its_sentence() -> None:
    one = claim("A", "10000")
    this_route = route(one, [one], LIMIT, Key.FAMILY, escalated="It is much talked about")
    assert (this_route.level, this_route.sentence) == (DMPC, "Sent up by a lead: It is much talked about")
    assert this_route.binding.level is DELEGATED


def test_a_grant_sent_up_needs_no_warning() -> None:
    assert route(MUTUAL[0], MUTUAL, LIMIT, Key.FAMILY, escalated="Both together").warning == ""


def test_the_route_keeps_the_facts_that_it_rests_on() -> None:
    lots = [claim("B", "49200", "Camp", "Trust"), claim("A", "49200", "Camp", "Trust")]
    this_route = route(lots[0], lots, LIMIT, Key.FAMILY)
    assert this_route.limit == LIMIT
    assert (this_route.binding.key, this_route.binding.name) == (Key.FAMILY, "Camp")
    assert (this_route.binding.members, this_route.binding.total) == (("A", "B"), Decimal(98400))
    assert (this_route.other.key, this_route.other.name, this_route.other.total) == (
        Key.RECIPIENT,
        "Trust",
        Decimal(98400),
    )


pence = st.decimals(min_value="0.01", max_value=80000, places=2)
claims_of_a_round = st.lists(
    st.tuples(pence, st.sampled_from(["", "F", "G"]), st.sampled_from(["", "X", "Y"])), min_size=1, max_size=8
).map(lambda rows: [Claim(f"A{i}", *row) for i, row in enumerate(rows)])
keys = st.sampled_from(list(Key))


def height(one: Claim, claims: list[Claim], key: Key) -> int:
    return route(one, claims, LIMIT, key).level.height


@given(pence.filter(lambda amount: amount > Decimal("0.01")), st.data(), claims_of_a_round, keys)
def test_splitting_a_grant_never_lowers_its_route(
    amount: Decimal, data: st.DataObject, others: list[Claim], key: Key
) -> None:
    whole = Claim("whole", amount, "F", "X")
    first = data.draw(st.decimals(min_value="0.01", max_value=amount - Decimal("0.01"), places=2))
    parts = [Claim("part 1", first, "F", "X"), Claim("part 2", amount - first, "F", "X")]
    before = height(whole, [whole, *others], key)
    assert [height(part, [*parts, *others], key) for part in parts] == [before, before]


@given(claims_of_a_round, st.tuples(pence, st.sampled_from(["", "F", "G"]), st.sampled_from(["", "X", "Y"])), keys)
def test_adding_a_grant_never_lowers_a_route(claims: list[Claim], more: tuple[Decimal, str, str], key: Key) -> None:
    added = Claim("added", *more)
    for one in claims:
        assert height(one, [*claims, added], key) >= height(one, claims, key)


@given(claims_of_a_round, keys, st.randoms(use_true_random=False))
def test_the_order_of_grants_changes_nothing(claims: list[Claim], key: Key, shuffler: random.Random) -> None:
    mixed = list(claims)
    shuffler.shuffle(mixed)
    for one in claims:
        assert route(one, mixed, LIMIT, key) == route(one, claims, LIMIT, key)


@given(claims_of_a_round, keys)
def test_a_lead_can_only_send_up(claims: list[Claim], key: Key) -> None:
    for one in claims:
        usual, sent = (route(one, claims, LIMIT, key, escalated=why) for why in ("", "A reason"))
        assert sent.level is DMPC
        assert sent.level.height >= usual.level.height
        assert (sent.binding, sent.other) == (usual.binding, usual.other)


@given(claims_of_a_round, keys)
def test_a_grant_is_never_routed_lower_than_by_its_own_amount(claims: list[Claim], key: Key) -> None:
    for one in claims:
        assert height(one, claims, key) >= LIMIT.level(one.amount).height


@given(claims_of_a_round, keys)
def test_members_of_one_group_have_the_same_route(claims: list[Claim], key: Key) -> None:
    by_reference = {one.reference: route(one, claims, LIMIT, key) for one in claims}
    for this_route in by_reference.values():
        assert {by_reference[name].level for name in this_route.binding.members} == {this_route.level}


@given(claims_of_a_round, keys)
def test_there_is_a_warning_exactly_where_the_other_key_gives_a_higher_route(claims: list[Claim], key: Key) -> None:
    for one in claims:
        this_route = route(one, claims, LIMIT, key)
        assert bool(this_route.warning) == (this_route.other.level.height > this_route.level.height)


@given(claims_of_a_round, keys, st.decimals(min_value=1, max_value=90000, places=2))
def test_a_lower_limit_never_lowers_a_route(claims: list[Claim], key: Key, lower: Decimal) -> None:
    stricter = Limit(min(lower, LIMIT.amount), "", "", "Scheme 4.8", date(2019, 4, 1))
    for one in claims:
        assert route(one, claims, stricter, key).level.height >= height(one, claims, key)


def test_indexed_claims_group_a_claim_as_a_plain_list_does() -> None:
    listed = [
        Claim(f"AWD-{i}", Decimal(20000 + i), f"F{i // 3}" if i % 2 else "", f"R{i // 4}", f"P{i // 5}")
        for i in range(24)
    ]
    indexed = Claims(listed)
    # A claim that is not among them, or asks for another amount there, is compared as it is.
    larger = replace(listed[3], amount=Decimal(90000))
    stranger = replace(listed[3], reference="AWD-99")
    for one in (*listed, larger, stranger):
        for key in Key:
            alike = [other for other in listed if one.of(key) and other.of(key) == one.of(key)]
            amounts = {other.reference: other.amount for other in alike} | {one.reference: one.amount}
            own = group(one, indexed, LIMIT, key)
            assert (own.members, own.total) == (tuple(sorted(amounts)), sum(amounts.values()))
            assert own == group(one, listed, LIMIT, key)
