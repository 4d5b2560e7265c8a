"""Pages of a panel member: bids to score, interests, the scorecard."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from bids.access import bid_or_404
from bids.files import reading as files
from bids.models import Bid, Practice, Reopening, Scorecard
from bids.panel import own, reading, score_form, scorecards
from bids.panel.forms import InterestForm, RestForm
from bids.panel.interests import declare_interests
from bids.panel.score_form import OwnCard, ScoreForm
from grants import typed
from grants.access import Request, allow, holdings, round_or_404
from grants.counting import counted
from grants.days import day_of
from grants.forms import attempt, show_refusal
from grants.models import Round
from grants.pages import page_of, whole_number
from grants.refusal import Refused, Stale


def _address(name: str, round: Round) -> str:
    return reverse(f"bids:{name}", args=[round.reference])


@allow("score bid")
@require_GET
def scoring(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "score bid")
    page = page_of(request, reading.assigned_to(request.user, this_round))
    context = {
        "page": page,
        "rows": reading.rows_of(request.user, page.object_list),
        "progress": reading.progress(request.user, this_round),
        "closed": this_round.panel.closed_at,
        "practice": Practice.objects.filter(round=this_round).first(),
        "kept": own.kept(request.user, this_round).count(),
    }
    return render(request, "bids/panel/scoring.html", context)


@allow("declare interest")
def interests(request: Request, round: str) -> HttpResponse:
    this_round = round_or_404(request, round, "declare interest")
    held = holdings(request.user)
    scores, chairs = held.may("score bid", this_round), held.may("run panel", this_round)
    rows = reading.rows_of(request.user, reading.to_answer_for(request.user, this_round))
    rows.sort(key=lambda row: (row.conflicted is not None, row.bid.bidder))
    forms = [
        InterestForm(
            request.POST or None,
            prefix=row.bid.reference,
            bid=row.bid,
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
            messages.success(request, f"You recorded {counted(len(declared), 'declaration')}")
            return redirect("bids:scoring" if scores else "bids:panel", this_round.reference)
    errors = [each for form in forms for each in form.errors_with_links]
    context = {
        "pairs": list(zip(rows, forms, strict=True)),
        "form": {"errors": errors, "errors_with_links": errors},
        "scores": scores,
        "chairs": chairs,
        "rest": rest,
        "unanswered": sum(row.conflicted is None for row in rows),
    }
    return render(request, "bids/panel/interests.html", context)


@allow("score bid")
def score(request: Request, reference: str) -> HttpResponse:
    bid = bid_or_404(request, reference, "score bid", "round__panel", "round__practice")
    card = score_form.own_card(bid, request.user)
    form = ScoreForm(request.POST or None, rules=card.rules, saved=card.answers, typed=typed.kept(request))
    if card.counts:
        # What is typed in a scorecard that does not count yet is saved in it: only the others have drafts.
        typed.put_back(request, form)
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
        # Another page may have saved after this one read the scorecard.
        card = score_form.own_card(bid, request.user)
    if typed.SCRIPT_HEADER in request.headers:
        return _refusal(form, card if stale else None)
    context = _page(request, bid, card, form, stale)
    return render(request, "bids/panel/score.html", context, status=409 if stale else 200)


def _page(request: Request, bid: Bid, card: OwnCard, form: ScoreForm, stale: bool) -> dict[str, Any]:
    """Return the context of the scoring page: the bid, the member's progress, and the form or, if closed, the text."""
    draft = typed.draft_of(request) if card.counts else None
    kept = typed.kept(request) or (draft.fields if draft else {})
    if stale or (kept and not form.is_bound and whole_number(str(kept.get("version", ""))) != card.version):
        form.compare(card.answers)
    closed = not bid.round.scored or bid.round.panel.closed_at is not None
    final = scorecards.why_final(
        state=card.state,
        marks_opened_at=card.marks_opened_at,
        closed=closed,
        closes_on=bid.round.scoring_closes_on,
        on=day_of(timezone.now()),
    )
    unsaved = form.is_bound or bool(kept)
    reopened = card.state == Scorecard.State.REOPENED
    return {
        "bid": bid,
        "card": card,
        "form": form,
        "judgements": score_form.judgement_texts(card.rules, card.answers),
        "untaken": score_form.as_text(card.rules, form.typed) if final and unsaved else "",
        "unsaved": unsaved,
        "progress": reading.progress(request.user, bid.round, after=bid),
        "aims": [] if final else reading.aims_of(bid),
        "practice": getattr(bid.round, "practice", None),
        "latest": {} if final else own.latest(request.user, bid),
        "costs": bid.costs.all(),
        "tags": bid.tags.all(),
        **files.shown(bid, request.user),
        "final": final,
        "closed": closed,
        "reopening": Reopening.objects.filter(scorecard__bid=bid, scorecard__member=request.user).last()
        if reopened
        else None,
    }


def _save(request: Request, bid: Bid, form: ScoreForm) -> HttpResponse:
    """Save or submit the form and redirect. A script that saves while the member types gets the new version instead."""
    submits = request.POST.get("then") == "submit"
    changes = submits and Scorecard.objects.filter(bid=bid, member=request.user, state__in=Scorecard.COUNTED).exists()
    transition = scorecards.submit_scorecard if submits else scorecards.save_draft
    card = transition(
        bid=bid,
        marks=form.marks,
        seen=whole_number(request.POST.get("version", "")),
        by=request.user,
        at=timezone.now(),
    )
    asked = request.headers.get(typed.SCRIPT_HEADER)
    if asked == "stay":
        return JsonResponse({"version": card.version, "saved": _saved_text(card.saved_at)})
    to = _after_change(request, bid) if changes else _after_saving(request, bid, submits)
    return JsonResponse({"next": to}) if asked else redirect(to)


def _saved_text(saved_at: datetime | None) -> str:
    """Return the text of the status line for a saved scorecard."""
    return f"Draft saved {timezone.localtime(saved_at):%H:%M}" if saved_at else "Nothing saved yet"


def _after_change(request: Request, bid: Bid) -> str:
    messages.success(request, f"You changed your scorecard on {bid.title}")
    return _address("my_marks", bid.round)


def _after_saving(request: Request, bid: Bid, submitted: bool) -> str:
    if not submitted:
        messages.success(request, f"You saved a draft on {bid.title}")
        return reverse("bids:score", args=[bid.reference])
    following = reading.progress(request.user, bid.round, after=bid).next
    messages.success(request, f"You submitted your scorecard on {bid.title}")
    return reverse("bids:score", args=[following]) if following else _address("scoring", bid.round)


def _refusal(form: ScoreForm, standing: OwnCard | None) -> HttpResponse:
    """Return to a script why nothing was saved and, if another page saved meanwhile, the saved answers."""
    content: dict[str, Any] = {"error": "; ".join(message for message, _ in form.errors_with_links)}
    if standing is not None:
        content |= {"version": standing.version, "standing": standing.answers, "saved": _saved_text(standing.saved_at)}
    return JsonResponse(content, status=409)
