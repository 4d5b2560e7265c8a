"""What a decision paper consists of: its sections, figures, recommendations and tables, from the register alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from itertools import chain, count
from typing import Any

from approvals import amending, figures, paper_sets, position, prose, reconciliation, rules
from approvals.appendices import paid_early, was, was_how
from approvals.claims import Bound, Claim, Member, who_breaks
from approvals.figures import Figure, Figures
from approvals.models import Award, Decision, DecisionRecord, DelegationRule, SingleTenderAction
from approvals.prose import Known, Standing
from approvals.reconciliation import BidEntry, Reconciliation
from approvals.sections import PARTS
from grants import money
from grants.models import BudgetLine

ZERO = Decimal("0.00")


@dataclass(frozen=True, slots=True)
class Sources:
    """The register of a round as a paper needs it, read once."""

    decision: Decision
    awards: Sequence[Award]
    contracts: Sequence[SingleTenderAction]
    limits: dict[str, DelegationRule | None]
    texts: dict[str, str]
    reconciliation: Reconciliation
    bids: Sequence[BidEntry]
    # What the newest earlier paper that reported a thing said of its amount, by reference.
    earlier: Mapping[str, str] = field(default_factory=dict)
    # The same of what was paid before approval.
    reported_early: Mapping[str, str] = field(default_factory=dict)

    def routed(self, route: str) -> list[Award]:
        return [award for award in self.awards if award.route == route]

    def asked(self) -> list[Award]:
        """The grants that wait for the Deputy Mayor; what an earlier paper settled is not asked again."""
        waiting = (Award.State.ROUTED, Award.State.DEFERRED)
        return [award for award in self.routed(Award.Route.DMPC) if award.state in waiting]

    def noted(self) -> list[Award]:
        """The delegated grants that no earlier paper has reported at their amount."""
        return [award for award in self.routed(Award.Route.DELEGATED) if not self._reported(award)]

    def _reported(self, thing: Award | SingleTenderAction) -> bool:
        return self.earlier.get(thing.reference) == money.text(thing.amount)

    def early(self) -> list[Award]:
        """The grants of this paper paid before approval, and any other of which no earlier paper reported it so."""
        here = {award.reference for award in [*self.asked(), *self.noted()]}
        return [
            award
            for award in self.awards
            if (paid := paid_early(award))
            and (award.reference in here or self.reported_early.get(award.reference) != money.text(paid))
        ]

    def contracts_asked(self) -> list[SingleTenderAction]:
        """The contracts that wait for the Deputy Mayor, and the delegated ones that no earlier paper has reported."""
        waiting = (SingleTenderAction.State.PROPOSED, SingleTenderAction.State.DEFERRED)
        return [
            contract
            for contract in self.contracts
            if (contract.state in waiting if contract.route == Award.Route.DMPC else not self._reported(contract))
        ]


def sources(decision: Decision, day: date) -> Sources:
    """Read all that the paper of a decision rests on, in a fixed number of queries."""
    round = decision.round
    found = amending.as_amended(decision, position.grants_of(round), day)
    stands = position.position(round, day, found)
    records = DecisionRecord.objects.filter(decision__round=round).exclude(decision=decision).order_by("pk")
    signed = [json.loads(text) for text in records.values_list("pack__canonical", flat=True)]
    return Sources(
        decision=decision,
        earlier={
            entry["reference"]: entry["amount"]
            for paper in signed
            for part in ("appendix_2", "contracts")
            for entry in paper[part]
        },
        reported_early={
            entry["reference"]: entry["amount"]
            for paper in signed
            for entry in paper.get("paid_early", _printed_early(paper))
        },
        awards=[award for award in found if award.state != Award.State.REFUSED],
        contracts=list(SingleTenderAction.objects.live().filter(round=round).select_related("supplier")),
        limits={kind: rules.rule_on(round, kind, day) for kind in DelegationRule.Kind.values},
        texts=dict(decision.sections.values_list("key", "text")),
        reconciliation=reconciliation.reconcile(stands),
        bids=stands.bids,
    )


def _printed_early(paper: Mapping[str, Any]) -> list[dict[str, str]]:
    """What a paper that lists no early payments apart says of them in its appendices."""
    entries = [*paper["appendix_1"], *paper["appendix_2"]]
    return [{"reference": each["reference"], "amount": each["paid_early"]} for each in entries if each["paid_early"]]


def figures_of(said: Sources) -> Figures:
    """Every figure that the prose may name."""
    reco = said.reconciliation
    found: dict[str, Figure] = {}

    def amount(name: str, value: Decimal, source: str, group: str = "Sums") -> None:
        found[name.casefold()] = Figure(name.casefold(), source, amount=value, group=group)

    def labelled(kind: str, label: str, value: Decimal, source: str, group: str) -> None:
        # What somebody named is never taken for a figure of the same name, computed or named by another.
        names = chain((label, f"{kind} {label}"), (f"{kind} {label} {number}" for number in count(2)))
        amount(next(name for name in names if name.casefold() not in found), value, source, group)

    amount("allocation", reco.allocation, "The allocation of the round")
    for line_kind in BudgetLine.Kind:
        lines = [line.amount for line in said.decision.round.lines.all() if line.kind == line_kind]
        if lines:
            label = str(line_kind.label)
            source = f"Sum of the budget lines for {label.lower()}"
            amount(f"all {label}", money.total(lines), source, "Budget lines")
    amount("contracts", reco.contracts.total, "Single tender actions")
    for name, part in (
        ("grants", reco.grants),
        ("grants above the threshold", reco.dmpc),
        ("grants below the threshold", reco.delegated),
        ("retrospective payments", reco.retrospective),
    ):
        amount(name, part.total, f"Sum of {part.count} {name}")
    asked = said.asked()
    amount("grants asked for", money.total([award.amount for award in asked]), f"Sum of {len(asked)} grants")
    amount(
        "grants and contracts together", reco.grants.total + reco.contracts.total, "Grants, and contracts beside them"
    )
    amount("expenditure", reco.expenditure, "Lines, contracts and grants")
    amount("underspend", reco.underspend, "Allocation less expenditure")
    amount("internal bids", reco.internal_bids.total, "Agreed for bids led by units of the force")
    for name, kind in (
        ("grant limit", DelegationRule.Kind.GRANT),
        ("contract exemption limit", DelegationRule.Kind.EXEMPTION),
        ("procurement threshold", DelegationRule.Kind.PROCUREMENT),
    ):
        rule = said.limits[kind]
        if rule:
            amount(name, rule.limit, f"{rule.citation}, from {rule.valid_from:%-d %B %Y}", "Limits")
    found |= {figure.name: figure for figure in paper_sets.counts(said)}
    for line in reco.lines:
        labelled("line", line.label, line.amount, "Budget line", "Budget lines")
    for award in said.awards:
        amount(f"grant {award.bid.source_reference}", award.amount, f"The grant for {award.bid.title}", "Each grant")
    suppliers = {contract.supplier.name for contract in said.contracts}
    for supplier in sorted(suppliers):
        own = [contract for contract in said.contracts if contract.supplier.name == supplier]
        amount(f"contract {supplier}", money.total([contract.amount for contract in own]), f"Contracts with {supplier}")
        for year in sorted({year for contract in own for year, _ in contract.profile}):
            parts = [money.exact(part) for contract in own for each, part in contract.profile if each == year]
            amount(f"contract {supplier} in {year}", money.total(parts), f"Contracts with {supplier}, that year")
    for row in table_2(said.routed(Award.Route.DMPC)):
        source = f"Sum of {row['count']} grant{'' if row['count'] == 1 else 's'} to the Deputy Mayor"
        labelled("project", row["label"], Decimal(row["amount"]), source, "Projects")
    return found


def known_of(said: Sources) -> Known:
    """All that the prose of this paper is checked against."""
    external = figures.externals(said.decision.external_figures)
    return Known(figures_of(said), external, paper_sets.groups(said), paper_sets.payees(said), links_of(said))


def links_of(said: Sources) -> dict[str, str]:
    """The parts of this paper that prose can point to, by name, with their anchors."""
    there = {
        "appendix 1": bool(said.asked()),
        "appendix 2": bool(said.noted()),
        "appendix 3": bool(said.contracts_asked()),
        "appendix 4": bool(said.contracts_asked()),
        "table 2": bool(said.asked()),
        "table 3": True,
    }
    return {name: name.replace(" ", "-") for name, exists in there.items() if exists}


def recommendations(said: Sources) -> list[dict[str, Any]]:
    """What the Deputy Mayor is asked: each with its number, verb, amount and items.

    A claim on a set is checked against each member: “individually or in aggregate” where a grant above the limit by
    its group is below it alone.
    """
    rule = said.limits[DelegationRule.Kind.GRANT]
    limit = rule.limit if rule else ZERO
    asked, noted = said.asked(), said.noted()
    changed, asked = [award for award in asked if was(award)], [award for award in asked if not was(award)]
    early = said.early()
    found: list[dict[str, Any]] = []

    def add(verb: str, text: str, amount: Decimal, items: list[dict[str, Any]]) -> None:
        number = len(found) + 1
        found.append({"number": number, "verb": verb, "text": text, "amount": money.text(amount), "items": items})

    if asked:
        total = money.total([award.amount for award in asked])
        add(
            "approve",
            f"{_grants(asked)} to third parties, {_how_above(asked, limit)}, "
            f"as set out in Appendix 1, {money.pounds(total)} in all",
            total,
            [_item(award) for award in asked],
        )
    if changed:
        total = money.total([award.amount for award in changed])
        old = said.decision.amends.reference if said.decision.amends else ""
        told = "; ".join(
            f"“{award.bid.title}” from {money.pounds(was(award) or ZERO)}{_unless_approved(award)} to "
            f"{money.pounds(award.amount)}"
            for award in changed
        )
        add("approve", f"a change of {_grants(changed)} that {old} decided: {told}", total, [_item(a) for a in changed])
    if noted:
        total = money.total([award.amount for award in noted])
        add(
            "note",
            f"{_grants(noted)} to third parties, each below {money.pounds(limit)}, approved by the force under "
            f"delegation as set out in Appendix 2, {money.pounds(total)} in all",
            total,
            [_item(award) for award in noted],
        )
    for contract in said.contracts_asked():
        verb = "approve" if contract.route == Award.Route.DMPC else "note"
        add(
            verb,
            f"the single tender action with {contract.supplier.name}: {contract.title}, "
            f"{money.pounds(contract.amount)} over {_years(contract)}, "
            "as set out in Appendices 3 and 4",
            contract.amount,
            [{"label": contract.title, "reference": contract.reference, "amount": money.text(contract.amount)}],
        )
    if early:
        total = money.total([paid_early(award) for award in early])
        names = " and ".join(f"{award.bid.title} ({money.pounds(paid_early(award))})" for award in early)
        add(
            "note",
            f"that {_grants(early)}, {names}, {'was' if len(early) == 1 else 'were'} paid before approval, "
            f"{money.pounds(total)} in all",
            total,
            [],
        )
    return found


def _years(contract: SingleTenderAction) -> str:
    years = len(contract.profile)
    return f"{years} financial year{'' if years == 1 else 's'}"


def _unless_approved(award: Award) -> str:
    return f" ({was_how(award)} there)" if was_how(award) in ("refused", "deferred") else ""


def _how_above(asked: Sequence[Award], limit: Decimal) -> str:
    """What is true of each grant that goes up: alone, with its group, or why it goes up below the limit."""
    claim = Claim(Bound.AT_LEAST, limit)
    alone = [Member(award.reference, award.amount) for award in asked]
    grouped = [Member(award.reference, Decimal(award.routed_as["binding"]["total"])) for award in asked]
    not_below = f"not below {money.pounds(limit)}"
    sent_up = {member.name for member in who_breaks(claim, grouped)}
    reasons = " or ".join(sorted({_why_up(award) for award in asked if award.reference in sent_up}))
    if len(sent_up) == len(asked):
        return f"below {money.pounds(limit)} and {reasons}"
    below = {member.name for member in who_breaks(claim, alone)}
    how = "individually or in aggregate" if below - sent_up else "each"
    return f"{how} {not_below} or {reasons}" if sent_up else f"{how} {not_below}"


def _why_up(award: Award) -> str:
    if award.escalated:
        return "sent up by a lead"
    return "deferred before" if award.routed_as.get("deferred") else "routed by an earlier limit"


def _grants(awards: Sequence[Award]) -> str:
    return "1 grant" if len(awards) == 1 else f"{len(awards)} grants"


def _item(award: Award) -> dict[str, Any]:
    return {"label": award.bid.title, "reference": award.reference, "amount": money.text(award.amount)}


def table_2(asked: Sequence[Award]) -> list[dict[str, Any]]:
    """The grants to the Deputy Mayor as rows: a family is one row with its count, any other grant a row of its own."""
    rows: dict[str, dict[str, Any]] = {}
    for award in asked:
        label = award.bid.family.name if award.bid.family else award.bid.title
        key = f"family {award.bid.family_id}" if award.bid.family_id else award.reference
        row = rows.setdefault(
            key, {"label": label, "recipients": [], "count": 0, "each": [], "amount": ZERO, "paid": ZERO}
        )
        row["count"] += 1
        row["amount"] += award.amount
        row["each"].append(award.amount)
        row["paid"] += paid_early(award)
        recipient = award.bid.recipient.name if award.bid.recipient else ""
        if recipient not in row["recipients"]:
            row["recipients"].append(recipient)
    found = []
    for row in rows.values():
        same = len(set(row["each"])) == 1 and row["count"] > 1
        found.append(
            {
                "label": row["label"],
                "recipients": ", ".join(row["recipients"]),
                "count": row["count"],
                "each": money.text(row["each"][0]) if same else "",
                "amount": money.text(row["amount"]),
                "paid": _already(row["paid"], row["amount"]),
            }
        )
    return found


def _already(paid: Decimal, amount: Decimal) -> str:
    if not paid:
        return ""
    return "already paid" if paid == amount else f"{money.pounds(paid)} already paid"


def table_3(said: Sources) -> list[dict[str, Any]]:
    """The allocation from top to bottom: lines, contracts, grants by route, expenditure, underspend."""
    reco = said.reconciliation
    asked, noted = said.asked(), said.noted()
    notes = {line.reference: line.note for line in said.decision.round.lines.all()}
    rows = [_row("Total allocated", reco.allocation, "total")]
    rows += [_row(line.label, line.amount, "line", notes.get(line.reference, "")) for line in reco.lines]
    rows += [
        _row(f"{contract.supplier.name}: contract", contract.amount, "line", f"Charged to {contract.charged_to}")
        for contract in said.contracts
    ]
    decided, under = reco.dmpc, reco.delegated
    rows += [
        _row(f"Grants to third parties ({reco.grants.count})", reco.grants.total, "line"),
        _row(f"Grants decided by the Deputy Mayor ({decided.count})", decided.total, "part", _before(decided, asked)),
        _row(f"Grants approved under delegation ({under.count})", under.total, "part", _before(under, noted)),
        _row("Total expenditure", reco.expenditure, "total"),
        _row("Underspend", reco.underspend, "total"),
    ]
    return rows


def _before(whole: reconciliation.Sum, here: Sequence[Award]) -> str:
    """How many of a row's grants this paper is about, where an earlier one settled others."""
    if whole.count == len(here):
        return ""
    return f"{len(here)} in this paper, {whole.count - len(here)} in earlier ones"


