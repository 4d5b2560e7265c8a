"""The page, the PDF, the Word file and the data of a paper hold the same figures, part by part."""

import copy
import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from approvals.models import Decision, DecisionRecord, Pack
from approvals.outputs import word
from approvals.paper import pack as packs
from approvals.reconciliation import position
from grants.models import User
from tests.approvals.renders import data_parts, figures, html_text, parts, pdf_text, word_text
from tests.approvals.steps import LATER, Answer, decide, sign

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]

# The hashes at the paper's end are no figures of it.
_HASHES = re.compile(r"\b[0-9a-f]{16,64}\b|sha256")


def differences(frozen: Pack | DecisionRecord, *, html: Any, pdf: Any, docx: Any) -> list[str]:
    """Each part and form in which the figures are not those of the data, with what is over and what is missing."""
    record = packs.read(frozen) if isinstance(frozen, DecisionRecord) else None
    paper = packs.read(frozen.pack if isinstance(frozen, DecisionRecord) else frozen)
    expected = data_parts(paper, record)
    problems = []
    for form, text in (("HTML", html_text(html)), ("PDF", pdf_text(pdf)), ("Word", word_text(docx))):
        for name, part_text in parts(text, paper, record).items():
            there, wanted = figures(_HASHES.sub("", part_text)), figures(expected[name])
            if there != wanted:
                problems.append(f"{form}, {name}: has {dict(there - wanted)}, lacks {dict(wanted - there)}")
    return problems


def test_a_version_has_the_same_figures_in_every_form(decision: Decision) -> None:
    frozen = Pack.objects.get(decision=decision)
    paper = packs.read(frozen)
    assert differences(frozen, html=frozen.html, pdf=bytes(frozen.pdf), docx=word.of_pack(frozen)) == []
    expected = {name: figures(text) for name, text in data_parts(paper).items()}
    assert expected["recommendations"]["947234"] == expected["table 2"]["947234"] == 1
    assert expected["table 3"] >= figures(
        "4,782,000 1,900,702 288,695 400,000 1,438,598 947,234 491,364 4,027,995 754,005"
    )
    assert len(expected["appendix 2"]) > 40
    assert expected["summary"] >= figures("£1.44m £0.4m £4.78m 83 39")


def test_a_signed_decision_has_the_same_figures_in_every_form(decision: Decision, robin: User) -> None:
    decide(decision, robin, item_2=Answer("conditions", conditions="No more than £24,600.50 before 1 August 2027."))
    sign(decision, robin)
    record = DecisionRecord.objects.get()
    assert differences(record, html=record.html, pdf=bytes(record.pdf), docx=word.of_record(record)) == []
    assert figures(data_parts(packs.read(record.pack), packs.read(record))["signature"])["24600.50"] == 1


def test_a_decision_that_differs_says_so_at_the_top_of_every_form(decision: Decision, robin: User) -> None:
    decide(
        decision,
        robin,
        item_1=Answer("refused", reason="No evidence of need"),
        item_2=Answer("conditions", conditions="Paid in two parts"),
        item_3=Answer("deferred", reason="Ask again in June"),
    )
    sign(decision, robin)
    record = DecisionRecord.objects.get()
    data, paper = packs.read(record), packs.read(record.pack)
    assert differences(record, html=record.html, pdf=bytes(record.pdf), docx=word.of_record(record)) == []
    refused = Decimal(data["items_decided"][0]["amount"])
    assert Decimal(data["allocation_left"]) == Decimal(754005) + refused
    assert position.reconcile(decision.round, LATER.date()).underspend == Decimal(data["allocation_left"])
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        differs = parts(text, paper, data)["differs"]
        assert "£151,361 of what was refused is paid already and has to be recovered" in differs
        for words in ("refused", "No evidence of need", "Paid in two parts", "deferred", "Ask again in June"):
            assert words in differs


def test_invented_text_is_marked_in_every_form(decision: Decision) -> None:
    frozen = Pack.objects.get(decision=decision)
    paper = packs.read(frozen)
    invented = [row["illustrative"] for row in (*paper["appendix_1"], *paper["appendix_2"]) if row["illustrative"]]
    assert len(invented) == 39
    for text in (html_text(frozen.html), pdf_text(bytes(frozen.pdf)), word_text(word.of_pack(frozen))):
        for name in ("appendix 1", "appendix 2"):
            appendix = parts(text, paper)[name]
            assert appendix.count("Illustrative") == len(paper[name.replace(" ", "_")])
        assert "The split of the value over the two years is illustrative" in parts(text, paper)["appendix 3"]


def _total(paper: dict[str, Any]) -> None:
    paper["table_2_total"]["amount"] = "947235.00"


def _recommendation(paper: dict[str, Any]) -> None:
    paper["recommendations"][0]["text"] = paper["recommendations"][0]["text"].replace("947,234", "947,243")


def _line(paper: dict[str, Any]) -> None:
    paper["table_3"][-1]["amount"] = "754005.01"


def _grant(paper: dict[str, Any]) -> None:
    paper["appendix_2"][3]["amount"] = "1.00"


def _prose(paper: dict[str, Any]) -> None:
    piece = next(piece for piece in paper["sections"][0]["paragraphs"][0]["pieces"] if piece["figure"])
    piece["text"] = "£1.45m"


def _count(paper: dict[str, Any]) -> None:
    paper["table_2"][1]["count"] = 4


CHANGES: list[tuple[Callable[[dict[str, Any]], None], str]] = [
    (_recommendation, "recommendations"),
    (_total, "table 2"),
    (_count, "table 2"),
    (_line, "table 3"),
    (_grant, "appendix 2"),
    (_prose, "summary"),
]


@pytest.mark.parametrize(("change", "part"), CHANGES)
def test_control_a_figure_changed_in_one_form_is_detected(
    decision: Decision, change: Callable[[dict[str, Any]], None], part: str
) -> None:
    frozen = Pack.objects.get(decision=decision)
    paper = copy.deepcopy(packs.read(frozen))
    change(paper)
    other = Pack(decision=decision, version=frozen.version, **packs.freeze(paper).fields())
    right = {"html": frozen.html, "pdf": bytes(frozen.pdf), "docx": word.of_pack(frozen)}
    wrong = {"html": other.html, "pdf": bytes(other.pdf), "docx": word.of_pack(other)}
    for form, name in (("HTML", "html"), ("PDF", "pdf"), ("Word", "docx")):
        problems = differences(frozen, **{**right, name: wrong[name]})
        assert [each.partition(":")[0] for each in problems] == [f"{form}, {part}"]


def test_control_data_changed_under_all_three_forms_are_detected(decision: Decision) -> None:
    frozen = Pack.objects.get(decision=decision)
    paper = json.loads(frozen.canonical)
    _line(paper)
    other = Pack(decision=decision, version=frozen.version, **packs.freeze(paper).fields())
    problems = differences(other, html=frozen.html, pdf=bytes(frozen.pdf), docx=word.of_pack(frozen))
    assert [each.partition(":")[0] for each in problems] == ["HTML, table 3", "PDF, table 3", "Word, table 3"]
