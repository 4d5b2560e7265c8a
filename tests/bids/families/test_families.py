"""Which bids are suggested as lots of one project, and which organisations as one."""

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.families.workbench import Workbench
from bids.families.families import Body, Like, Why, family_name, key_of, suggest, suggest_bodies
from bids.families.likeness import Strength
from bids.models import Bid
from grants.models import Round, User
from tests.factories import NOW

CAMP = [Like(f"B-{n}", f"Safe Camp Extension, lot {n}: {place}", f"Trust {n}") for n, place in enumerate("ABC", 1)]
SHELTER = (
    "A weekend away for young people whom schools name, with two youth workers to each ten of them, a fire, a river "
    "and nobody that they owe anything to. On Sunday night a mentor meets them at the station."
)


def groups(bids: list[Like], records: list[Body] | None = None) -> dict[tuple[str, ...], list[str]]:
    return {
        suggestion.references: [reason.why.value for reason in suggestion.reasons]
        for suggestion in suggest(bids, records or [])
    }


def test_lots_of_one_project_are_suggested_by_their_names() -> None:
    (suggestion,) = suggest(CAMP)
    assert (suggestion.references, suggestion.strength) == (("B-1", "B-2", "B-3"), Strength.STRONG)
    (reason,) = suggestion.reasons
    assert reason.evidence[0] == "“Safe Camp Extension, lot 1: A” and “Safe Camp Extension, lot 2: B”"


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("Sharan Project: advice line", "Sharon Project: school lessons", True),
        ("Safe Camp Extension, lot 1", "Safe camp extension lot 2", True),
        ("Safe Camp Extension Part One", "Safe Camp Extension Part Two", True),
        ("Night Shelter phase ii", "Night Shelter phase iv", True),
        ("Girls on the Green", "GIRLS ON THE GREEN", True),
        ("The Girls on the Green", "Girls on the Green!", True),
        ("Summer School 1", "Summer School 2", True),
        ("Phase 1", "Phase 2", True),
        ("PDSC: shop visits", "Police Digital Security Centre: clinics", True),
        ("London Safe Camp Extension", "Safe Camp Extension for Westminster", True),
        ("2019: advice line", "2020: allotments", False),
        ("!!!", "???", False),
        ("Girls on the Green", "Allotment Crew", False),
        ("Girls on the Green", "Boys on the Bus", False),
        ("Market traders' breakfast briefings", "Estate Kitchen Cook-off", False),
        ("Teen Court Nights", "Fix It Fridays", False),
        ("Sharan Project: advice line", "Princes Trust PPP Project", False),
    ],
)
def test_names_are_compared_without_lot_numbers_case_and_spelling(one: str, other: str, together: bool) -> None:
    reasons = groups([Like("B-1", one, "First"), Like("B-2", other, "Second")])
    assert reasons == ({("B-1", "B-2"): ["Like names"]} if together else {})


TWO = [Like("B-1", "Allotment Crew", "1"), Like("B-2", "Teen Court Nights", "2")]


@pytest.mark.parametrize(
    ("one", "other", "why", "evidence", "strength"),
    [
        (
            Body("1", ("Dovecote Growers", "Dove Cote"), "charity", "123"),
            None,
            "The same recipient",
            "They go to Dovecote Growers, charity number 123, also known as Dove Cote",
            Strength.FAIR,
        ),
        (
            Body("1", ("Sharan Project",)),
            Body("2", ("Sharon Project",)),
            "Recipients that look like one",
            "“Sharan Project” and “Sharon Project”: spelled alike",
            Strength.FAIR,
        ),
        (
            Body("1", ("Police Digital Security Centre",)),
            Body("2", ("PDSC",)),
            "Recipients that look like one",
            "“Police Digital Security Centre” and “PDSC”: PDSC are its initials",
            Strength.FAIR,
        ),
        (
            Body("1", ("Dovecote Growers",), "company", "01234567"),
            Body("2", ("Allotments of Kent",), "company", "1234567"),
            "Recipients that look like one",
            "Dovecote Growers has the company number 01234567, Allotments of Kent the company number 1234567",
            Strength.STRONG,
        ),
    ],
    ids=["one body", "spelling", "initials", "number"],
)
def test_bids_of_one_recipient_or_of_two_that_look_like_one_are_suggested(
    one: Body, other: Body | None, why: str, evidence: str, strength: Strength
) -> None:
    bids = TWO if other else [Like(bid.reference, bid.title, "1") for bid in TWO]
    (suggestion,) = suggest(bids, [one, other] if other else [one])
    assert (suggestion.references, suggestion.strength) == (("B-1", "B-2"), strength)
    assert [(reason.why.value, reason.evidence) for reason in suggestion.reasons] == [(why, (evidence,))]


