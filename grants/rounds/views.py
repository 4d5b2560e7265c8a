"""Pages of rounds and budget lines."""

from decimal import Decimal
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from grants import money
from grants.access import Request, allow, enter, holdings, must, round_or_404
from grants.models import BudgetLine, Round
from grants.pages import form_page, page_of
from grants.rounds import rounds as round_transitions
from grants.rounds.forms import BudgetLineForm, ExtendBidsForm, ExtendScoringForm, RoundForm
from grants.rounds.rounds import LineContent, RoundTerms


@allow("see round")
@require_GET
def rounds(request: Request) -> HttpResponse:
    return render(
        request, "grants/rounds/rounds.html", {"page": page_of(request, holdings(request.user).rounds("see round"))}
    )


@allow("open round")
def add_round(request: Request) -> HttpResponse:
    return form_page(
        request,
        "grants/rounds/add_round.html",
        RoundForm(request.POST or None),
        lambda data: round_transitions.open_round(terms=RoundTerms(**data), by=request.user, at=timezone.now()),
        done=lambda opened: f"You opened {opened}",
        to=reverse("grants:rounds"),
    )


@allow("see round")
@require_GET
def round(request: Request, reference: str) -> HttpResponse:
    this_round = round_or_404(request, reference, "see round")
    lines = [(line, _by_slot(this_round, line)) for line in this_round.lines.all()]
    return render(request, "grants/rounds/round.html", {"lines": lines})


def _by_slot(round: Round, line: BudgetLine) -> list[Decimal]:
    """Return the amount of a line in each slot of its round; none for a round of one year."""
    line.round = round
    amounts = dict(line.years)
    return [amounts.get(slot, money.ZERO) for slot, _ in round.years]


@allow("extend bids")
def extend_bids(request: Request, reference: str) -> HttpResponse:
    this_round = round_or_404(request, reference, "extend bids")
    return form_page(
        request,
        "grants/rounds/extend_bids.html",
        ExtendBidsForm(request.POST or None),
        lambda data: round_transitions.extend_bids(round=this_round, **data, by=request.user, at=timezone.now()),
        done="You extended the time for bids",
        to=reverse("grants:round", args=[this_round.reference]),
    )


@allow("extend scoring")
def extend_scoring(request: Request, reference: str) -> HttpResponse:
    this_round = round_or_404(request, reference, "extend scoring")
    return form_page(
        request,
        "grants/rounds/extend_scoring.html",
        ExtendScoringForm(request.POST or None),
        lambda data: round_transitions.extend_scoring(round=this_round, **data, by=request.user, at=timezone.now()),
        done="You extended the time for scoring",
        to=reverse("grants:round", args=[this_round.reference]),
    )


@allow("keep budget line")
def add_budget_line(request: Request, reference: str) -> HttpResponse:
    this_round = round_or_404(request, reference, "keep budget line")
    return _budget_line(request, this_round, None, "grants/rounds/add_budget_line.html")


@allow("keep budget line")
def change_budget_line(request: Request, reference: str) -> HttpResponse:
    line = get_object_or_404(BudgetLine.objects.select_related("round"), reference=reference)
    must(request.user, "keep budget line", line.round)
    return _budget_line(request, enter(request, line.round), line, "grants/rounds/change_budget_line.html")


def _budget_line(request: Request, round: Round, line: BudgetLine | None, template: str) -> HttpResponse:
    initial: dict[str, Any] = {"version": 0}
    if line:
        initial = {name: getattr(line, name) for name in ("kind", "label", "amount", "note", "version")}
        initial["profile"] = line.years

    def call(data: dict[str, Any]) -> BudgetLine:
        seen, reason = data.pop("version"), data.pop("reason")
        content = LineContent(**data)
        return round_transitions.keep_budget_line(
            round=round, content=content, reason=reason, line=line, seen=seen, by=request.user, at=timezone.now()
        )

    return form_page(
        request,
        template,
        BudgetLineForm(request.POST or None, initial=initial, round=round),
        call,
        done=lambda kept: f"You saved {kept.label}",
        to=reverse("grants:round", args=[round.reference]),
    )
