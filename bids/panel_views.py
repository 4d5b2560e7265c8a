"""Pages of the panel: interests, scoring, the chair's overview, ranking, outcome."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids import coverage as covering
from bids import insight as insight_rules
from bids import panel as panel_transitions
from bids import ranking as ranked
from bids import reading, scoreform, standings
from bids import scoring as scoring_rules
from bids.interests import declare_interests
from bids.models import Bid, Panel, Practice, Scorecard
from bids.panel_forms import InterestForm, OutcomeForm, RestForm
from bids.scoreform import OwnCard, ScoreForm
from bids.views import bid_or_404
from grants import typed
from grants.access import Request, allow, holdings, round_or_404
from grants.forms import ReasonForm, attempt, show_refusal
from grants.models import Round
from grants.pages import form_page, page_of, whole_number
from grants.refusal import Refused, Stale


def _address(name: str, round: Round) -> str:
    return reverse(f"bids:{name}", args=[round.reference])


# For a member


@allow("score bid")
@require_GET
def scoring(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "score bid")
    page = page_of(request, reading.assigned_to(request.user, found))
    context = {
        "page": page,
        "rows": reading.rows_of(request.user, page.object_list),
        "progress": reading.progress(request.user, found),
        "closed": found.panel.closed_at,
        "practice": Practice.objects.filter(round=found).first(),
    }
    return render(request, "bids/scoring.html", context)


@allow("declare interest")
def interests(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "declare interest")
    held = holdings(request.user)
    scores, chairs = held.may("score bid", found), held.may("run panel", found)
    rows = reading.rows_of(request.user, reading.to_answer_for(request.user, found))
    rows.sort(key=lambda row: (row.conflicted is not None, row.bid.bidder))
    forms = [
        InterestForm(
            request.POST or None,
            prefix=row.bid.reference,
            initial={
                "conflicted": {True: "yes", False: "no", None: None}[row.conflicted],
                "nature": row.nature,
            },
        )
        for row in rows
    ]
    rest = RestForm(request.POST or None)
    valid = [form.is_valid() for form in (rest, *forms)]
    if request.method == "POST" and rows and all(valid):
        answers = [
            (row.bid, answer, form.cleaned_data["nature"])
            for row, form in zip(rows, forms, strict=True)
            if (answer := form.answer(row.conflicted, rest=rest.cleaned_data["rest"])) is not None
        ]
        declared = attempt(
            forms[0],
            lambda: declare_interests(answers=answers, by=request.user, at=timezone.now()),
        )
        if declared is not None:
            count = len(declared)
            messages.success(request, f"{count} {'declaration is' if count == 1 else 'declarations are'} recorded")
            return redirect("bids:scoring" if scores else "bids:panel", found.reference)
    errors = [each for form in forms for each in form.errors_with_links]
    context = {
        "pairs": list(zip(rows, forms, strict=True)),
        "form": {"errors": errors, "errors_with_links": errors},
        "scores": scores,
        "chairs": chairs,
        "rest": rest,
        "unanswered": sum(row.conflicted is None for row in rows),
    }
    return render(request, "bids/interests.html", context)


@allow("score bid")
def score(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "score bid", "round__panel")
    card = scoreform.own_card(bid, request.user)
    form = ScoreForm(request.POST or None, rules=card.rules, saved=card.answers, typed=typed.kept(request))
    stale = False
    if form.is_valid():
        try:
            answer = _save(request, bid, form)
        except Refused as refused:
            stale = isinstance(refused, Stale)
            show_refusal(form, refused)
        else:
            typed.forget(request)
            return answer
    if stale:
        # Another page may have saved between our reading the card and our turn.
        card = scoreform.own_card(bid, request.user)
    if typed.SCRIPT_HEADER in request.headers:
        return _refusal(form, card if stale else None)
    context = _page(request, bid, card, form, stale)
    return render(request, "bids/score.html", context, status=409 if stale else 200)


def _page(request: Request, bid: Bid, card: OwnCard, form: ScoreForm, stale: bool) -> dict[str, Any]:
    """What the scoring page shows: the bid, how far the member is, and the form or, where it is too late, the text."""
    kept = typed.kept(request)
    if stale or (kept and not form.is_bound and whole_number(str(kept.get("version", ""))) != card.version):
        form.compare(card.answers)
    closed = not bid.round.scored or bid.round.panel.closed_at is not None
    too_late = closed or card.state == Scorecard.State.SUBMITTED
    unsaved = form.is_bound or bool(kept)
    return {
        "bid": bid,
        "card": card,
        "form": form,
        "said": scoreform.said(card.rules, card.answers),
        "untaken": scoreform.as_text(card.rules, form.typed) if too_late and unsaved else "",
        "unsaved": unsaved,
        "progress": reading.progress(request.user, bid.round, after=bid),
        "costs": bid.costs.all(),
        "tags": bid.tags.all(),
        "closed": closed,
    }


def _save(request: Request, bid: Bid, form: ScoreForm) -> HttpResponse:
    """Save or submit what the form holds, and say where to go on; to a script that saves beside the typing, what
    the page is now."""
    submits = request.POST.get("then") == "submit"
    transition = panel_transitions.submit_scorecard if submits else panel_transitions.save_draft
    card = transition(
        bid=bid,
        marks=form.marks,
        seen=whole_number(request.POST.get("version", "")),
        by=request.user,
        at=timezone.now(),
    )
    asked = request.headers.get(typed.SCRIPT_HEADER)
    if asked == "stay":
        return JsonResponse({"version": card.version, "saved": _told(card.saved_at)})
    to = _after_saving(request, bid, submits)
    return JsonResponse({"next": to}) if asked else redirect(to)


def _told(saved_at: datetime | None) -> str:
    """What the status line says of a card that stands saved."""
    return f"Draft saved {timezone.localtime(saved_at):%H:%M}" if saved_at else "Nothing saved yet"


def _after_saving(request: Request, bid: Bid, submitted: bool) -> str:
    if not submitted:
        messages.success(request, f"The draft on {bid.title} is saved")
        return reverse("bids:score", args=[bid.reference])
    following = reading.progress(request.user, bid.round, after=bid).next
    messages.success(request, f"The scorecard on {bid.title} is submitted")
    return reverse("bids:score", args=[following]) if following else _address("scoring", bid.round)


def _refusal(form: ScoreForm, standing: OwnCard | None) -> HttpResponse:
    """Tell a script why nothing was saved; where another page saved meanwhile, also what stands there."""
    said: dict[str, Any] = {"error": "; ".join(message for message, _ in form.errors_with_links)}
    if standing is not None:
        said |= {"version": standing.version, "standing": standing.answers, "saved": _told(standing.saved_at)}
    return JsonResponse(said, status=409)


# For the chair


@allow("see panel")
@require_GET
def panel(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see panel")
    visible = Bid.objects.visible_to(request.user, "see panel")
    bids = visible.filter(round=found, state=Bid.State.ELIGIBLE).order_by("source_reference")
    page = page_of(request, bids)
    context = {
        "members": reading.members(found),
        "page": page,
        "rows": reading.with_scorers(page),
        "panel": Panel.objects.get(round=found),
        "closed_to_you": Bid.objects.filter(round=found, state=Bid.State.ELIGIBLE).count() - page.paginator.count,
    }
    return render(request, "bids/panel.html", context)


@allow("run panel")
def close_scoring(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "run panel")
    return form_page(
        request,
        "bids/close_scoring.html",
        ReasonForm(request.POST or None),
        lambda data: panel_transitions.close_scoring(round=found, **data, by=request.user, at=timezone.now()),
        done="Scoring is closed. The ranking is open to you.",
        to=_address("ranking", found),
        back=_address("panel", found),
        incomplete=reading.open_to(request.user, found, panel_transitions.incomplete(found)),
    )


@allow("see ranking")
@require_GET
def ranking(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see ranking")
    closed = panel_transitions.scoring_closed(found)
    context: dict[str, Any] = {"closed": closed, "rule": scoring_rules.RULE_IN_WORDS}
    if closed:
        left = ranked.left_for_grants(found)
        line = ranked.line(found, left)
        page = page_of(request, ranked.rows(found, request.user), size=ranked.PAGE)
        context |= {"page": page, "rows": ranked.drawn(page, line), "left": left, "line": line}
        context |= {"unsettled": ranked.unsettled(found), "outlier_rule": ranked.OUTLIER_IN_WORDS}
    return render(request, "bids/ranking.html", context)


@allow("see ranking")
@require_GET
def insight(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see ranking")
    closed = panel_transitions.scoring_closed(found)
    page = page_of(request, ranked.rows(found, request.user), size=ranked.PAGE) if closed else None
    context = {
        "closed": closed,
        "page": page,
        "severities": ranked.severities(found) if closed else [],
        "rows": ranked.firm(page) if page else [],
        "severity_rule": insight_rules.SEVERITY_IN_WORDS,
        "firmness_rule": insight_rules.FIRMNESS_IN_WORDS,
    }
    return render(request, "bids/insight.html", context)


@allow("see ranking")
@require_GET
def coverage(request: Request, round: str) -> HttpResponse:
    found = round_or_404(request, round, "see ranking")
    closed = panel_transitions.scoring_closed(found)
    visible = Bid.objects.visible_to(request.user, "see ranking").filter(round=found)
    after = ranked.line(found, ranked.left_for_grants(found)).after if closed else 0
    context = {"closed": closed, "covered": covering.of(found, visible, after) if closed else None}
    return render(request, "bids/coverage.html", context)


@allow("record outcome")
def record_outcome(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "record outcome")
    outcome = getattr(bid, "outcome", None)
    initial: dict[str, Any] = {"version": bid.version}
    if outcome:
        said_before = ("verdict", "destination", "reason", "internal_reason")
        initial |= {name: getattr(outcome, name) for name in said_before}
    initial |= typed.kept(request)
    closed = panel_transitions.scoring_closed(bid.round)
    cards = reading.marks_of(bid) if closed else []

    def call(said: dict[str, Any]) -> None:
        seen = said.pop("version")
        panel_transitions.record_outcome(bid=bid, **said, seen=seen, by=request.user, at=timezone.now())

    return form_page(
        request,
        "bids/record_outcome.html",
        OutcomeForm(request.POST or None, initial=initial),
        call,
        done=f"The outcome of {bid.title} is recorded",
        to=_address("ranking", bid.round),
        bid=bid,
        criteria=reading.by_criterion(bid.round, cards),
        result=standings.result_of(bid) if closed else None,
    )
