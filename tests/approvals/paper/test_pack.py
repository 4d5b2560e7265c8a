"""The frozen paper of PCD 681: every figure in page, PDF and data, and a PDF that a screen reader can follow."""

import hashlib
import html
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from pypdf import PdfReader

from approvals.decisions import submission, writing
from approvals.models import Decision, Pack
from approvals.paper import figures as figures_of_paper
from approvals.paper import pack as packs
from approvals.paper.sections import PARTS
from approvals.prose import checking

pytestmark = pytest.mark.django_db

# As the paper prints them: tables without the pound sign, prose with it.
PRINTED = [
    "£4.78m",
    "£1.44m",
    "£0.4m",
    "£1.84m",
    "£1.8m",
    "£0.95m",
    "£0.49m",
    "£151k",
    "£30k",
    "£84m",
    "4,782,000",
    "1,900,702",
    "288,695",
    "400,000",
    "1,438,598",
    "947,234",
    "491,364",
    "4,027,995",
    "754,005",
    "147,600",
    "£49,200",
    "148,544",
    "70,000",
    "240,229",
    "189,500",
    "151,361",
    "£30,000",
    "£181,361",
    "£50,000",
    "£100,000",
    "£181,302",
]


@pytest.fixture
def frozen() -> Pack:
    return Pack.objects.get(decision__reference="PCD-681", version=1)


@pytest.fixture
def pdf(frozen: Pack) -> PdfReader:
    return PdfReader(io.BytesIO(packs.checked_pdf(frozen)))


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("figure", PRINTED)
def test_the_page_shows_each_figure_of_the_paper(frozen: Pack, figure: str) -> None:
    page = html.unescape(re.sub(r"<[^>]+>", " ", packs.checked_html(frozen)))
    assert re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", page)


def test_the_pdf_shows_every_figure_as_text(pdf: PdfReader) -> None:
    text = words("\n".join(page.extract_text() for page in pdf.pages))
    missing = [figure for figure in PRINTED if not re.search(rf"(?<![\d.,]){re.escape(figure)}(?![\d]|[.,]\d)", text)]
    assert missing == []


def test_the_data_hold_every_figure(frozen: Pack) -> None:
    canonical = json.dumps(packs.read(frozen), ensure_ascii=False)
    amounts = {f"{float(text):,.0f}" for text in re.findall(r"\b(\d+)\.00\b", canonical)}
    missing = [figure for figure in PRINTED if figure not in canonical and figure.strip("£") not in amounts]
    assert missing == []


def test_the_data_hold_the_two_tables_of_the_decision(frozen: Pack) -> None:
    paper = packs.read(frozen)
    assert {row["label"]: (row["count"], row["amount"]) for row in paper["table_2"]} == {
        "Safe Camp Extension": (3, "147600.00"),
        "Sharan Project": (4, "148544.00"),
        "A2 Dominion: safer homes after domestic abuse": (1, "70000.00"),
        "Princes Trust PPP Project": (1, "240229.00"),
        next(row["label"] for row in paper["table_2"] if row["amount"] == "189500.00"): (1, "189500.00"),
        "London Blues": (1, "151361.00"),
    }
    assert paper["table_2_total"] == {"count": 11, "amount": "947234.00"}
    assert [row["amount"] for row in paper["table_3"]] == [
        "4782000.00",
        "1900702.00",
        "288695.00",
        "400000.00",
        "1438598.00",
        "947234.00",
        "491364.00",
        "4027995.00",
        "754005.00",
    ]
    assert (len(paper["appendix_1"]), len(paper["appendix_2"])) == (11, 28)


def test_the_pdf_is_tagged_titled_and_says_its_language(pdf: PdfReader) -> None:
    root = pdf.trailer["/Root"]
    assert root["/StructTreeRoot"]["/K"]
    assert root["/MarkInfo"]["/Marked"] is not None
    assert str(root["/Lang"]).startswith("en")
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert pdf.metadata is not None
    assert pdf.metadata.title == "PCD-681 Engagement and crime prevention spending 2019/20"


def test_the_pdf_carries_the_hash_of_its_data(frozen: Pack, pdf: PdfReader) -> None:
    text = "".join(page.extract_text() for page in pdf.pages)
    assert frozen.sha256 in re.sub(r"\s", "", text)
    assert frozen.sha256 in frozen.html


def test_equal_data_give_equal_bytes(frozen: Pack) -> None:
    paper = packs.read(frozen)
    again = packs.freeze(json.loads(json.dumps(paper)))
    assert again.canonical == frozen.canonical
    assert again.sha256 == frozen.sha256 == hashlib.sha256(frozen.canonical.encode()).hexdigest()
    assert again.html == frozen.html
    assert again.pdf == bytes(frozen.pdf)


def test_other_data_give_another_hash_page_and_pdf(frozen: Pack) -> None:
    paper = packs.read(frozen)
    paper["title"] = "Another title"
    again = packs.freeze(paper)
    assert (again.sha256 != frozen.sha256, again.html != frozen.html, again.pdf != bytes(frozen.pdf)) == (True,) * 3


def test_what_people_wrote_stays_text_in_both_renders(frozen: Pack) -> None:
    paper = packs.read(frozen)
    written = '<script>alert(1)</script> #panic("x") $x$ *bold* `raw` @ref'
    paper["appendix_1"][0]["purpose"] = written
    made = packs.freeze(paper)
    assert "<script>alert" not in made.html
    assert html.escape(written).replace("&#x27;", "&#39;") in made.html
    text = words("".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages))
    assert '#panic("x")' in text.replace("“", '"').replace("”", '"')


def test_pence_are_printed_alike_in_page_and_pdf(frozen: Pack) -> None:
    paper = packs.read(frozen)
    paper["table_3"][0]["amount"] = "1234567.05"
    paper["table_3"][-1]["amount"] = "-1234.50"
    made = packs.freeze(paper)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(made.pdf)).pages)
    for printed in ("1,234,567.05", "−1,234.50"):
        assert printed in made.html
        assert printed in text


def test_a_preview_says_what_would_be_frozen(frozen: Pack) -> None:
    decision = Decision.objects.select_related("round").get(reference="PCD-681")
    drafted = submission.of(decision, at=frozen.submitted_at)
    paper, problems = drafted.paper, drafted.problems
    kept = packs.read(frozen)
    assert problems == []
    changing = {"version", "trail_head"}
    assert {key: paper[key] for key in paper if key not in changing} == {
        key: kept[key] for key in kept if key not in changing
    }
    assert writing.current_pack(decision) == frozen


def test_one_look_at_a_draft_computes_its_figures_once_and_checks_each_section_once(
    frozen: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    decision = Decision.objects.select_related("round").get(reference="PCD-681")
    calls: Counter[str] = Counter()

    def counting(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any) -> Any:
            calls[name] += 1
            return function(*args)

        return counted

    monkeypatch.setattr(figures_of_paper, "figures_of", counting("figures", figures_of_paper.figures_of))
    monkeypatch.setattr(checking, "check", counting("checks", checking.check))
    submission.of(decision, at=frozen.submitted_at)
    assert calls == {"figures": 1, "checks": len(PARTS)}