def _row(label: str, amount: Decimal, kind: str, note: str = "") -> dict[str, Any]:
    return {"label": label, "amount": money.text(amount), "kind": kind, "note": note}


def sections(said: Sources) -> list[dict[str, Any]]:
    """The written sections with generated numbers, each paragraph in pieces; what cannot be filled is shown raw."""
    known, links = figures_of(said), links_of(said)
    found, number = [], 0
    for part in PARTS:
        text = said.texts.get(part.key, "").strip()
        if part.key == "commercial" and not said.contracts_asked() and not text:
            continue
        if part.numbered:
            number += 1
        paragraphs = []
        for i, paragraph in enumerate(filter(None, (each.strip() for each in text.split("\n\n"))), start=1):
            try:
                pieces = [asdict(piece) for piece in figures.fill(paragraph, known, links)]
            except figures.UnknownFigure:
                pieces = [asdict(figures.Piece(paragraph))]
            paragraphs.append({"number": f"{number}.{i}" if part.numbered else "", "pieces": pieces})
        found.append(
            {
                "key": part.key,
                "number": str(number) if part.numbered else "",
                "heading": part.heading,
                "paragraphs": paragraphs,
            }
        )
    return found


def figure_notes(said: Sources, sections: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Where each figure of the prose comes from, once, in the order of the text; its number is put on the pieces.

    Behind them stands what the text has from elsewhere, as it is typed, with its source.
    """
    notes: dict[str, dict[str, Any]] = {}
    pieces = [piece for section in sections for paragraph in section["paragraphs"] for piece in paragraph["pieces"]]
    for piece in pieces:
        piece["note"] = ""
        if piece["figure"]:
            kept = {"name": piece["figure"], "exact": piece["exact"], "source": piece["source"]}
            note = notes.setdefault(piece["figure"], {"number": str(len(notes) + 1), **kept})
            piece["note"] = note["number"]
    found, known = list(notes.values()), known_of(said)
    typed = [match for part in PARTS for match in prose.check(said.texts.get(part.key, ""), known)]
    for text, source in {
        match.typed.text: match.what for match in typed if match.standing is Standing.EXTERNAL
    }.items():
        found.append({"number": str(len(found) + 1), "name": figures.ELSEWHERE, "exact": text, "source": source})
    return found
