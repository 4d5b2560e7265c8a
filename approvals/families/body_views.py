"""Pages of organisations: those of a round, one of them, a wrong match undone, and a register number corrected."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.families import bodies, finding
from approvals.families.body_forms import NumberForm, SeparateForm
from approvals.families.forms import OrganisationSearchForm
from approvals.families.workbench import Workbench
from grants import registers, search
from grants.access import Request, allow, round_or_404
from grants.models import Organisation
from grants.pages import form_page, page_of


def _workbench(request: Request, round: str) -> Workbench:
    return Workbench(round_or_404(request, round, "group bids"), request.user, timezone.now())


def _body_or_404(bench: Workbench, pk: int) -> Organisation:
    try:
        return bench.bodies[str(pk)]
    except KeyError:
        raise Http404 from None


def _page(bench: Workbench, body: Organisation) -> str:
    return reverse("approvals:organisation", args=[bench.round.reference, body.pk])


def fits(body: Organisation) -> bool:
    """Whether the number of an organisation is one of its register, in its one spelling."""
    try:
        return not body.number or registers.normal(body.register, body.number) == (body.register, body.number)
    except registers.NotANumber:
        return False


@allow("group bids")
@require_GET
def organisations(request: Request, round: str) -> HttpResponse:
    bench = _workbench(request, round)
    form = OrganisationSearchForm(request.GET)
    sought = search.read(form.cleaned_data["q"]) if form.is_valid() else None
    context = {
        "page": page_of(request, finding.organisations(bench, sought)),
        "form": form,
        "hits": finding.Hits(sought) if sought else None,
        "unfit": [body for body in bench.bodies.values() if not fits(body)],
        "back": reverse("approvals:families", args=[bench.round.reference]),
    }
    return render(request, "approvals/families/organisations.html", context)


@allow("group bids")
@require_GET
def organisation(request: Request, round: str, pk: int) -> HttpResponse:
    bench = _workbench(request, round)
    body = _body_or_404(bench, pk)
    context = {
        "bench": bench,
        "organisation": body,
        "bids": bench.bids_of(body),
        "numbers": body.numbers.all(),
        "fits": fits(body),
        "back": reverse("approvals:organisations", args=[bench.round.reference]),
    }
    return render(request, "approvals/families/organisation.html", context)


@allow("separate bodies")
def separate_body(request: Request, round: str, pk: int) -> HttpResponse:
    bench = _workbench(request, round)
    body = _body_or_404(bench, pk)
    # Records without a bid in this round may be those that a merge left behind.
    others = Organisation.objects.exclude(pk=body.pk).order_by("name", "pk")
    form = SeparateForm(request.POST or None, body=body, bids=bench.bids_of(body), others=others)
    return form_page(
        request,
        "approvals/families/separate_body.html",
        form,
        lambda data: bodies.separate_body(
            round=bench.round, body=body, part=form.part, reason=data["reason"], by=request.user, at=timezone.now()
        ),
        done=lambda into: f"{body.name} and {into.name} are two organisations. Routes were updated",
        to=_page(bench, body),
        bench=bench,
        organisation=body,
    )


@allow("correct number")
def correct_number(request: Request, round: str, pk: int) -> HttpResponse:
    bench = _workbench(request, round)
    body = _body_or_404(bench, pk)
    return form_page(
        request,
        "approvals/families/correct_number.html",
        NumberForm(request.POST or None, initial={"register": body.register, "number": body.number}),
        lambda data: bodies.correct_number(round=bench.round, body=body, **data, by=request.user, at=timezone.now()),
        done="Register number saved. Routes were updated",
        to=_page(bench, body),
        bench=bench,
        organisation=body,
    )
