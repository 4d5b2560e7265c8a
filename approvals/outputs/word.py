"""A frozen paper as a Word file for people who must edit it. Equal data give equal bytes.

The file is made on request and not stored. Its first page says that the frozen PDF is authoritative.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from approvals.models import DecisionRecord, Pack
from approvals.outputs import published, signing
from approvals.outputs.word_file import WordFile
from approvals.paper import pack, settled
from grants.templatetags.words import day, figure, moment, pounds

KIND = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

Data = Mapping[str, Any]


def of_pack(frozen: Pack) -> bytes:
    """Return one version of a paper. Raises Changed if its data or its PDF are not what was frozen."""
    return _made(pack.read(frozen), frozen.sha256, _counts(frozen, frozen.reference))


def of_record(record: DecisionRecord) -> bytes:
    """Return a signed decision with its paper. Raises Changed if they are not what was frozen."""
    signed = published.read(record)
    name = f"{signed.reference}, signed on {day(signed.record['signed_at'])}"
    return _made(signed.paper, record.pack.sha256, _counts(record, name), signed.record)


def _counts(frozen: Pack | DecisionRecord, name: str) -> str:
    pack.checked_pdf(frozen)
    return f"This Word file is a copy for editing. What counts is the frozen PDF of {name}, sha256 {frozen.pdf_sha256}."


def _made(paper: Data, digest: str, counts: str, record: Data | None = None) -> bytes:
    paper_in_word = WordFile(f"{paper['reference']} {paper['title']}", paper["reference"])
    _key_information(paper_in_word, paper, counts, record)
    if record and settled.differs(record):
        _differs(paper_in_word, record)
    _sections(paper_in_word, paper)
    amended = paper.get("amends", {}).get("reference", "")
    _appendix(paper_in_word, "appendix-1", "Appendix 1: grants for decision", paper["appendix_1"], amended)
    _appendix(paper_in_word, "appendix-2", "Appendix 2: grants approved under delegation", paper["appendix_2"])
    _contracts(paper_in_word, paper["contracts"])
    _figure_notes(paper_in_word, paper["figure_notes"])
    _sign_offs(paper_in_word, paper.get("sign_offs", []))
    _signature(paper_in_word, record)
    for note in paper.get("printing", {}).get("notes", []):
        paper_in_word.paragraph(note)
    paper_in_word.paragraph(
        f"Version {paper['version']} of these data, sha256 {digest}. "
        f"Head of the trail at submission {paper['trail_head']}."
    )
    stamp = datetime.fromisoformat(record["signed_at"] if record else paper["submitted_at"])
    return paper_in_word.bytes(author=paper["decision_by"], stamp=stamp)


def _key_information(word: WordFile, paper: Data, counts: str, record: Data | None) -> None:
    word.heading(1, paper["title"])
    word.paragraph(counts)
    word.heading(2, "Key information")
    word.facts(
        [
            ("Reference", paper["reference"]),
            ("Title", paper["title"]),
            ("Decision by", paper["decision_by"]),
            ("Round", paper["round"]["title"]),
            ("Amends", _amended(paper.get("amends", {}))),
            ("Submitted", f"{day(paper['submitted_at'])}, version {paper['version']}"),
            ("Date signed", day(record["signed_at"]) if record else "Not signed"),
        ]
    )


def _differs(word: WordFile, record: Data) -> None:
    word.heading(2, "How the decision differs from what was asked")
    for item in settled.differs(record):
        answer_parts = filter(None, (item["answer"].lower(), item["conditions"], item["reason"]))
        amount = f", {pounds(item['amount'])}" if item["amount"] else ""
        word.labelled(f"Item {item['number']}, {item['label']}{amount}:", ". ".join(answer_parts))
    if after := settled.after(record):
        word.paragraph(after)
    word.paragraph("All that follows is the paper as it was submitted.")


def _amended(old: Data) -> str:
    if not old:
        return ""
    signed = f"{old['reference']} {old['title']}, signed on {day(old['signed_on'])}"
    if "deferred_until" not in old:
        return signed
    return f"{signed}. Its publication is deferred until {day(old['deferred_until'])}: {old['deferral_reason']}"


def _sections(word: WordFile, paper: Data) -> None:
    for section in paper["sections"]:
        number = f"{section['number']}. " if section["number"] else ""
        word.heading(2, f"{number}{section['heading']}")
        for paragraph in section["paragraphs"]:
            word.pieces(paragraph["number"], paragraph["pieces"])
        if section["key"] == "summary":
            _recommendations(word, paper)
        elif section["key"] == "issues" and paper["table_2"]:
            _table_2(word, paper)
        elif section["key"] == "financial":
            _table_3(word, paper)


def _recommendations(word: WordFile, paper: Data) -> None:
    word.heading(2, "Recommendations")
    word.paragraph(f"The {paper['decision_by']} is recommended to:")
    for each in paper["recommendations"]:
        source = f" Source of the amount: {each['source']}." if each.get("source") else ""
        word.labelled(f"{each['number']}. {each['verb'].capitalize()}", f"{each['text']}.{source}")
    word.heading(2, "Part 1: for publication")


def _table_2(word: WordFile, paper: Data) -> None:
    total = paper["table_2_total"]
    rows = [
        [
            f"{row['label']}"
            + (f", each {pounds(row['each'])}" if row["each"] else "")
            + (f" ({row['paid']})" if row["paid"] else ""),
            row["recipients"],
            str(row["count"]),
            figure(row["amount"]),
        ]
        for row in paper["table_2"]
    ]
    word.table(
        f"Table 2: grants for decision, {total['count']}" + ("" if total.get("single") else f" in {len(rows)} rows"),
        ["Project", "Recipient", "Grants", "£"],
        [*rows, ["Total", "", str(total["count"]), figure(total["amount"])]],
        widths=[66, 50, 20, 30],
        figures={2, 3},
        totals={len(rows)},
        anchor="table-2",
    )


def _table_3(word: WordFile, paper: Data) -> None:
    rows, years = paper["table_3"], paper.get("table_3_years", [])
    columns = [f"{year}, £" for year in years]
    word.table(
        "Table 3: the allocation and what it is used for",
        ["Line", *columns, "In all, £" if columns else "£"],
        [
            [
                row["label"] + (f" ({row['note']})" if row["note"] else ""),
                *map(figure, row.get("years", [])),
                figure(row["amount"]),
            ]
            for row in rows
        ],
        widths=[126 - 26 * len(years), *[26] * len(years), 40] if len(years) < 4 else [40] + [18] * (len(years) + 1),
        figures=set(range(1, len(years) + 2)),
        totals={i for i, row in enumerate(rows) if row["kind"] == "total"},
        inset={i for i, row in enumerate(rows) if row["kind"] == "part"},
        anchor="table-3",
    )


def _appendix(word: WordFile, anchor: str, title: str, rows: Sequence[Data], amended: str = "") -> None:
    if not rows:
        return
    word.heading(2, title, anchor)
    for number, row in enumerate(rows, start=1):
        word.heading(3, f"{number}. {row['title']}: {pounds(row['amount'])}")
        register = f" ({row['register']})" if row["register"] else ""
        unit = f"sponsored by {row['sponsoring_unit']}"
        about = word.paragraph(f"{row['recipient']}{register}, {unit}, {row['boroughs']}, {row['reference']}")
        about.paragraph_format.keep_with_next = True
        cleared = f" The other key was considered: {row['cleared']}" if row["cleared"] else ""
        early = f"{pounds(row['paid_early'])}. {row['early_reason']}" if row["paid_early"] else ""
        was = row.get("was", "")
        word.facts(
            [
                ("Changed", f"{amended} {row.get('was_how', 'decided on')} {pounds(was)}" if was else ""),
                ("By financial year", "; ".join(f"{year}: {pounds(part)}" for year, part in row.get("years", []))),
                ("Other money", "; ".join(f"{pounds(part)} from {name}" for name, part in row.get("match", []))),
                ("Purpose", row["purpose"]),
                ("Aims", row["aims"]),
                ("Outputs", row["outputs"]),
                ("Outcomes", row["outcomes"]),
                ("Reason", row["reason"]),
                ("Conditions", row["conditions"]),
                ("Decided before", " ".join(each["text"] for each in row.get("earlier", ()))),
                ("Route", row["route"] + cleared),
                ("Legal power", row["legal_power"]),
                ("Paid before approval", early),
                ("Illustrative", f"{row['illustrative']}." if row["illustrative"] else ""),
            ]
        )


def _contracts(word: WordFile, contracts: Sequence[Data]) -> None:
    if not contracts:
        return
    word.heading(2, "Appendix 3: single tender action, proposal", "appendix-3")
    for contract in contracts:
        word.heading(3, contract["title"])
        years = "; ".join(f"{year}: {pounds(amount)}" for year, amount in contract["profile"])
        word.facts(
            [
                ("Supplier", contract["supplier"]),
                ("Whole-life value", pounds(contract["amount"])),
                ("By financial year", f"{years}; charged to {contract['charged_to']}"),
                ("Primary ground", contract["ground"]),
                ("Evidence", contract["evidence"]),
                ("Other grounds, noted", contract["other_grounds"]),
                ("Route", contract["route"]),
            ]
        )
        word.paragraphs(contract["proposal"])
    word.heading(2, "Appendix 4: single tender action, performance framework", "appendix-4")
    for contract in contracts:
        word.heading(3, contract["title"])
        word.paragraphs(contract["performance"])


def _figure_notes(word: WordFile, notes: Sequence[Data]) -> None:
    if not notes:
        return
    word.heading(2, "Where the figures come from")
    word.table(
        "Each figure of the text, exactly",
        ["Figure", "Exactly", "From"],
        [[note["name"][:1].upper() + note["name"][1:], note["exact"], note["source"]] for note in notes],
        widths=[60, 36, 70],
        figures={1},
    )


def _sign_offs(word: WordFile, sign_offs: Sequence[Data]) -> None:
    if not sign_offs:
        return
    word.heading(2, "Signed off by")
    word.facts(
        [
            (each["area"], ". ".join(filter(None, (f"{each['by']}, {day(each['at'])}", each["comment"]))))
            for each in sign_offs
        ]
    )


def _signature(word: WordFile, record: Data | None) -> None:
    word.heading(2, "Interests declared and signature")
    if record is None:
        word.paragraph("Not decided and not signed.")
        return
    word.facts(
        [
            ("Interests declared", record["interests"]),
            ("Signed by", record["signed_by"]),
            ("As", record["role"]),
            ("As deputy for", record.get("deputy_for", "")),
            ("Signed", moment(record["signed_at"])),
            *signing.facts(record),
        ]
    )
    word.table(
        "What was decided",
        ["Item", "£", "Decision"],
        [
            [
                f"{item['number']}. {item['label']}",
                figure(item["amount"]),
                ". ".join(filter(None, (item["answer"], item["conditions"], item["reason"]))),
            ]
            for item in record["items_decided"]
        ],
        widths=[80, 26, 60],
        figures={1},
    )
