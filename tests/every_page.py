"""An address of every page, and the objects of PCD 681 that the pages are about."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from approvals.decisions import deciding, writing
from approvals.families.workbench import Workbench
from approvals.models import (
    AmendedGrant,
    Approval,
    Award,
    CarryOver,
    Condition,
    Decision,
    DelegationRule,
    MatchFunding,
    NamedRecipient,
    PaperItem,
    PartTwo,
    Query,
    Scenario,
    SingleTenderAction,
)
from bids.intake import uploads
from bids.intake.forms import BidForm
from bids.models import (
    Assignment,
    AssignmentPlan,
    Bid,
    BidFile,
    Discussion,
    Dismissal,
    Export,
    Interest,
    Meeting,
    Practice,
    Upload,
)
from bids.sheets.mapping import Answers
from bids.sheets.reading import read_book
from grants.models import Income, Organisation, OverAllocation, PowerProposal, Round, User, Virement
from grants.people import people
from grants.roles import Role
from tests import factories

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
FILE = "FILE-TEST"
POWER_PAGES = ("power", "confirm_power", "refuse_power", "withdraw_power")


def publish() -> Decision:
    """PCD 681, queried, signed and published, with a Part 2, so that every page of it has something to show."""
    decision = Decision.objects.get(reference="PCD-681")
    office, lead = User.objects.get(username="mo.novak"), User.objects.get(username="grace.hall")
    mayor = User.objects.get(username="robin.vale")
    current = writing.current_pack(decision)
    Query.objects.create(pack=current, number=1, about="3.2", question="Why?", asked_by=office, asked_at=AT)
    PartTwo.objects.create(
        decision=decision, text="Exempt words", exemption="Personal data", written_by=lead, written_at=AT
    )
    answers = {
        item.number: deciding.Answer("noted" if item.verb == "note" else "approved") for item in current.items.all()
    }
    deciding.decide_items(decision=decision, answers=answers, interests="None", by=mayor, at=AT)
    deciding.sign_decision(decision=decision, password="demo-password-2019", by=mayor, at=AT)
    writing.publish_decision(decision=decision, by=office, at=AT)
    return decision


def meet(barred: Bid, discussed: Bid, friend: User) -> tuple[Meeting, Scenario]:
    """What a panel leaves in its round: an interest in one bid, a practice bid, a meeting on another, a scenario."""
    round, chair = discussed.round, User.objects.get(username="olive.marsh")
    Interest.objects.update_or_create(
        bid=barred, member=friend, defaults={"conflicted": True, "nature": "A friend", "declared_at": AT}
    )
    Practice.objects.create(round=round, title="A made-up bid", bidder="Nobody", amount=1, case="None")
    meeting = Meeting.objects.create(
        round=round, reference="MEET-TEST", held_on=AT.date(), quorum=1, planned_by=chair, opened_at=AT
    )
    Discussion.objects.create(meeting=meeting, bid=discussed, number=1, why="Near the line")
    scenario = Scenario.objects.create(round=round, reference="SCEN-TEST", name="One", made_by=chair, made_at=AT)
    return meeting, scenario


def upload_of(round: Round, lead: User) -> Upload:
    """A file with two rows, one of which looks like a total."""
    book = read_book(b"Identifier,Title,Amount Awarded\r\nB-1,Crew,1200\r\nTotal,,1200\r\n", "bids.csv")
    upload = uploads.keep(round=round, file_name="bids.csv", book=book, by=lead, at=AT)
    answers = Answers(0, 1, {"your_reference": 0, "title": 1, "amount": 2})
    return uploads.settle(upload=upload, answers=answers, by=lead, at=AT)


def addresses_of(names: Iterable[str]) -> dict[str, str]:
    """An address for each of these pages by its name, all about PCD 681."""
    round = Round.objects.get(reference="cpie-2019-20")
    decision, lead = publish(), User.objects.get(username="grace.hall")
    assignment = Assignment.objects.filter(bid__round=round, member__username="amara.cole").select_related("bid")[0]
    bid = assignment.bid
    upload = upload_of(round, lead)
    asking = asking_upload(round, lead)
    file_of(bid, lead)
    award = Award.objects.filter(round=round)[0]
    chair, friend = User.objects.get(username="olive.marsh"), User.objects.get(username="farid.aziz")
    plan = AssignmentPlan.objects.filter(round=round)[0]
    barred = Assignment.objects.filter(bid__round=round).exclude(bid=bid).exclude(member=friend)[0]
    meeting, scenario = meet(barred.bid, bid, friend)
    first, second = round.lines.all()[:2]
    virement = Virement.objects.create(
        round=round,
        reference="VIR-TEST",
        source=first,
        target=second,
        amount=1,
        reason="Moved",
        proposed_by=User.objects.get(username="henry.ives"),
        proposed_at=AT,
    )
    income = Income.objects.create(
        round=round,
        reference="INC-TEST",
        grantor="Home Office",
        agreement="HO/1",
        agreed_on=AT.date(),
        amount=1,
        recorded_by=lead,
        recorded_at=AT,
    )
    carried = CarryOver.objects.create(
        round=round,
        reference="CAR-TEST",
        line=first,
        source="2019/20",
        target="2020/21",
        amount=1,
        reason="Late",
        proposed_by=User.objects.get(username="henry.ives"),
        proposed_at=AT,
    )
    above = OverAllocation.objects.create(
        round=round,
        reference="OVR-TEST",
        amount=1,
        reason="Some grants fall through",
        proposed_by=User.objects.get(username="henry.ives"),
        proposed_at=AT,
    )
    power = PowerProposal.objects.create(
        reference="PWR-TEST",
        kind="link",
        person=User.objects.get(username="robin.vale"),
        reason="Forgot it",
        proposed_by=factories.person(Role.ADMINISTRATOR),
        proposed_at=AT,
        opens_at=AT,
    )
    alike = workbench(round, lead)
    objects: dict[str, dict[str, Any]] = {
        "round": {"round": round.reference},
        "bid": {"reference": bid.reference},
        "award": {"reference": award.reference},
        "decision": {"reference": decision.reference},
    }
    own: dict[str, Any] = {
        "approvals:likeness": {"round": round.reference, "key": alike.suggestions[0].key},
        "approvals:same_body": {"round": round.reference, "key": alike.body_suggestions[0].key},
        **{
            f"approvals:{name}": {"round": round.reference, "pk": int(next(iter(alike.bodies)))}
            for name in ("organisation", "separate_body", "correct_number")
        },
        "approvals:undo_dismissal": {"round": round.reference, "kind": "bids", "key": "dismissed"},
        "approvals:scenario": {"reference": scenario.reference},
        "approvals:propose_scenario": {"reference": scenario.reference},
        "grants:set_password": dict(
            zip(("uid", "token"), people.password_link(User.objects.get(username="henry.ives")), strict=True)
        ),
        "grants:round": {"reference": round.reference},
        "grants:add_budget_line": {"reference": round.reference},
        "grants:extend_bids": {"reference": round.reference},
        "grants:extend_scoring": {"reference": round.reference},
        "grants:round_trail": {"reference": round.reference},
        "grants:change_budget_line": {"reference": round.lines.all()[0].reference},
        "grants:person": {"username": "mo.novak"},
        "grants:change_email": {"username": "mo.novak"},
        "grants:give_role": {"username": "mo.novak"},
        "grants:end_role": {"username": "mo.novak"},
        "grants:password_link": {"username": "mo.novak"},
        "grants:propose_password_link": {"username": "robin.vale"},
        **{f"grants:{name}": {"reference": power.reference} for name in POWER_PAGES},
        **{
            f"grants:{name}": {"reference": virement.reference}
            for name in ("virement", "confirm_virement", "refuse_virement", "withdraw_virement")
        },
        **{
            f"approvals:{name}": {"reference": carried.reference}
            for name in ("carry_over", "confirm_carry_over", "refuse_carry_over", "withdraw_carry_over")
        },
        **{
            f"grants:{verb}over_allocation": {"reference": above.reference}
            for verb in ("", "agree_", "refuse_", "withdraw_")
        },
        **{
            f"grants:{name}": {"reference": income.reference} for name in ("income", "change_income", "withdraw_income")
        },
        "approvals:withdraw_match_funding": {"reference": match_of(award, lead).reference},
        **direct_award_of(round, lead),
        "approvals:reconciliation_part": {"round": round.reference, "part": "grants"},
        **{
            f"bids:{name}": {"reference": upload.reference}
            for name in ("import_preview", "choose_sheet", "map_columns", "choose_rows")
        },
        "bids:import_questions": {"reference": asking.reference},
        **{f"bids:{name}": {"reference": bid.reference, "file": FILE} for name in ("bid_file", "remove_file")},
        "bids:withdraw_assignment": {"reference": bid.reference, "username": "amara.cole"},
        **{f"bids:{name}": card_of(bid) for name in ("reopen_scorecard", "end_reopening")},
        "bids:assignment_plan": {"reference": plan.reference},
        "bids:undo_plan": {"reference": plan.reference},
        "bids:knowledge": {"round": round.reference, "username": "amara.cole"},
        "bids:waive_interest": {"reference": barred.bid.reference, "username": friend.username},
        "bids:discuss_bid": {"reference": meeting.reference, "bid": bid.reference},
        "bids:scores_file": {"reference": export_of(chair, round).reference},
        **{
            f"bids:{name}": {"reference": meeting.reference}
            for name in (
                "meeting",
                "follow_meeting",
                "open_meeting",
                "put_on_agenda",
                "close_meeting",
                "minutes",
                "minutes_pdf",
            )
        },
        **{
            f"approvals:{name}": {"reference": SingleTenderAction.objects.get(round=round).reference}
            for name in ("approve_single_tender_action", "change_single_tender_action", "single_tender_action")
        },
        "approvals:confirm_rule": {"reference": DelegationRule.objects.filter(round=round)[0].reference},
        "approvals:grant_register_file": {"kind": "xlsx"},
        "approvals:contract_register_file": {"kind": "csv"},
        "approvals:delegated_return_file": {"round": round.reference, "kind": "csv"},
        "approvals:edit_section": {"reference": decision.reference, "key": "summary"},
        **amending(decision),
        **{f"approvals:{name}": item_of(decision, lead) for name in ("change_item", "withdraw_item")},
        "approvals:sign_off": {"reference": decision.reference, "area": "finance"},
        "approvals:section_history": {"reference": decision.reference, "key": "summary"},
        "approvals:answer_query": {"reference": decision.reference, "version": 1, "number": 1},
    }
    by_page = {}
    for name in names:
        if name.startswith("approvals:pack"):
            own[name] = {"reference": decision.reference, "version": 1}
        candidates = [{}, *objects.values()]
        by_page[name] = reverse(name, kwargs=own[name]) if name in own else next(_reversed(name, candidates, objects))
    return by_page


def card_of(bid: Bid) -> dict[str, Any]:
    """A scorecard on the bid."""
    return {"reference": bid.reference, "username": bid.scorecards.all()[0].member.username}


def file_of(bid: Bid, lead: User) -> BidFile:
    """A file that was added before the panel was asked to score the bid."""
    content = ContentFile(b"%PDF-1.4\nstartxref\n%%EOF")
    return BidFile.objects.create(
        bid=bid,
        reference=FILE,
        place=1,
        name="letter.pdf",
        kind=BidFile.Kind.PDF,
        size=content.size,
        sha256="0" * 64,
        stored_as=storages["bid_files"].save(f"{FILE}.pdf", content),
        added_by=lead,
        added_at=AT,
    )


def item_of(decision: Decision, lead: User) -> dict[str, Any]:
    """Something that the paper asks for in words, without an amount."""
    reference = "ITM-TEST"
    PaperItem.objects.get_or_create(
        reference=reference,
        defaults={
            "decision": decision,
            "kind": "agree",
            "title": "A plan",
            "wording": "the plan",
            "asked_by": lead,
            "asked_at": AT,
        },
    )
    return {"reference": decision.reference, "item": reference}


def direct_award_of(round: Round, lead: User) -> dict[str, dict[str, Any]]:
    """The pages of a direct award that waits for review, and those of another with one of its recipients named."""
    waiting, agreed = factories.direct(round, lead, amount=1), factories.direct(round, lead, amount=1)
    Bid.rows.filter(pk=agreed.pk).update(state=Bid.State.AGREED)
    award = Award.objects.create(round=round, bid=agreed, reference="AWD-TEST", amount=1, legal_power="s.143")
    named = NamedRecipient.objects.create(
        award=award,
        reference="REC-TEST",
        organisation=Organisation.objects.order_by("pk")[0],
        amount=1,
        reason="First",
        recorded_by=lead,
        recorded_at=AT,
    )
    row = {"reference": waiting.reference}
    return {
        **{f"bids:{name}": row for name in ("direct_award", "change_direct_award")},
        "approvals:withdraw_direct_award": row,
        "approvals:identify_recipient": {"reference": award.reference},
        "approvals:withdraw_recipient": {"reference": named.reference},
    }


def match_of(award: Award, by: User) -> MatchFunding:
    """Other money of the project of a grant."""
    return MatchFunding.objects.create(
        award=award, reference="MAT-TEST", source="A trust", amount=1, recorded_by=by, recorded_at=AT
    )


def condition_of(award: Award, by: User) -> dict[str, Any]:
    """A condition that is met, of a grant with an approval."""
    approval = Approval.objects.filter(award=award).first() or Approval.objects.create(
        award=award,
        reference="APP-TEST",
        level="dmpc",
        amount=award.amount,
        reason="x",
        facts={},
        approved_by=by,
        approved_at=AT,
        invalid_at=AT,
        invalid_because="x",
    )
    condition, _ = Condition.objects.get_or_create(
        reference="CON-TEST", defaults={"award": award, "approval": approval, "text": "A signed agreement"}
    )
    return {"reference": condition.reference}


def amending(decision: Decision) -> dict[str, dict[str, Any]]:
    """The addresses of a paper that changes a grant of the decision."""
    paper = Decision.objects.create(
        round=decision.round, reference="PCD-999", title="A change 🚲", decision_by="x", opened_at=AT, amends=decision
    )
    lead = User.objects.get(username="grace.hall")
    award = Award.objects.filter(round=decision.round, route="dmpc")[0]
    AmendedGrant.objects.create(
        decision=paper, award=award, amount=award.amount, reason="x", proposed_by=lead, proposed_at=AT
    )
    return {
        "approvals:spell_text": {"reference": paper.reference},
        "approvals:amend_grant": {"reference": paper.reference},
        "approvals:leave_grant": {"reference": paper.reference, "award": award.reference},
        "approvals:meet_condition": condition_of(award, lead),
        "approvals:undo_condition": condition_of(award, lead),
    }


def workbench(round: Round, lead: User) -> Workbench:
    """The workbench of a round in which two organisations look like one, two bids like one project, and one did."""
    for name in ("Dovecote Growers", "Dovecot Growers"):
        factories.bid(round, recipient=factories.OrganisationFactory(name=name), title="Crew", source_reference=name)
    Dismissal.objects.create(
        round=round,
        kind="bids",
        key="dismissed",
        members=["B-1", "B-2"],
        label="Two bids",
        reason="Unlike",
        dismissed_by=lead,
        dismissed_at=AT,
    )
    return Workbench(round, lead, AT)


def asking_upload(round: Round, lead: User) -> Upload:
    """A spreadsheet with a bid by the name of one organisation and the number of another."""
    own = factories.OrganisationFactory(name="Diggers", register="charity", number="7654399")
    bid = Bid.objects.filter(round=round, led_by="external")[0]
    row = {name: str(getattr(bid, name, "")) for name in BidForm.base_fields}
    tags = {kind: round.tags.filter(kind=kind)[0].code for kind in ("theme", "priority")}
    row |= {"row": "2", "your_reference": "ASK-1", "recipient": "Delvers", "register": "charity"}
    row |= {"register_number": own.number, "costs": f"All: {bid.amount}", "boroughs": round.body.areas.everywhere}
    row |= {"themes": tags["theme"], "priorities": tags["priority"], "employs_staff": "no", "personal_data": "no"}
    row |= {"london_living_wage": "", "future_cost": "no", "objectives": "", "illustrative": ""}
    return Upload.objects.create(
        round=round,
        reference="UP-ASKS",
        file_name="asks.csv",
        rows=[list(row.items())],
        uploaded_by=lead,
        uploaded_at=AT,
    )


def export_of(user: User, round: Round) -> Export:
    """A file of scores that this person asked for a moment ago: nobody else may fetch it."""
    reference = f"EXP-{Export.objects.count()}"
    return Export.objects.create(round=round, reference=reference, kind="csv", asked_by=user, asked_at=timezone.now())


def _reversed(name: str, candidates: list[dict[str, Any]], objects: dict[str, dict[str, Any]]) -> Iterator[str]:
    # `reference` stands for a bid, an award or a decision: the address says for which.
    for kwargs in candidates:
        try:
            address = reverse(name, kwargs=kwargs)
        except NoReverseMatch:
            continue
        first = address.split("/")[1]
        kind = {"bids": "bid", "awards": "award", "decisions": "decision", "register": "decision"}.get(first)
        if kwargs == {} or kind is None or set(kwargs) != {"reference"} or kwargs == objects[kind]:
            yield address
    kind = {"trail": "bid"}[reverse(name, kwargs=objects["bid"]).split("/")[1]]
    yield reverse(name, kwargs=objects[kind])