@pytest.mark.parametrize(
    ("one", "other", "strength"),
    [
        (("Ida Fenn", "ida@x.example"), ("I. Fenn", "IDA@x.example "), Strength.FAIR),
        (("Ida Fenn", "ida@x.example"), ("ida  fenn", "fenn@y.example"), Strength.SLIGHT),
        (("Ida", "ida@x.example"), ("Ida", "ida@y.example"), None),
        (("", ""), ("", ""), None),
    ],
)
def test_bids_that_name_the_same_person_are_suggested(
    one: tuple[str, str], other: tuple[str, str], strength: Strength | None
) -> None:
    bids = [
        Like(bid.reference, bid.title, bid.recipient, contact=contact, email=email)
        for bid, (contact, email) in zip(TWO, (one, other), strict=True)
    ]
    suggestions = suggest(bids)
    assert [each.strength for each in suggestions] == ([strength] if strength else [])
    assert {reason.why for each in suggestions for reason in each.reasons} <= {Why.PEOPLE}


def test_bids_with_similar_text_are_suggested_whatever_their_names() -> None:
    bids = [
        Like("B-1", "Allotment Crew", "1", text=SHELTER),
        Like("B-2", "Teen Court Nights", "2", text=f"{SHELTER} In the borough of Kent."),
    ]
    (suggestion,) = suggest(bids)
    assert (suggestion.strength, suggestion.reasons[0].why) == (Strength.STRONG, Why.TEXT)
    assert "a weekend away for young people whom schools name" in suggestion.reasons[0].evidence[0]


def test_several_kinds_of_likeness_of_the_same_bids_are_one_suggestion_and_a_stronger_one() -> None:
    bids = [Like(bid.reference, bid.title, "1", contact="Ida Fenn", email=f"{bid.reference}@x.example") for bid in TWO]
    (suggestion,) = suggest(bids)
    assert [reason.why for reason in suggestion.reasons] == [Why.RECIPIENT, Why.PEOPLE]
    assert suggestion.strength == Strength.STRONG


def test_a_weaker_likeness_of_more_bids_is_suggested_as_well_as_a_strong_one_of_some() -> None:
    bids = [*CAMP, Like("B-4", "Extension of the Safe Camp Extension", "Trust 4")]
    suggestions = [(each.references, each.strength) for each in suggest(bids)]
    assert suggestions == [
        (("B-1", "B-2", "B-3"), Strength.STRONG),
        (("B-1", "B-2", "B-3", "B-4"), Strength.SLIGHT),
    ]


def test_a_likeness_within_a_larger_one_as_strong_is_part_of_it() -> None:
    bids = [*CAMP[:2], Like("B-3", CAMP[2].title, "Trust 1")]
    (suggestion,) = suggest(bids)
    assert suggestion.references == ("B-1", "B-2", "B-3")
    assert [(reason.why, reason.references) for reason in suggestion.reasons] == [
        (Why.NAMES, ("B-1", "B-2", "B-3")),
        (Why.RECIPIENT, ("B-1", "B-3")),
    ]


