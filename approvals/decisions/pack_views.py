"""Pages that show the frozen versions of a paper and the changes between them."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.access import decision_or_404
from approvals.models import Pack
from approvals.outputs import bundle, word
from approvals.paper import pack as packs
from approvals.paper import versions
from grants.access import Request, allow
from grants.forms import TwoOfForm
from grants.pages import file_response, whole_number
from grants.refusal import Refused
from grants.templatetags.words import day


def _pack_or_404(request: Request, reference: str, version: int) -> Pack:
    decision = decision_or_404(request, reference, "see decisions")
    return get_object_or_404(
        Pack.objects.select_related("decision", "submitted_by"), decision=decision, version=version
    )


@allow("see decisions")
@require_GET
def pack(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    context = {"pack": frozen, "paper": packs.read(frozen), "paper_html": packs.checked_html(frozen)}
    return render(request, "approvals/decisions/pack.html", context)


@allow("see decisions")
@require_GET
def pack_pdf(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    return file_response(packs.checked_pdf(frozen), "application/pdf", f"{reference}-v{version}.pdf")


@allow("see decisions")
@require_GET
def pack_word(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    return file_response(word.of_pack(frozen), word.KIND, f"{reference}-v{version}.docx")


@allow("see decisions")
@require_GET
def pack_data(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    packs.read(frozen)
    return file_response(frozen.canonical.encode(), "application/json", f"{reference}-v{version}.json")


@allow("see decisions")
@require_GET
def pack_zip(request: Request, reference: str, version: int) -> HttpResponse:
    frozen = _pack_or_404(request, reference, version)
    return file_response(bundle.of_pack(frozen), "application/zip", f"{reference}-v{version}.zip")


@allow("see decisions")
@require_GET
def changes(request: Request, reference: str) -> HttpResponse:
    """Compare two versions of a paper. `from` and `to` are version numbers; `to` may also be `now`."""
    decision = decision_or_404(request, reference, "see decisions")
    frozen_packs = list(decision.packs.defer("html", "pdf").select_related("decision"))
    if not frozen_packs:
        return render(request, "approvals/decisions/changes.html", {"decision": decision, "packs": frozen_packs})
    old, new = _chosen(request, frozen_packs)
    choices = [(str(each.version), f"Version {each.version}, {day(each.submitted_at)}") for each in frozen_packs]
    sides = {
        "from": ("From", choices, str(old.version)),
        "to": ("To", [*choices, ("now", "As it reads now")], str(new.version) if new else "now"),
    }
    context: dict[str, Any] = {
        "decision": decision,
        "packs": frozen_packs,
        "old": old,
        "new": new,
        "filter": TwoOfForm(**sides),
    }
    try:
        context["changes"] = versions.compared(decision, old, new, timezone.now())
    except Refused as refused:
        context["fault"] = refused.message
    # Once a paper is signed, its current text covers only what is still undecided, so the texts cannot be compared.
    context["with_text"] = new is not None or decision.signed_at is None
    return render(request, "approvals/decisions/changes.html", context)


def _chosen(request: Request, frozen_packs: list[Pack]) -> tuple[Pack, Pack | None]:
    """Return the versions named in the address, or by default the last two, or the only one and None for now."""
    by_version = {each.version: each for each in frozen_packs}
    default = frozen_packs[-2] if len(frozen_packs) > 1 else frozen_packs[-1]
    old = by_version.get(whole_number(request.GET.get("from", "")), default)
    to = request.GET.get("to", "")
    new = by_version.get(whole_number(to))
    if new is None and to != "now" and len(frozen_packs) > 1:
        new = frozen_packs[-1]
    return old, new
