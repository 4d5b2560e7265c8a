"""Freeze a paper: contents -> canonical JSON -> sha256 -> HTML and PDF, each made only from the step before it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from approvals.amendments import amending
from approvals.models import Award, Decision, DecisionRecord, Pack
from approvals.paper import appendices, recommendations, settled, sources, spellings, tables
from approvals.paper import contents as contents_of_paper
from approvals.paper.contents import CheckedProse, checked_prose
from approvals.reconciliation.yearly import SlotSums
from grants import audit
from grants.models import Round
from grants.pdf import compiled
from grants.printable import TYPEFACES, everywhere, isolated
from grants.refusal import Changed
from grants.templatetags.words import day, moment

FORMAT = 1


def contents(
    decision: Decision,
    basis: sources.Sources,
    *,
    version: int,
    at: datetime,
    trail_head: str,
    also: Collection[str] = (),
    prose: CheckedProse | None = None,
) -> dict[str, Any]:
    """Return the whole paper as data. It holds nothing of Part 2, no score and no mark.

    `also` are the references of grants and contracts that are listed although they are settled: to compare with a
    paper that asked for them. `prose` is what `checked_prose` gave for the same register, where the caller has it.
    """
    asked, noted, contracts = basis.asked(), basis.noted(), basis.contracts_asked()
    if also:
        listed = {award.reference for award in (*asked, *noted)} | {each.reference for each in contracts} | set(also)
        asked = [award for award in basis.routed(Award.Route.DMPC) if award.reference in listed]
        noted = [award for award in basis.routed(Award.Route.DELEGATED) if award.reference in listed]
        contracts = [each for each in basis.contracts if each.reference in listed]
    prose = prose or checked_prose(basis)
    sections = contents_of_paper.sections(basis, prose.known)
    paper: dict[str, Any] = audit.plain(
        {
            "format": FORMAT,
            "reference": decision.reference,
            "title": decision.title,
            "decision_by": decision.decision_by,
            "amends": amending.printed(decision),
            "version": version,
            "submitted_at": at.astimezone(UTC),
            "trail_head": trail_head,
            **_round(decision.round),
            "figures": {
                name: {"written": figure.written(), "exact": figure.exact, "source": figure.source}
                for name, figure in prose.kept.items()
            },
            "printing": printing(),
            "recommendations": recommendations.recommendations(
                basis, prose.known, [item for item in basis.items if item.reference in also and not item.is_open]
            ),
            "sections": sections,
            "figure_notes": contents_of_paper.figure_notes(sections, prose),
            "table_2": (rows := tables.table_2(asked)),
            "table_2_total": tables.table_2_total(rows, asked),
            "table_3": tables.table_3(basis),
            **_years(basis.reconciliation.years),
            "appendix_1": appendices.appendix(asked),
            "appendix_2": appendices.appendix(noted),
            "contracts": appendices.contract_entries(contracts),
            "paid_early": [
                {"reference": award.reference, "amount": appendices.paid_early(award)} for award in basis.early()
            ],
            "reconciliation": basis.reconciliation.as_json(),
        }
    )
    return basis.withheld.out_of(spellings.applied(paper, decision.spellings))


def _years(slots: Sequence[SlotSums]) -> dict[str, Any]:
    """Return the columns of Table 3 of a round of several years; a round of one year has none."""
    return {"table_3_years": [each.slot.label for each in slots]} if slots else {}


def _round(round: Round) -> dict[str, Any]:
    named = {name: getattr(round, name) for name in ("reference", "title", "financial_year", "purpose")}
    return {"body": {"name": round.body.name, "digest": round.body.digest}, "round": named}


def printing() -> dict[str, Any]:
    """Return how a paper or a record that is frozen today is printed. What was frozen without it has one typeface."""
    return {"typefaces": list(TYPEFACES)}


def canonical(data: dict[str, Any]) -> str:
    return audit.canonical(data)


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def read(pack: Pack | DecisionRecord) -> dict[str, Any]:
    """Return the data of a frozen pack or record. Raises Changed if they do not match their hash."""
    if sha256(pack.canonical) != pack.sha256:
        raise Changed
    data: dict[str, Any] = json.loads(pack.canonical)
    return data


@dataclass(frozen=True, slots=True)
class Frozen:
    """Canonical data with their two renders, and the hash of each; the fields of a Pack or a DecisionRecord."""

    canonical: str
    sha256: str
    html: str
    html_sha256: str
    pdf: bytes
    pdf_sha256: str

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


def freeze(paper: dict[str, Any]) -> Frozen:
    """Freeze a paper as canonical JSON, and make its page and PDF only from that JSON."""
    text = canonical(paper)
    return _frozen(text, json.loads(text), digest=sha256(text))


def freeze_record(record: dict[str, Any], pack: Pack) -> Frozen:
    """Freeze a signed decision together with the pack that it was decided on."""
    text = canonical(record)
    return _frozen(text, read(pack), digest=pack.sha256, record=json.loads(text))


def _frozen(text: str, paper: dict[str, Any], *, digest: str, record: dict[str, Any] | None = None) -> Frozen:
    page, file = html(paper, digest=digest, record=record), pdf(paper, digest=digest, record=record)
    return Frozen(text, sha256(text), page, sha256(page), file, hashlib.sha256(file).hexdigest())


def checked_html(pack: Pack | DecisionRecord) -> SafeString:
    """Return the frozen page. Raises Changed if one byte of it or of its data changed."""
    read(pack)
    if sha256(pack.html) != pack.html_sha256:
        raise Changed
    # The page was escaped when it was rendered, and its hash shows that it has not changed since.
    return SafeString(pack.html)


def checked_pdf(pack: Pack | DecisionRecord) -> bytes:
    """Return the frozen PDF. Raises Changed if one byte of it or of its data changed."""
    read(pack)
    file = bytes(pack.pdf)
    if hashlib.sha256(file).hexdigest() != pack.pdf_sha256:
        raise Changed
    return file


# Parts of the data that the page does not print, and that grow with the grants.
_NOT_ON_THE_PAGE = frozenset({"figures", "reconciliation", "paid_early"})


def html(paper: dict[str, Any], *, digest: str = "", record: dict[str, Any] | None = None) -> str:
    """Render the paper as HTML, only from its data; `record` adds what was decided and signed."""
    printed = {name: each for name, each in paper.items() if name not in _NOT_ON_THE_PAGE}
    context = {"paper": printed, "digest": digest, "record": record, **_differs(record)}
    return render_to_string(
        "approvals/paper/_paper.html", everywhere(isolated, context) if _typefaces(paper, record) else context
    )


def as_read(page: str) -> str:
    """The page as a browser reads it: a run of white space is one space, as templates may indent it anew."""
    return " ".join(page.split())


def pdf(paper: dict[str, Any], *, digest: str, record: dict[str, Any] | None = None) -> bytes:
    """Render the paper as a tagged PDF in the ua-1 standard, only from its data; equal data give equal bytes."""
    stamp = datetime.fromisoformat(record["signed_at"] if record else paper["submitted_at"])
    days = {
        "submitted": day(paper["submitted_at"]),
        "signed": day(record["signed_at"]) if record else "Not signed",
        "signed_at": moment(record["signed_at"]) if record else "",
        "amended": day(paper["amends"]["signed_on"]) if paper.get("amends") else "",
        "deferred": day(deferred) if (deferred := paper.get("amends", {}).get("deferred_until")) else "",
        "signatures": [moment(each["at"]) for each in (record or {}).get("signatures", [])],
        "met_on": day(record["minutes"]["met_on"]) if record and record.get("minutes") else "",
        "sign_offs": [day(each["at"]) for each in paper.get("sign_offs", [])],
    }
    data = {"paper": paper, "digest": digest, "record": record or {}, "days": days, **_differs(record)}
    return compiled("approvals/paper/paper.typ", data, stamp=stamp, typefaces=_typefaces(paper, record))


def _typefaces(paper: dict[str, Any], record: dict[str, Any] | None) -> list[str] | None:
    """Return the typefaces of a paper, or those of its record, which may be frozen with an older paper."""
    of_each = [(data or {}).get("printing", {}).get("typefaces") for data in (record, paper)]
    return next(filter(None, of_each), None)


def _differs(record: dict[str, Any] | None) -> dict[str, Any]:
    """Return how a record differs from its paper, and what it leaves of the allocation."""
    return {"differs": settled.differs(record) if record else [], "after": settled.after(record) if record else ""}
