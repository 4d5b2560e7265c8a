"""Pages for writing a paper: a section with its preview and the sources of its figures, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from approvals.access import decision_or_404
from approvals.decisions import drafts, history, source_fields, submission
from approvals.decisions import writing as transitions
from approvals.decisions.forms import InsertForm, SectionForm, SpellingForm
from approvals.models import Decision, DecisionSection, SectionDraft
from approvals.paper import amendment_texts, contents, sections, sources
from approvals.paper import figures as figures_of_paper
from approvals.prose import checking, elsewhere, marking
from approvals.prose.figures import Figure
from approvals.prose.known import Known
from approvals.prose.matches import Standing
from grants import typed
from grants.access import Request, allow
from grants.days import day_of
from grants.pages import form_page, page_of, whole_number
from grants.printable import named
from grants.refusal import Refused
from grants.templatetags.words import moment

VERSIONS = 10
# The headings under which a writer looks for a figure, in this order.
GROUPS = ("Sums", "Counts", "Budget lines", "Limits", "Projects", "Each grant")


def _section_or_404(decision: Decision, key: str) -> DecisionSection:
    if key not in sections.BY_KEY:
        raise Http404
    return get_object_or_404(
        DecisionSection.objects.select_related("written_by", "decision__round"), decision=decision, key=key
    )


@allow("write section")
def edit_section(request: Request, reference: str, key: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "write section")
    section = _section_or_404(decision, key)
    then = request.POST.get("then", "save")
    if request.method == "POST" and request.headers.get(typed.SCRIPT_HEADER) == "stay":
        return _keep(request, section)
    if then == "discard":
        drafts.drop_draft(section=section, by=request.user)
        return redirect("approvals:edit_section", reference, key)
    source_values = sources.sources(decision, day_of(timezone.now()))
    known = figures_of_paper.known_of(source_values)
    stored = elsewhere.read(section.figure_sources)
    begun = _begun(request, section, known)
    insert = _inserting(request, begun, known)
    form = SectionForm(request.POST if then == "save" and request.POST else None, initial=begun)
    answer = form_page(
        request,
        "approvals/decisions/edit_section.html",
        form,
        lambda data: transitions.write_section(
            decision=decision,
            key=key,
            text=(text := _plain(data["text"])),
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
            sources=source_fields.sources_of(text, checking.check(text, known), stored, request.POST.dict()),
        ),
        done=f"You saved “{sections.BY_KEY[key].heading}”",
        to=reverse("approvals:decision", args=[reference]),
        part=sections.BY_KEY[key],
        section=section,
        begun=begun,
        picks=_picks(known),
        insert=insert,
        links=known.links,
        **_read(request, section, _plain(form["text"].value() or ""), known, contents.numbers(source_values)),
    )
    if isinstance(answer, HttpResponseRedirect) and typed.SCRIPT_HEADER in request.headers:
        typed.forget(request)
        return JsonResponse({"next": answer.url})
    return answer


def _inserting(request: Request, begun: dict[str, Any], known: Known) -> InsertForm:
    """Return the form that inserts a figure, after it put one into the text of `begun` where that was asked for."""
    is_sent = request.method == "POST" and request.POST.get("then") == "insert"
    form = InsertForm(request.POST if is_sent else None, text=begun["text"], known=known)
    if not is_sent or not form.is_valid():
        return form
    name, style = form.cleaned_data["figure"], form.cleaned_data["style"]
    begun["inserted"] = f"{{{name}|{style}}}" if style else f"{{{name}}}"
    begun["text"] = marking.inserted(begun["text"], begun["inserted"], int(form.cleaned_data["paragraph"] or 0))
    return InsertForm(None, text=begun["text"], known=known)


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


def _standard(section: DecisionSection, known: Known) -> str:
    """Return the standard text for this section, with the sentences that fit the figures of the paper.

    It is the body's own or, in a paper that amends a decision, one of the amendment.
    """
    texts = amendment_texts.TEXTS if section.decision.amends_id else section.decision.round.body.texts
    paragraphs = texts.get(section.key, ())
    return sections.standard_text(paragraphs, known.by_name, known.links)


def _begun(request: Request, section: DecisionSection, known: Known) -> dict[str, Any]:
    """Return the initial contents of the form, and the other versions of the section that the page must show.

    `text` and `version` are for the form; `draft` is the token of the draft that the page shows; `unsaved` is set if
    the text in the field is not kept anywhere yet. `other` is the saved section if somebody saved it after the typing
    began, and `elsewhere` is the draft that the same person typed in another window.
    """
    kept = typed.kept(request)
    draft = SectionDraft.objects.filter(section=section, person=request.user).first()
    standard = "" if section.text else _standard(section, known)
    initial: dict[str, Any] = {"text": section.text, "version": section.version, "standard": standard}
    seen, from_draft = section.version, False
    sent = request.POST if request.method == "POST" else kept
    if sent:
        seen = whole_number(str(sent.get("version", "")))
        initial["text"] = _plain(str(sent.get("text", "")))
        if draft and sent.get("draft", "") != draft.token and draft.text != initial["text"]:
            initial["elsewhere"] = draft
        # The draft of another window is not replaced until the person types in this one.
        initial["unsaved"] = "elsewhere" not in initial
    elif draft:
        seen, from_draft = draft.seen, True
        initial["text"] = draft.text
    elif request.GET.get("text") == "standard" and standard:
        initial |= {"text": standard, "is_standard": True}
    if seen != section.version and section.text != initial["text"]:
        initial["other"] = section
    initial |= {"draft": draft.token if draft else "", "from_draft": draft if from_draft else None}
    return initial


def _keep(request: Request, section: DecisionSection) -> HttpResponse:
    """Keep a draft for the script that saves during typing, and return the preview of the text."""
    text = _plain(request.POST.get("text", ""))
    source_values = sources.sources(section.decision, day_of(timezone.now()))
    known = figures_of_paper.known_of(source_values)
    read = _read(request, section, text, known, contents.numbers(source_values))
    answer = {"html": render_to_string("approvals/decisions/_section_preview.html", read), "open": read["open"]}
    seen = whole_number(request.POST.get("version", ""))
    if seen != section.version and section.written_by and section.written_at:
        answer["newer"] = f"{section.written_by.name} saved this section on {moment(section.written_at)}."
    try:
        kept = drafts.keep_draft(
            section=section,
            text=text,
            seen=seen,
            token=request.POST.get("draft", ""),
            by=request.user,
            at=timezone.now(),
        )
    except drafts.TypedElsewhere as refused:
        draft = refused.draft
        answer |= {"error": refused.message, "standing": draft.text if draft else section.text}
        return JsonResponse(answer | {"draft": draft.token if draft else ""}, status=409)
    except Refused as refused:
        return JsonResponse(answer | {"error": refused.message}, status=409)
    return JsonResponse(answer | {"draft": kept.token, "kept": f"Draft saved {timezone.localtime(kept.kept_at):%H:%M}"})


def _read(
    request: Request, section: DecisionSection, text: str, known: Known, numbers: Mapping[str, str]
) -> dict[str, Any]:
    """Return the preview of a text: its paragraphs, the check of everything typed by hand, and its exact figures."""
    stored = elsewhere.read(section.figure_sources)
    sent = request.POST.dict() if request.method == "POST" else None
    matches = checking.check(text, known)
    paragraphs = marking.reading(text, matches, known)
    pieces = [piece for paragraph in paragraphs for run in paragraph.runs for piece in run.pieces]
    return {
        "decision": section.decision,
        "address": reverse("approvals:decision", args=[section.decision.reference]),
        "paragraphs": paragraphs,
        "number": numbers.get(section.key, ""),
        "checks": list(source_fields.with_fields(text, matches, stored, sent)),
        "open": sum(match.standing is Standing.UNMATCHED for match in matches)
        + sum(bool(paragraph.fault) for paragraph in paragraphs),
        "exact": {piece.figure: piece for piece in pieces if piece.figure},
    }


def _picks(known: Known) -> list[tuple[str, list[Figure]]]:
    by_group: dict[str, list[Figure]] = {group: [] for group in GROUPS}
    for figure in known.figures.values():
        by_group[figure.group].append(figure)
    return [(group, figures) for group, figures in by_group.items() if figures]


@allow("see trail")
@require_GET
def section_history(request: Request, reference: str, key: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "see trail")
    section = _section_or_404(decision, key)
    page = page_of(request, history.events(section), VERSIONS)
    context = {
        "decision": decision,
        "part": sections.BY_KEY[key],
        "page": page,
        "versions": [history.version(event) for event in page],
    }
    return render(request, "approvals/decisions/section_history.html", context)


@allow("spell text")
def spell_text(request: Request, reference: str) -> HttpResponse:
    decision = decision_or_404(request, reference, "spell text")
    unprinted = submission.unprinted(decision, at=timezone.now())
    return form_page(
        request,
        "approvals/decisions/spell_text.html",
        SpellingForm(request.POST or None, unprinted=unprinted, initial={"version": decision.version}),
        lambda data: transitions.spell_text(
            decision=decision,
            key=data["key"],
            printed=data["printed"],
            reason=data["reason"],
            seen=data["version"],
            by=request.user,
            at=timezone.now(),
        ),
        done="You saved what is printed instead",
        to=reverse("approvals:decision", args=[reference]),
        decision=decision,
        unprinted=unprinted,
        spellings=[(named(each["text"]), each) for each in decision.spellings],
    )
