"""The public register: published decisions, everything of one as a zip, their grants as open data, and a feed."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from approvals.models import Decision, RegisterEntry
from approvals.outputs import bundle, open_data, published, word
from approvals.paper import pack as packs
from approvals.paper import settled
from approvals.register import entries, finding
from approvals.register.filters import RegisterFilter
from grants import tables
from grants.access import public
from grants.pages import file_response, page_of

PAGE = 25


@public
@require_GET
def register(request: HttpRequest) -> HttpResponse:
    listed = RegisterFilter(request.GET, RegisterEntry.objects.in_register().defer("text"))
    asked = any(request.GET.get(name) for name in listed.filters)
    page = page_of(request, listed.qs, PAGE)
    context = {"page": page, "filter": listed, "asked": asked, "deferred": published.deferred()}
    context["hits"] = finding.Hits(listed.sought, page.object_list) if listed.sought else None
    return render(request, "approvals/register/register.html", context)


def _published_or_404(reference: str) -> Decision:
    return get_object_or_404(published.rows().select_related("amends"), reference=reference)


@public
@require_GET
def published_decision(request: HttpRequest, reference: str) -> HttpResponse:
    decision = get_object_or_404(published.rows().select_related("entry", "amends"), reference=reference)
    frozen = published.read(decision.record)
    context = {"decision": decision, "record": frozen.record, "paper": frozen.paper}
    context["amended_by"] = decision.amended_by.filter(state=Decision.State.PUBLISHED)
    context["outcome"] = entries.outcome(frozen.paper, frozen.record)
    context["named_later"] = entries.by_grant(frozen.grants, published.named_later(decision.entry.described))
    context |= {"funding": settled.funding(frozen.paper), "matched": settled.match_of(frozen.grants)}
    context["other_items"] = settled.items(frozen.paper, frozen.record)
    context |= {"differs": settled.differs(frozen.record), "after": settled.after(frozen.record)}
    context["paper_html"] = packs.checked_html(decision.record)
    return render(request, "approvals/register/published_decision.html", context)


@public
@require_GET
def published_pdf(request: HttpRequest, reference: str) -> HttpResponse:
    decision = _published_or_404(reference)
    published.read(decision.record)
    return file_response(packs.checked_pdf(decision.record), "application/pdf", f"{reference}.pdf")


@public
@require_GET
def published_word(request: HttpRequest, reference: str) -> HttpResponse:
    decision = _published_or_404(reference)
    return file_response(word.of_record(decision.record), word.KIND, f"{reference}.docx")


@public
@require_GET
def published_data(request: HttpRequest, reference: str) -> HttpResponse:
    decision = _published_or_404(reference)
    return file_response(published.data(decision.record).encode(), "application/json", f"{reference}.json")


@public
@require_GET
def published_zip(request: HttpRequest, reference: str) -> HttpResponse:
    decision = _published_or_404(reference)
    return file_response(bundle.of_record(decision.record), "application/zip", f"{reference}.zip")


@public
@require_GET
def open_data_json(request: HttpRequest) -> HttpResponse:
    package = open_data.package(published.grants(), published.publisher())
    return file_response(open_data.as_json(package).encode(), "application/json", "open-data.json")


@public
@require_GET
def open_data_csv(request: HttpRequest) -> HttpResponse:
    package = open_data.package(published.grants(), published.publisher())
    table = "".join(tables.as_exact_csv(open_data.rows(package)))
    return file_response(table.encode(), tables.CSV, "open-data.csv")


@public
@require_GET
def open_data_xlsx(request: HttpRequest) -> HttpResponse:
    package = open_data.package(published.grants(), published.publisher())
    return file_response(tables.as_xlsx("Grants", open_data.rows(package)), tables.XLSX, "open-data.xlsx")
