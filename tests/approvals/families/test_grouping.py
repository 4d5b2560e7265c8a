"""Answers to suggestions: families confirmed, suggestions dismissed and brought back, organisations merged."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from approvals.families import bodies, grouping
from approvals.families.workbench import Workbench
from approvals.models import Award, Decision, SingleTenderAction
from approvals.routing import approving, awards
from bids.intake.recipients import Named, Recipients
from bids.models import Bid, Dismissal, Interest, Knowledge
from grants import audit
from grants.models import Alias, AuditEvent, Organisation, Round, User
from grants.refusal import NotEntitled, Refused, Stale
from grants.roles import Role
from tests import factories
from tests.factories import NOW, OrganisationFactory, award, open_round, person

pytestmark = pytest.mark.django_db


@pytest.fixture
def round() -> Round:
    return open_round()


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def lots(round: Round) -> list[Bid]:
    return [award(round, title=f"Camp, lot {n}", amount=Decimal(30000)).bid for n in (1, 2, 3)]


def confirm(lots: list[Bid], by: User, **changes: Any) -> None:
    answer: dict[str, Any] = {"bids": lots, "name": "Camp", "reason": "Lots of one camp", "seen": None, **changes}
    grouping.confirm_likeness(round=lots[0].round, alike=lots, **answer, by=by, at=NOW)


def dismiss(lots: list[Bid], by: User, seen: int | None = None) -> Dismissal:
    return grouping.dismiss_likeness(round=lots[0].round, alike=lots, reason="Three camps", by=by, at=NOW, seen=seen)


def suggested(round: Round, user: User) -> list[tuple[str, ...]]:
    return [suggestion.references for suggestion in Workbench(round, user, NOW).suggestions]


def names(lots: list[Bid]) -> set[str]:
    return {bid.family.name if bid.family else "" for bid in Bid.objects.filter(pk__in=[bid.pk for bid in lots])}


# Families


def test_a_confirmed_likeness_is_a_family_whose_grants_are_routed_by_their_sum(
    round: Round, lead: User, lots: list[Bid]
) -> None:
    awards.route_awards(round=round, by=lead, at=NOW)
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"delegated"}
    assert suggested(round, lead) == [("B-001", "B-002", "B-003")]
    confirm(lots, lead)
    assert names(lots) == {"Camp"}
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"dmpc"}
    assert suggested(round, lead) == []
    events = AuditEvent.objects.filter(round=round, action="group bids", subject_kind="bid")
    assert {(event.bid, event.because, event.facts["family"]) for event in events} == {
        (bid.reference, "Lots of one camp", "Camp") for bid in lots
    }
    assert not audit.verify(round).faults


def test_routing_does_what_the_page_predicted(round: Round, lead: User, lots: list[Bid]) -> None:
    awards.route_awards(round=round, by=lead, at=NOW)
    effect = Workbench(round, lead, NOW).effect([bid.source_reference for bid in lots], "Camp")
    assert effect is not None
    confirm(lots, lead)
    sent_up = Award.objects.filter(round=round, route="dmpc").values_list("bid__source_reference", flat=True)
    assert set(effect.up) == set(sent_up)
    assert effect.total == sum(Award.objects.filter(round=round).values_list("amount", flat=True))


def test_bids_left_out_of_a_confirmed_likeness_are_not_suggested_again(
    round: Round, lead: User, lots: list[Bid]
) -> None:
    confirm(lots, lead, bids=lots[:2])
    assert (names(lots[:2]), names(lots[2:])) == ({"Camp"}, {""})
    assert Dismissal.objects.get(round=round).members == ["B-001", "B-002", "B-003"]
    assert suggested(round, lead) == []


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"name": ""}, "name", "Enter the project family"),
        ({"bids": []}, "bids", "Select at least one bid"),
    ],
)
def test_a_family_needs_a_name_and_bids(
    round: Round, lead: User, lots: list[Bid], changes: dict[str, Any], field: str, message: str
) -> None:
    with pytest.raises(Refused, match=message) as refused:
        confirm(lots, lead, **changes)
    assert refused.value.field == field
    assert names(lots) == {""}


def test_bids_that_are_already_grouped_this_way_are_refused(round: Round, lead: User, lots: list[Bid]) -> None:
    confirm(lots, lead)
    events = AuditEvent.objects.filter(round=round).count()
    with pytest.raises(Refused, match="These bids are already grouped this way"):
        grouping.group_bids(round=round, name="Camp", bids=lots, reason="Again", by=lead, at=NOW)
    assert AuditEvent.objects.filter(round=round).count() == events


def test_only_bids_that_join_a_family_are_changed(round: Round, lead: User, lots: list[Bid]) -> None:
    grouping.group_bids(round=round, name="Camp", bids=lots[:2], reason="Lots", by=lead, at=NOW)
    versions = dict(Bid.objects.filter(round=round).values_list("source_reference", "version"))
    confirm(lots, lead)
    changed = dict(Bid.objects.filter(round=round).values_list("source_reference", "version"))
    assert {name for name in versions if changed[name] != versions[name]} == {"B-003"}


# Dismissals


def test_a_dismissed_likeness_is_not_suggested_until_the_dismissal_is_undone(
    round: Round, lead: User, lots: list[Bid]
) -> None:
    made = dismiss(lots, lead)
    assert suggested(round, lead) == []
    assert (made.label, made.dismissed_by, made.reason) == (
        "Camp, lot 1; Camp, lot 2; Camp, lot 3",
        lead,
        "Three camps",
    )
    assert names(lots) == {""}
    other = person(Role.LEAD, round=round)
    grouping.undo_dismissal(dismissal=made, reason="One landlord", by=other, at=NOW)
    assert suggested(round, lead) == [("B-001", "B-002", "B-003")]
    events = AuditEvent.objects.filter(round=round, subject=made.key).values_list("action", "actor", "because")
    assert list(events) == [("dismiss likeness", lead.pk, "Three camps"), ("undo dismissal", other.pk, "One landlord")]


def test_a_further_bid_that_is_alike_is_suggested_with_them(round: Round, lead: User, lots: list[Bid]) -> None:
    dismiss(lots, lead)
    award(round, title="Camp, lot 4")
    assert suggested(round, lead) == [("B-001", "B-002", "B-003", "B-004")]


def test_a_likeness_is_dismissed_and_undone_only_once(round: Round, lead: User, lots: list[Bid]) -> None:
    made = dismiss(lots, lead)
    with pytest.raises(Refused, match=r"Somebody has already dismissed this\."):
        dismiss(lots, person(Role.LEAD, round=round))
    grouping.undo_dismissal(dismissal=made, reason="Look again", by=lead, at=NOW)
    with pytest.raises(Refused, match=r"Somebody has already undone this dismissal\."):
        grouping.undo_dismissal(dismissal=made, reason="Look again", by=lead, at=NOW)
    actions = AuditEvent.objects.filter(round=round, subject=made.key).values_list("action", flat=True)
    assert list(actions) == ["dismiss likeness", "undo dismissal"]


# What both must keep to

ANSWERS: dict[str, Callable[..., object]] = {"confirm": confirm, "dismiss": dismiss}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_answer_about_bids_that_changed_is_stale(round: Round, lead: User, lots: list[Bid], answer: str) -> None:
    seen = grouping.bid_set(lots).version
    grouping.group_bids(round=round, name="Other", bids=lots[:1], reason="A lot of it", by=lead, at=NOW)
    with pytest.raises(Stale) as stale:
        ANSWERS[answer](lots, lead, seen=seen)
    assert stale.value.current == seen + 1
    assert not Dismissal.objects.filter(round=round).exists()
    assert names(lots) == {"", "Other"}


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_lead_with_an_interest_in_one_of_the_bids_cannot_answer(
    round: Round, lead: User, lots: list[Bid], answer: str
) -> None:
    Interest.objects.create(bid=lots[2], member=lead, conflicted=True, nature="A cousin", declared_at=NOW)
    assert suggested(round, lead) == [("B-001", "B-002")]
    with pytest.raises(Refused, match="You declared an interest"):
        ANSWERS[answer](lots, lead)
    assert names(lots) == {""}


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("role", [role for role in Role if role is not Role.LEAD])
def test_only_a_lead_can_answer(round: Round, lots: list[Bid], role: Role, answer: str) -> None:
    with pytest.raises(NotEntitled):
        ANSWERS[answer](lots, person(role, round=round))
    assert names(lots) == {""}
    assert not Dismissal.objects.filter(round=round).exists()


@pytest.mark.parametrize("answer", [*ANSWERS, "undo", "merge"])
def test_families_cannot_change_while_a_paper_depends_on_them(answer: str) -> None:
    grace = User.objects.get(username="grace.hall")
    bids = list(Bid.objects.filter(round__reference="cpie-2019-20", source_reference__in=("CPIE-006", "CPIE-078")))
    made = Dismissal.objects.create(
        round=bids[0].round, kind="bids", key="x", reason="x", members=[], dismissed_by=grace, dismissed_at=NOW
    )
    kept, other = Organisation.objects.filter(name__in=("Mutual Gain", "London Blues"))
    calls: dict[str, Callable[[], object]] = {
        "confirm": lambda: confirm(bids, grace),
        "dismiss": lambda: dismiss(bids, grace),
        "undo": lambda: grouping.undo_dismissal(dismissal=made, reason="x", by=grace, at=NOW),
        "merge": lambda: merge(bids[0].round, kept, [other], grace),
    }
    events = AuditEvent.objects.count()
    with pytest.raises(Refused, match="PCD-681 is submitted and rests on this"):
        calls[answer]()
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize(("state", "route"), [("approved", "dmpc"), ("refused", "dmpc"), ("refused", "delegated")])
def test_bids_with_a_decided_grant_cannot_be_grouped_but_can_be_dismissed(
    round: Round, lead: User, lots: list[Bid], state: str, route: str
) -> None:
    awards.route_awards(round=round, by=lead, at=NOW)
    Award.objects.filter(bid=lots[0]).update(state=state, route=route)
    with pytest.raises(Refused, match="Only a new decision changes it"):
        confirm(lots, lead)
    bench = Workbench(round, lead, NOW)
    assert bench.group(bench.suggestions[0].references).decided
    dismiss(lots, lead)
    assert suggested(round, lead) == []


# Organisations


def merge(round: Round, kept: Organisation, others: list[Organisation], by: User) -> None:
    bodies.merge_bodies(round=round, kept=kept, others=others, reason="One body", by=by, at=NOW)


@pytest.fixture
def sharan(round: Round) -> tuple[Organisation, Organisation]:
    """Two records of one organisation, with a grant of £30,000 each."""
    organisations = (OrganisationFactory(name="Sharan Project"), OrganisationFactory(name="Sharon Project"))
    for body, title in zip(organisations, ("Advice line", "School lessons"), strict=True):
        award(round, title=title, amount=Decimal(30000), recipient=body, recipient_as_written=body.name)
    return organisations


@pytest.fixture(autouse=True)
def without_the_demo(request: pytest.FixtureRequest) -> None:
    """Remove names that the demo uses, so that a test can create organisations with them."""
    if "sharan" in request.fixturenames:
        Alias.objects.filter(name__in=("Sharan Project", "Sharon Project")).delete()


def test_two_records_of_one_organisation_are_suggested_and_merged(
    round: Round, lead: User, sharan: tuple[Organisation, Organisation]
) -> None:
    kept, other = sharan
    awards.route_awards(round=round, by=lead, at=NOW)
    assert set(Award.objects.filter(round=round).values_list("route", "warning")) == {("delegated", "")}
    bench = Workbench(round, lead, NOW)
    assert [suggestion.references for suggestion in bench.body_suggestions] == [
        tuple(sorted((str(kept.pk), str(other.pk))))
    ]
    effect = bench.merged(kept, [other])
    assert effect is not None
    assert effect.sentence == "Together £60,000, not below £50,000: 2 grants would get a warning."
    merge(round, kept, [other], lead)
    assert set(Bid.objects.filter(round=round).values_list("recipient", flat=True)) == {kept.pk}
    assert {award.warning for award in Award.objects.filter(round=round)} == {
        "With 1 other grant to Sharan Project it comes to £60,000, not below £50,000."
    }
    assert set(kept.aliases.values_list("name", flat=True)) == {"Sharan Project", "Sharon Project"}
    assert Workbench(round, lead, NOW).body_suggestions == []
    assert dict(Bid.objects.filter(round=round).values_list("title", "recipient_as_written"))["School lessons"] == (
        "Sharon Project"
    )


def test_where_the_recipient_binds_merging_sends_the_grants_up(round: Round, lead: User, sharan: Any) -> None:
    Round.objects.filter(pk=round.pk).update(routing_key="recipient")
    awards.route_awards(round=round, by=lead, at=NOW)
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"delegated"}
    merge(round, sharan[0], [sharan[1]], lead)
    assert set(Award.objects.filter(round=round).values_list("route", flat=True)) == {"dmpc"}


def test_a_merge_is_recorded_for_the_organisation_and_for_each_bid(round: Round, lead: User, sharan: Any) -> None:
    kept, other = sharan
    merge(round, kept, [other], lead)
    events = AuditEvent.objects.filter(round=round, action="merge bodies")
    moved = Bid.objects.get(round=round, title="School lessons")
    assert [(event.subject_kind, event.bid, event.before, event.facts) for event in events] == [
        ("bid", moved.reference, {"recipient": "Sharon Project"}, {"recipient": "Sharan Project"}),
        ("organisation", "", {}, {"names": ["Sharon Project"], "others": ["Sharon Project"]}),
    ]
    assert not audit.verify(round).faults


def test_a_later_bid_under_the_other_name_goes_to_the_body_that_was_kept(round: Round, lead: User, sharan: Any) -> None:
    merge(round, sharan[0], [sharan[1]], lead)
    body = Recipients().place(Named("The Sharon Project Ltd", "not stated", "")).body
    assert body is not None
    assert body.stored == sharan[0]


def test_bids_of_another_round_stay_as_they_were(round: Round, lead: User, sharan: Any) -> None:
    past = award(open_round(), recipient=sharan[1])
    merge(round, sharan[0], [sharan[1]], lead)
    past.bid.refresh_from_db()
    assert past.bid.recipient == sharan[1]
    assert not AuditEvent.objects.filter(round=past.round, action="merge bodies").exists()


def test_contracts_and_declared_knowledge_move_to_the_kept_organisation(round: Round, lead: User, sharan: Any) -> None:
    kept, other = sharan
    contract = factories.contract(round, lead, "1000", supplier=other)
    known = Knowledge.objects.create(round=round, member=person(Role.MEMBER, round=round))
    known.organisations.add(other)
    merge(round, kept, [other], lead)
    assert SingleTenderAction.objects.get(pk=contract.pk).supplier == kept
    assert set(known.organisations.all()) == {kept, other}
    assert AuditEvent.objects.filter(round=round, action="merge bodies", subject=contract.reference).count() == 1


@pytest.mark.parametrize(
    ("kept", "other", "message"),
    [
        (
            ("charity", "1"),
            ("charity", "2"),
            "You cannot merge organisations with different register numbers: 1 and 2",
        ),
        (("not stated", ""), ("charity", "2"), "Keep Sharon Project, because its register number is known"),
        (("charity", "1"), ("company", "2"), ""),
        (("charity", "1"), ("not stated", ""), ""),
    ],
)
def test_organisations_with_different_register_numbers_cannot_be_merged(
    round: Round, lead: User, sharan: Any, kept: tuple[str, str], other: tuple[str, str], message: str
) -> None:
    for body, (register, number) in zip(sharan, (kept, other), strict=True):
        Organisation.objects.filter(pk=body.pk).update(register=register, number=number)
    if not message:
        merge(round, sharan[0], [sharan[1]], lead)
        assert sharan[0].aliases.count() == 2
        return
    with pytest.raises(Refused, match=message):
        merge(round, sharan[0], [sharan[1]], lead)
    assert sharan[0].aliases.count() == 1


def test_an_organisation_is_not_merged_with_itself(round: Round, lead: User, sharan: Any) -> None:
    with pytest.raises(Refused, match="Select at least one other organisation to merge") as refused:
        merge(round, sharan[0], [sharan[0]], lead)
    assert refused.value.field == "bodies"


def test_a_decided_grant_keeps_its_recipient(round: Round, lead: User, sharan: Any) -> None:
    awards.route_awards(round=round, by=lead, at=NOW)
    Award.objects.filter(bid__title="School lessons").update(state="approved", route="dmpc")
    with pytest.raises(Refused, match="Only a new decision changes it"):
        merge(round, sharan[0], [sharan[1]], lead)
    assert sharan[1].aliases.count() == 1


def test_whoever_merged_organisations_cannot_approve_their_grants(round: Round, lead: User, sharan: Any) -> None:
    other = person(Role.LEAD, round=round)
    merge(round, sharan[0], [sharan[1]], other)
    awards.route_awards(round=round, by=lead, at=NOW)
    for each in Award.objects.filter(round=round):
        awards.clear_warning(award=each, reason="Two projects", by=lead, at=NOW)
    moved = Award.objects.for_routes().get(round=round, bid__title="School lessons")
    with pytest.raises(Refused, match="You changed its project family or recipient"):
        approving.approve_awards(awards=[moved], reason="Below", by=other, at=NOW)


def test_a_likeness_of_organisations_is_dismissed_and_the_dismissal_undone(
    round: Round, lead: User, sharan: Any
) -> None:
    made = grouping.dismiss_bodies(round=round, bodies=list(sharan), reason="A twin town", by=lead, at=NOW)
    assert Workbench(round, lead, NOW).body_suggestions == []
    grouping.undo_dismissal(dismissal=made, reason="They share a board", by=lead, at=NOW)
    assert len(Workbench(round, lead, NOW).body_suggestions) == 1


def test_the_workbench_names_the_submitted_paper() -> None:
    round = Round.objects.get(reference="cpie-2019-20")
    bench = Workbench(round, User.objects.get(username="grace.hall"), NOW)
    assert bench.paper_in_flight == Decision.objects.get(reference="PCD-681")


def test_contracts_of_merged_suppliers_are_routed_by_their_sum(round: Round, lead: User) -> None:
    first = factories.contract(round, lead, "60000", title="Lights")
    second = factories.contract(round, lead, "60000", title="Locks", supplier=OrganisationFactory())
    assert (first.route, second.route) == ("delegated", "delegated")
    bodies.merge_bodies(
        round=round, kept=second.supplier, others=[first.supplier], reason="One number", by=lead, at=NOW
    )
    for each in (first, second):
        each.refresh_from_db()
        assert (each.supplier, each.route) == (second.supplier, "dmpc")
