"""Pages of families: the suggestions, the answer to one, bids grouped by hand, and a dismissal undone."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.families import bodies, grouping
from approvals.families.forms import FamilyForm, LikenessForm, SameBodyForm, as_typed
from approvals.families.workbench import Workbench
from bids.families.families import Suggestion
from bids.models import Bid, Dismissal
from grants import typed
from grants.access import Request, allow, round_or_404
from grants.forms import ReasonForm
from grants.models import Organisation, Round
from grants.pages import LONG_PAGE, form_page, page_of, whole_number

ROWS = 25
# How many pages of bids a button of the page for grouping by hand goes on.
_TURNS = {"next": 1, "previous": -1}
# Stands for the name of a new family while none is typed; form fields are stripped, so nobody can type it.
NEW = " "


def _list(round: Round) -> str:
    return reverse("approvals:families", args=[round.reference])


def _workbench(request: Request, round: str) -> Workbench:
    return Workbench(round_or_404(request, round, "group bids"), request.user, timezone.now())


def _is_preview(request: Request) -> bool:
    """Whether the user asked to see the effect without saving."""
    return request.POST.get("then") == "preview"


def _chosen(suggestions: list[Suggestion], key: str) -> Suggestion | None:
    return next((each for each in suggestions if each.key == key), None)


@allow("group bids")
@require_GET
def families(request: Request, round: str) -> HttpResponse:
    bench = _workbench(request, round)
    page = page_of(request, bench.suggestions, size=ROWS)
    groups = [(each, bench.group(each.references)) for each in page.object_list]
    context = {
        "bench": bench,
        "page": page,
        "alike": [
            (each, group, bench.effect([bid.source_reference for bid in group.bids], group.name))
            for each, group in groups
        ],
        "bodies": [(each, [bench.bodies[key] for key in each.references]) for each in bench.body_suggestions[:ROWS]],
        "splits": page_of(request, bench.splits(), size=ROWS, name="splits"),
        "families": page_of(request, bench.families(), size=ROWS, name="families"),
        "named": page_of(request, bench.many_names(), size=LONG_PAGE, name="named"),
        "dismissals": page_of(request, bench.dismissals, size=LONG_PAGE, name="dismissed"),
    }
    return render(request, "approvals/families/families.html", context)


@allow("group bids")
def group_bids(request: Request, round: str) -> HttpResponse:
    bench = _workbench(request, round)
    kwargs: dict[str, Any] = {"round": bench.round, "visible": [bid.pk for bid in bench.bids.values()]}
    asked = bench.group(request.GET.getlist("bid"))
    initial = {"bids": [bid.reference for bid in asked.bids], "name": asked.name}
    form = FamilyForm(request.POST or None, initial=initial, **kwargs)
    if request.POST.get("then", "save") != "save":
        form = FamilyForm(initial=as_typed(form), **kwargs)
    typed.put_back(request, form)
    chosen = form["bids"].value() or []
    number = whole_number(str(form["number"].value() or 1)) + _TURNS.get(request.POST.get("then", ""), 0)
    listed = bench.listed(set(chosen), form["q"].value() or "", 1 if request.POST.get("then") == "find" else number)
    form.list_bids(listed)
    return form_page(
        request,
        "approvals/families/group_bids.html",
        form,
        lambda data: grouping.group_bids(
            round=bench.round,
            name=data["name"],
            bids=data["bids"],
            reason=data["reason"],
            by=request.user,
            at=timezone.now(),
        ),
        done="Project families saved. Routes were updated",
        to=_list(bench.round),
        bench=bench,
        listed=listed,
        effect=_effect(bench, chosen, (form["name"].value() or "").strip()),
    )


def _effect(bench: Workbench, chosen: list[str], name: str) -> Any:
    references = {bid.reference: source for source, bid in bench.bids.items()}
    ticked = [references[each] for each in chosen if each in references]
    return bench.effect(ticked, name) if ticked else None


@allow("group bids")
def likeness(request: Request, round: str, key: str) -> HttpResponse:
    bench = _workbench(request, round)
    suggestion = _chosen(bench.suggestions, key)
    if suggestion is None:
        return render(request, "approvals/families/likeness.html", {"bench": bench, "back": _list(bench.round)})
    group = bench.group(suggestion.references)
    initial = {"version": group.version, "bids": [bid.reference for bid in group.bids], "name": group.name}
    form = LikenessForm(request.POST or None, initial=initial, alike=group.bids)
    if _is_preview(request):
        form = LikenessForm(initial=as_typed(form), alike=group.bids)
    typed.put_back(request, form)
    dismisses = form["answer"].value() == "dismiss"
    name = (form["name"].value() or "").strip() or NEW
    return form_page(
        request,
        "approvals/families/likeness.html",
        form,
        lambda data: _answer_bids(bench.round, list(group.bids), request, data),
        done=lambda made: (
            "Dismissed. It will not be suggested again"
            if made
            else f"{name} is now a project family. Routes were updated"
        ),
        to=_list(bench.round),
        bench=bench,
        suggestion=suggestion,
        group=group,
        dismisses=dismisses,
        effect=None if dismisses else _effect(bench, form["bids"].value() or [], name),
    )


def _answer_bids(round: Round, alike: list[Bid], request: Request, data: dict[str, Any]) -> Dismissal | None:
    common: dict[str, Any] = {"round": round, "alike": alike, "reason": data["reason"], "seen": data["version"]}
    common |= {"by": request.user, "at": timezone.now()}
    if data["answer"] == "dismiss":
        return grouping.dismiss_likeness(**common)
    grouping.confirm_likeness(**common, bids=list(data["bids"]), name=data["name"])
    return None


@allow("group bids")
def same_body(request: Request, round: str, key: str) -> HttpResponse:
    bench = _workbench(request, round)
    suggestion = _chosen(bench.body_suggestions, key)
    if suggestion is None:
        return render(request, "approvals/families/same_body.html", {"bench": bench, "back": _list(bench.round)})
    alike = [bench.bodies[each] for each in suggestion.references]
    # The record with a register number is the most reliable, so it is suggested as the one to keep.
    first = min(alike, key=lambda body: (not body.number, body.pk))
    form = SameBodyForm(request.POST or None, initial={"kept": first.pk, "bodies": alike}, alike=alike)
    if _is_preview(request):
        form = SameBodyForm(initial=as_typed(form), alike=alike)
    typed.put_back(request, form)
    ticked = {str(getattr(each, "pk", each)) for each in form["bodies"].value() or []}
    kept = next((body for body in alike if str(body.pk) == str(form["kept"].value())), None)
    dismisses = form["answer"].value() == "dismiss"
    return form_page(
        request,
        "approvals/families/same_body.html",
        form,
        lambda data: _answer_bodies(bench.round, alike, request, data),
        done=lambda made: (
            "Dismissed. It will not be suggested again" if made else "Organisations merged. Routes were updated"
        ),
        to=_list(bench.round),
        bench=bench,
        suggestion=suggestion,
        alike=[(body, bench.bids_of(body)) for body in alike],
        dismisses=dismisses,
        effect=bench.merged(kept, [body for body in alike if str(body.pk) in ticked])
        if kept and not dismisses
        else None,
    )


def _answer_bodies(round: Round, alike: list[Organisation], request: Request, data: dict[str, Any]) -> Dismissal | None:
    common: dict[str, Any] = {"round": round, "reason": data["reason"], "by": request.user, "at": timezone.now()}
    if data["answer"] == "dismiss":
        return grouping.dismiss_bodies(**common, bodies=alike)
    bodies.merge_bodies(**common, kept=data["kept"], others=list(data["bodies"]))
    return None


@allow("undo dismissal")
def undo_dismissal(request: Request, round: str, kind: str, key: str) -> HttpResponse:
    this_round = round_or_404(request, round, "undo dismissal")
    dismissal = get_object_or_404(Dismissal.objects.select_related("round"), round=this_round, kind=kind, key=key)
    return form_page(
        request,
        "approvals/families/undo_dismissal.html",
        ReasonForm(request.POST or None),
        lambda data: grouping.undo_dismissal(dismissal=dismissal, **data, by=request.user, at=timezone.now()),
        done="Dismissal undone",
        to=_list(this_round),
        dismissal=dismissal,
    )
