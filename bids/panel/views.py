"""Pages of the chair: the overview of the panel, closing scoring, opening the marks, and recording outcomes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.models import Bid, Panel, Scorecard
from bids.panel import closing, members, opening, reading
from bids.panel.forms import OutcomeForm
from bids.ranking import standings
from grants.access import Request, allow, round_or_404
from grants.forms import ReasonForm, SeenReasonForm, VersionedForm
from grants.models import Round
from grants.pages import LONG_PAGE, form_page, page_of


def _address(name: str, round: Round) -> str:
    return reverse(f"bids:{name}", args=[round.reference])


@allow("see panel")
@require_GET
def panel(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "see panel")
    visible = Bid.objects.visible_to(request.user, "see panel")
    bids = visible.filter(round=this_round, state=Bid.State.ELIGIBLE)
    panel = Panel.objects.get(round=this_round)
    page = page_of(request, reading.by_need(bids, panel.wanted))
    context = {
        "members": reading.members(this_round),
        "short": reading.by_scorers_missing(bids, panel.wanted),
        "page": page,
        "rows": reading.with_scorers(page),
        "panel": panel,
        "closed_to_you": Bid.objects.filter(round=this_round, state=Bid.State.ELIGIBLE).count() - page.paginator.count,
    }
    return render(request, "bids/panel/panel.html", context)


@allow("run panel")
def close_scoring(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "run panel")
    panel = Panel.objects.get(round=this_round)
    visible = Bid.objects.visible_to(request.user, "run panel").filter(round=this_round, state=Bid.State.ELIGIBLE)
    page = page_of(request, reading.short_of(visible, panel.wanted), size=LONG_PAGE)
    unscored = closing.unscored(this_round)
    # An interest hides a bid from the chair, and it bars closing all the same.
    open_to_you = list(unscored.visible_to(request.user, "run panel")[:LONG_PAGE])
    return form_page(
        request,
        "bids/panel/close_scoring.html",
        ReasonForm(request.POST or None),
        lambda data: closing.close_scoring(round=this_round, **data, by=request.user, at=timezone.now()),
        done="You closed scoring",
        to=_address("open_marks", this_round),
        back=_address("panel", this_round),
        panel=panel,
        page=page,
        rows=reading.with_scorers(page),
        unscored=unscored.count(),
        open_to_you=open_to_you,
        missing=len(members.incomplete(this_round)),
    )


@allow("open marks")
def open_marks(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "open marks")
    panel = Panel.objects.get(round=this_round)
    return form_page(
        request,
        "bids/panel/open_marks.html",
        VersionedForm(request.POST or None, initial={"version": panel.version}),
        lambda data: opening.open_marks(round=this_round, seen=data["version"], by=request.user, at=timezone.now()),
        done="You opened the marks. You can now see the ranking.",
        to=_address("ranking", this_round),
        back=_address("panel", this_round),
        panel=panel,
    )


@allow("reopen scoring")
def reopen_scoring(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "reopen scoring")
    panel = Panel.objects.get(round=this_round)

    def call(data: dict[str, Any]) -> None:
        seen = data.pop("version")
        opening.reopen_scoring(round=this_round, **data, seen=seen, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/panel/reopen_scoring.html",
        SeenReasonForm(request.POST or None, initial={"version": panel.version}),
        call,
        done="You reopened scoring. Members can score and change their scorecards again.",
        to=_address("panel", this_round),
        panel=panel,
    )


@allow("reopen scorecard")
def reopen_scorecard(request: Request, reference: str, username: str) -> HttpResponse:
    return _of_one_card(
        request,
        reference,
        username,
        opening.reopen_scorecard,
        done="You reopened the scorecard of {name}. Tell them, so that they submit it again.",
    )


@allow("end reopening")
def end_reopening(request: Request, reference: str, username: str) -> HttpResponse:
    return _of_one_card(
        request, reference, username, opening.end_reopening, done="The scorecard of {name} is final again, as it was."
    )


def _of_one_card(
    request: Request, reference: str, username: str, transition: Callable[..., Scorecard], *, done: str
) -> HttpResponse:
    """Return the page on which a chair gives the reason for a transition of one member's scorecard."""
    name = transition.__name__
    bid = bid_or_404(request, reference, name.replace("_", " "))
    rows = Scorecard.objects.filter(bid=bid).select_related("member")
    card = get_object_or_404(rows, member__username=username)
    card.bid = bid

    def call(data: dict[str, Any]) -> None:
        transition(card=card, reason=data["reason"], seen=data["version"], by=request.user, at=timezone.now())

    return form_page(
        request,
        f"bids/panel/{name}.html",
        SeenReasonForm(request.POST or None, initial={"version": bid.version}),
        call,
        done=done.format(name=card.member.name),
        to=_address("panel", bid.round),
        bid=bid,
        card=card,
    )


def _after_outcome(request: Request, bid: Bid) -> str:
    """Return the address of the next bid without an outcome, if that was asked for and there is one, or the ranking."""
    open_bids = Bid.objects.visible_to(request.user, "record outcome").filter(round=bid.round, state=Bid.State.ELIGIBLE)
    following = open_bids.order_by("standing__position").first() if request.POST.get("then") == "next" else None
    if following is None:
        return _address("ranking", bid.round)
    return reverse("bids:record_outcome", args=[following.reference])


@allow("record outcome")
def record_outcome(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "record outcome")
    outcome = getattr(bid, "outcome", None)
    initial: dict[str, Any] = {"version": bid.version}
    if outcome:
        said_before = ("verdict", "destination", "reason", "internal_reason")
        initial |= {name: getattr(outcome, name) for name in said_before}
    opened = members.marks_open(bid.round)
    cards = reading.marks_of(bid) if opened else []

    def call(data: dict[str, Any]) -> None:
        seen = data.pop("version")
        closing.record_outcome(bid=bid, **data, seen=seen, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/panel/record_outcome.html",
        OutcomeForm(request.POST or None, initial=initial),
        call,
        done=f"You recorded the outcome of {bid.title}",
        to=lambda _: _after_outcome(request, bid),
        back=_address("ranking", bid.round),
        bid=bid,
        criteria=reading.by_criterion(bid.round, cards),
        cards=cards,
        result=standings.result_of(bid) if opened else None,
    )
