"""Pages of the panel's meeting."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.meetings import agenda
from bids.meetings import meetings as transitions
from bids.meetings import minutes as papers
from bids.meetings import reading as meeting_reading
from bids.meetings.forms import AgendaForm, DiscussForm, PlanMeetingForm, PresentForm
from bids.models import Bid, Discussion, Meeting, PanelOutcome
from bids.panel import members, reading
from bids.panel.members import members_query
from bids.ranking import standings
from bids.ranking.ranking import sums_of
from bids.scoring import Gate
from grants.access import Request, allow, enter, holdings, must, round_or_404
from grants.forms import Form, VersionedForm
from grants.models import Round, User
from grants.pages import file_response, form_page, page_of


def meeting_or_404(request: Request, reference: str, action: str) -> Meeting:
    """Return the meeting. Raises Http404 unless this person may do the action on it.

    Before it is opened, only people who may plan it can see it.
    """
    meeting = get_object_or_404(Meeting.objects.select_related("round"), reference=reference)
    must(request.user, action, meeting.round)
    if not meeting.opened_at:
        must(request.user, "plan meeting", meeting.round)
    enter(request, meeting.round)
    return meeting


def meeting_page(meeting: Meeting) -> str:
    return reverse("bids:meeting", args=[meeting.reference])


def item_page(item: Discussion) -> str:
    return reverse("bids:discuss_bid", args=[item.meeting.reference, item.bid.reference])


@allow("see meetings")
@require_GET
def meetings(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see meetings")
    rows = Meeting.objects.filter(round=this_round)
    if not holdings(request.user).may("plan meeting", this_round):
        rows = rows.exclude(opened_at=None)
    context = {"rows": meeting_reading.meetings_with_counts(rows), "opened": members.marks_open(this_round)}
    return render(request, "bids/meetings/meetings.html", context)


@allow("plan meeting")
def plan_meeting(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "plan meeting")
    left = sums_of(this_round).for_bids
    return form_page(
        request,
        "bids/meetings/plan_meeting.html",
        PlanMeetingForm(request.POST or None),
        lambda data: transitions.plan_meeting(round=this_round, **data, left=left, by=request.user, at=timezone.now()),
        done="You planned the meeting. Members cannot see it until you open it.",
        to=meeting_page,
        back=reverse("bids:meetings", args=[this_round.reference]),
        rule=agenda.RULE_IN_WORDS,
        items=_agenda_as_it_stands(request.user, this_round, left) if members.marks_open(this_round) else [],
    )


def _agenda_as_it_stands(user: User, round: Round, left: Decimal) -> list[tuple[Bid, str]]:
    """Return the bids on the agenda of a meeting planned now, each with the reason, as far as this person may see."""
    items = agenda.draw_up(transitions.seen(round, left))
    visible = Bid.objects.visible_to(user, "plan meeting").filter(reference__in=[item.reference for item in items])
    bids = {bid.reference: bid for bid in visible}
    return [(bids[item.reference], item.why) for item in items if item.reference in bids]


@allow("see meetings")
@require_GET
def meeting(request: Request, reference: str) -> HttpResponse:
    this_meeting = meeting_or_404(request, reference, "see meetings")
    page = page_of(request, meeting_reading.agenda(this_meeting, request.user))
    context = {
        "meeting": this_meeting,
        "page": page,
        "rule": agenda.RULE_IN_WORDS,
        "present": this_meeting.present.all(),
        "called": meeting_reading.called_item(this_meeting, request.user),
        "follows": request.GET.get("follow") == "yes",
    }
    return render(request, "bids/meetings/meeting.html", context)


@allow("open meeting")
def open_meeting(request: Request, reference: str) -> HttpResponse:
    meeting = meeting_or_404(request, reference, "open meeting")
    initial = {"version": meeting.version, "present": [person.username for person in meeting.present.all()]}

    def call(data: dict[str, Any]) -> None:
        seen = data.pop("version")
        transitions.open_meeting(meeting=meeting, **data, seen=seen, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/meetings/open_meeting.html",
        PresentForm(request.POST or None, members=members_query(meeting.round), initial=initial),
        call,
        done="The meeting is open and you recorded who is present",
        to=meeting_page(meeting),
        meeting=meeting,
    )


@allow("put on agenda")
def put_on_agenda(request: Request, reference: str) -> HttpResponse:
    meeting = meeting_or_404(request, reference, "put on agenda")
    bids = Bid.objects.visible_to(request.user, "record outcome").filter(round=meeting.round, state=Bid.State.ELIGIBLE)
    bids = bids.exclude(discussions__meeting=meeting).select_related("recipient")
    return form_page(
        request,
        "bids/meetings/put_on_agenda.html",
        AgendaForm(request.POST or None, bids=bids),
        lambda data: transitions.put_on_agenda(meeting=meeting, **data, by=request.user, at=timezone.now()),
        done=lambda item: f"You added {item.bid.title} to the agenda",
        to=meeting_page(meeting),
    )


@allow("see meetings")
def discuss_bid(request: Request, reference: str, bid: str) -> HttpResponse:
    meeting = meeting_or_404(request, reference, "see meetings")
    item = get_object_or_404(meeting_reading.agenda(meeting, request.user), bid__reference=bid)
    discusses = holdings(request.user).may("discuss bid", meeting.round)
    if request.method == "POST" and not discusses:
        return HttpResponseNotAllowed(["GET"])
    may_record = discusses and meeting.state == Meeting.State.OPEN and item.bid.state == Bid.State.ELIGIBLE
    context = _of_item(request, meeting, item) | {"may_record": may_record, "discusses": discusses}
    if request.POST.get("then") == "call":
        return form_page(
            request,
            "bids/meetings/discuss_bid.html",
            Form(request.POST),
            lambda data: transitions.call_item(item=item, by=request.user, at=timezone.now()),
            done=f"{item.bid.title} is before the meeting",
            to=item_page(item),
            **context | {"may_record": False},
        )
    if not may_record:
        return render(request, "bids/meetings/discuss_bid.html", context)
    form = DiscussForm(
        request.POST or None,
        rules=standings.rules_of(meeting.round),
        split={number for number, gate in context["own"].gates.items() if gate is Gate.SPLIT},
        present=meeting.present.all(),
        initial=meeting_reading.agreed_before(item),
    )

    def call(data: dict[str, Any]) -> None:
        transitions.discuss_and_decide(
            item=item,
            agreed=form.agreed,
            left=data["left"],
            reason=data["reason"],
            seen=data["version"],
            outcome=form.outcome(item.bid),
            by=request.user,
            at=timezone.now(),
        )

    return form_page(
        request,
        "bids/meetings/discuss_bid.html",
        form,
        call,
        done=f"You recorded what the meeting agreed on {item.bid.title}",
        to=lambda _: _after(request, item),
        **context,
    )


def _of_item(request: Request, meeting: Meeting, item: Discussion) -> dict[str, Any]:
    """Return what the page of an item shows, whoever reads it."""
    bid = item.bid
    cards = reading.marks_of(bid)
    return {
        "meeting": meeting,
        "item": item,
        "criteria": reading.by_criterion(meeting.round, cards),
        "cards": cards,
        "own": standings.own_result(bid),
        "agreed": item.agreed.select_related("criterion"),
        "gone": item.left.all(),
        "bid": bid,
        "outcome": PanelOutcome.objects.filter(bid=bid).first(),
        "costs": bid.costs.all(),
        "tags": bid.tags.all(),
        "must_leave": transitions.must_leave(meeting, bid),
        "next_item": meeting_reading.next_item(item, request.user),
        "item_called": meeting_reading.called_item(meeting, request.user),
        "follows": request.GET.get("follow") == "yes",
    }


def _after(request: Request, item: Discussion) -> str:
    """Return the address after an item is recorded: the next one, put before the meeting, if that was asked for."""
    following = meeting_reading.next_item(item, request.user) if request.POST.get("then") == "next" else None
    if following is None:
        return meeting_page(item.meeting)
    transitions.call_item(item=following, by=request.user, at=timezone.now())
    return item_page(following)


@allow("see meetings")
@require_GET
def follow_meeting(request: Request, reference: str) -> HttpResponse:
    """Lead to the item under discussion; a script asks with `as=address` for its address alone."""
    meeting = meeting_or_404(request, reference, "see meetings")
    item = meeting_reading.called_item(meeting, request.user)
    address = f"{item_page(item) if item else meeting_page(meeting)}?follow=yes"
    return JsonResponse({"address": address}) if request.GET.get("as") == "address" else redirect(address)


@allow("close meeting")
def close_meeting(request: Request, reference: str) -> HttpResponse:
    meeting = meeting_or_404(request, reference, "close meeting")

    def call(data: dict[str, Any]) -> None:
        transitions.close_meeting(meeting=meeting, seen=data["version"], by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/meetings/close_meeting.html",
        VersionedForm(request.POST or None, initial={"version": meeting.version}),
        call,
        done="You closed the meeting. Its minutes can no longer change.",
        to=meeting_page(meeting),
        meeting=meeting,
        undiscussed=meeting_reading.agenda(meeting, request.user).filter(recorded_at=None),
    )


@allow("see meetings")
@require_GET
def minutes(request: Request, reference: str) -> HttpResponse:
    meeting = meeting_or_404(request, reference, "see meetings")
    content = papers.of(meeting, request.user)
    # A template would read `items` as the method of the mapping.
    context = {"meeting": meeting, "minutes": content, "agenda_items": content["items"]}
    return render(request, "bids/meetings/minutes.html", context)


@allow("see meetings")
@require_GET
def minutes_pdf(request: Request, reference: str) -> HttpResponse:
    meeting = meeting_or_404(request, reference, "see meetings")
    file = papers.pdf(papers.of(meeting, request.user))
    return file_response(file, "application/pdf", f"minutes-{meeting.reference}.pdf")