def test_a_group_that_is_one_family_already_is_not_suggested_again() -> None:
    assert suggest([Like(bid.reference, bid.title, bid.recipient, "Safe Camp Extension") for bid in CAMP]) == []


def test_a_group_of_which_a_part_is_a_family_is_suggested() -> None:
    bids = [Like(bid.reference, bid.title, bid.recipient, "Safe Camp" if i else "") for i, bid in enumerate(CAMP)]
    assert groups(bids) == {("B-1", "B-2", "B-3"): ["Like names"]}


def test_two_families_of_one_recipient_are_suggested_for_review() -> None:
    bids = [Like("B-1", "Allotment Crew", "Dovecote", "One"), Like("B-2", "Teen Court Nights", "Dovecote", "Other")]
    assert groups(bids) == {("B-1", "B-2"): ["The same recipient"]}


@pytest.mark.parametrize(
    ("dismissed", "left"),
    [
        ([{"B-1", "B-2", "B-3"}], []),
        ([{"B-1", "B-2", "B-3", "B-9"}], []),
        ([{"B-1", "B-2"}], [("B-1", "B-2", "B-3")]),
        ([{"B-1", "B-2"}, {"B-3", "B-1"}], [("B-1", "B-2", "B-3")]),
        ([], [("B-1", "B-2", "B-3")]),
    ],
)
def test_a_dismissed_suggestion_stays_away_until_another_bid_is_like_it(
    dismissed: list[set[str]], left: list[tuple[str, ...]]
) -> None:
    suggestions = suggest(CAMP, dismissed=[frozenset(each) for each in dismissed])
    assert [each.references for each in suggestions] == left


@pytest.mark.parametrize("bids", [[], [Like("B-1", "Alone", "Somebody")]])
def test_a_bid_alone_gets_no_suggestion(bids: list[Like]) -> None:
    assert suggest(bids) == []


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Safe Camp Extension, lot 1: Hammersmith", "Safe Camp Extension"),
        ("Sharan Project: advice line", "Sharan Project"),
        ("Summer School 2", "Summer School"),
        ("Night Shelter Phase II", "Night Shelter"),
        ("Phase 1", "Phase 1"),
        ("Girls on the Green", "Girls on the Green"),
    ],
)
def test_a_family_is_called_by_the_title_of_a_lot_without_the_lot(title: str, name: str) -> None:
    assert family_name(title) == name


titles = st.sampled_from(
    ["Camp lot 1", "Camp lot 2", "Crew", "Crews", "Court", "Safe Night Bus Camp", "Night Bus Camp"]
)
bids_of_a_round = st.lists(
    st.tuples(titles, st.sampled_from("XYZ"), st.sampled_from(["", "F"]), st.sampled_from(["", "Ida Fenn"])),
    max_size=8,
).map(
    lambda rows: [
        Like(f"B-{i}", title, recipient, family, contact=contact)
        for i, (title, recipient, family, contact) in enumerate(rows)
    ]
)


@given(bids_of_a_round, st.randoms(use_true_random=False))
def test_the_order_of_bids_changes_nothing_but_the_evidence(bids: list[Like], shuffler: random.Random) -> None:
    mixed = list(bids)
    shuffler.shuffle(mixed)
    assert [(each.key, each.strength) for each in suggest(mixed)] == [
        (each.key, each.strength) for each in suggest(bids)
    ]


@given(bids_of_a_round)
def test_each_suggestion_holds_two_bids_or_more_once_and_says_why(bids: list[Like]) -> None:
    suggestions = suggest(bids)
    assert all(len(set(each.references)) == len(each.references) >= 2 for each in suggestions)
    assert all(
        reason.evidence and set(reason.references) <= set(e.references) for e in suggestions for reason in e.reasons
    )
    assert len({each.references for each in suggestions}) == len(suggestions)
    assert [each.strength for each in suggestions] == sorted((each.strength for each in suggestions), reverse=True)


@given(bids_of_a_round)
def test_dismissing_all_suggestions_leaves_none(bids: list[Like]) -> None:
    dismissed = [frozenset(each.references) for each in suggest(bids)]
    assert suggest(bids, dismissed=dismissed) == []


def test_the_key_of_a_set_is_that_of_its_members_alone() -> None:
    assert key_of(["B", "A"]) == key_of(["A", "B"]) != key_of(["A", "B", "C"])


# Organisations

FIVE = (
    "Police Crime Prevention Initiatives Ltd",
    "PCPI Ltd",
    "Police Digital Security Centre",
    "PDSC",
    "London Digital Security Centre",
)


def bodies(*names: str, **contacts: str) -> list[Body]:
    """A body for each name; `contacts` gives the person of one by its place."""
    people = {place: ((name, ""),) for place, name in contacts.items()}
    return [Body(str(n), (name,), contacts=people.get(f"at_{n}", ())) for n, name in enumerate(names)]


def test_the_five_names_of_pcpi_as_five_records_are_found_to_be_one_where_one_person_speaks_for_two() -> None:
    (suggestion,) = suggest_bodies(bodies(*FIVE, at_1="Ida Fenn", at_4="Ida Fenn"))
    assert suggestion.references == ("0", "1", "2", "3", "4")
    evidence = {sentence for reason in suggestion.reasons for sentence in reason.evidence}
    assert evidence == {
        "“Police Crime Prevention Initiatives Ltd” and “PCPI Ltd”: PCPI are its initials",
        "“Police Digital Security Centre” and “PDSC”: PDSC are its initials",
        "“Police Digital Security Centre” and “London Digital Security Centre”: “digital security centre” is in both",
        "Both name Ida Fenn",
    }


def test_the_five_names_of_pcpi_are_one_where_a_record_goes_by_two_of_them() -> None:
    records = [Body("a", FIVE[:1]), Body("b", (FIVE[1], FIVE[2])), Body("c", FIVE[3:4]), Body("d", FIVE[4:])]
    assert [each.references for each in suggest_bodies(records)] == [("a", "b", "c", "d")]


def test_by_their_names_alone_the_five_are_two() -> None:
    assert [each.references for each in suggest_bodies(bodies(*FIVE))] == [("2", "3", "4"), ("0", "1")]


def test_the_surest_bodies_come_first() -> None:
    records = [Body("a", ("Sharan Project",)), Body("b", ("Sharon Project",))]
    records += [Body("c", ("Fens",), "charity", "0123"), Body("d", ("Moors",), "charity", "123")]
    assert [each.references for each in suggest_bodies(records)] == [("c", "d"), ("a", "b")]


def test_a_name_in_brackets_is_another_name() -> None:
    suggestions = suggest_bodies(bodies("Police Digital Security Centre (PDSC)", "PDSC"))
    assert [each.references for each in suggestions] == [("0", "1")]


@pytest.mark.parametrize(
    ("one", "other", "suggested"),
    [
        (("charity", "1"), ("charity", "2"), False),
        (("charity", "1"), ("company", "2"), True),
        (("charity", "1"), ("not stated", ""), True),
        (("not stated", ""), ("not stated", ""), True),
    ],
)
def test_two_numbers_of_one_register_are_two_bodies_however_like_their_names(
    one: tuple[str, str], other: tuple[str, str], suggested: bool
) -> None:
    records = [Body("1", ("Sharan Project",), *one), Body("2", ("Sharon Project",), *other)]
    assert bool(suggest_bodies(records)) is suggested


def test_a_dismissed_likeness_of_bodies_stays_away() -> None:
    records = bodies("Sharan Project", "Sharon Project")
    assert suggest_bodies(records)
    assert suggest_bodies(records, [frozenset({"0", "1"})]) == []


@pytest.mark.parametrize(
    "names", [("Ember Lane Trust", "Osier Road Trust"), ("Mutual Gain", "London Blues"), ("A", "B")]
)
def test_unlike_bodies_are_not_found(names: tuple[str, str]) -> None:
    assert suggest_bodies(bodies(*names)) == []


# The loaded round


@pytest.mark.django_db
def test_the_loaded_round_suggests_mutual_gain_and_not_the_confirmed_families() -> None:
    round, lead = Round.objects.get(reference="cpie-2019-20"), User.objects.get(username="grace.hall")
    suggestions = {each.references: each for each in Workbench(round, lead, NOW).suggestions}
    camp = set(Bid.objects.filter(family__name="Safe Camp Extension").values_list("source_reference", flat=True))
    assert len(camp) == 3
    assert set(suggestions) == {("CPIE-006", "CPIE-078")}
    assert suggestions["CPIE-006", "CPIE-078"].strength == Strength.STRONG


@pytest.mark.django_db
def test_without_its_families_the_loaded_round_suggests_safe_camp_and_sharan_with_sharon() -> None:
    round, lead = Round.objects.get(reference="cpie-2019-20"), User.objects.get(username="grace.hall")
    Bid.objects.filter(round=round).update(family=None)
    bench = Workbench(round, lead, NOW)
    groups_by_bids = {each.references: bench.group(each.references) for each in bench.suggestions}
    assert {(group.name, str(group.total)) for group in groups_by_bids.values()} == {
        ("Safe Camp Extension", "147600.00"),
        ("Sharan Project", "148544.00"),
        ("Mutual Gain", "219500.00"),
    }
    sharan = ("CPIE-040", "CPIE-046", "CPIE-063", "CPIE-075")
    effect = bench.effect(sharan, "Sharan Project")
    assert effect is not None
    assert effect.sentence == "Together £148,544, not below £50,000: 4 grants would go from delegation to decision."
    evidence = [reason.evidence for each in bench.suggestions if each.references == sharan for reason in each.reasons]
    assert ("They go to Sharan Project, also known as Sharon Project",) in evidence
    assert {names[1:] for _, names in bench.many_names()} == {
        ("Sharon Project",),
        ("London Digital Security Centre", "PCPI Ltd", "PDSC", "Police Digital Security Centre"),
    }


def written_by_an_adviser(bids: int, recipients: int) -> list[Like]:
    """Unlike bids of several recipients, all of which name one address."""
    titles = [
        "Drum school",
        "Repair shed",
        "Boxing nights",
        "Lido lights",
        "Bus of books",
        "Choir",
        "Allotment",
        "Radio",
    ]
    return [
        Like(
            f"B-{n}", f"{titles[n % 8]} {chr(97 + n) * 4}", f"org-{n % recipients}", contact="", email="help@advice.org"
        )
        for n in range(bids)
    ]


def test_an_adviser_who_writes_for_many_makes_a_weak_suggestion() -> None:
    suggestions = [each for each in suggest(written_by_an_adviser(9, 9)) if len(each.references) == 9]
    (suggestion,) = suggestions
    assert suggestion.strength is Strength.WEAK
    assert suggestion.reasons[0].why is Why.PEOPLE
    assert suggestion.reasons[0].evidence == ("9 organisations name help@advice.org, who may write bids for others",)


def test_an_adviser_makes_no_other_likeness_stronger() -> None:
    bids = [replace(bid, title="Drum school") for bid in written_by_an_adviser(3, 3)]
    (suggestion,) = suggest(bids)
    names_alone = suggest([replace(bid, email="") for bid in bids])[0]
    assert suggestion.strength is names_alone.strength


@pytest.mark.parametrize("recipients", [1, 2])
def test_a_person_of_one_or_two_recipients_counts_as_before(recipients: int) -> None:
    people = [each for each in suggest(written_by_an_adviser(2, recipients)) if each.reasons[-1].why is Why.PEOPLE]
    assert people[0].reasons[-1].strength is Strength.FAIR
    assert people[0].reasons[-1].evidence == ("Both name help@advice.org",)
