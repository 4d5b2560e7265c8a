"""The house rules, held by machine: names, default deny, layers, no money as a float."""

import ast
import inspect
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.urls import URLPattern, get_resolver

from grants.roles import ACTIONS
from tests.test_matrix import TABLE

ROOT = Path(settings.BASE_DIR)
OURS = ("grants", "bids", "approvals")
# A page that answers with a file or a redirect has no template of its own.
WITHOUT_TEMPLATE = {
    "grants:sign_out",
    "bids:export_bids",
    "bids:bid_template",
    "bids:scores_file",
    "bids:feedback_file",
    "bids:minutes_pdf",
    "approvals:pack_pdf",
    "approvals:pack_word",
    "approvals:pack_data",
    "approvals:published_pdf",
    "approvals:published_word",
    "approvals:published_data",
    "approvals:pack_zip",
    "approvals:published_zip",
    "approvals:open_data_json",
    "approvals:open_data_csv",
    "approvals:register_feed",
    "approvals:grant_register_file",
    "approvals:contract_register_file",
    "approvals:delegated_return_file",
}


def pages() -> dict[str, URLPattern]:
    """Every URL of ours by its full name."""
    found = {}
    for resolver in get_resolver().url_patterns:
        if getattr(resolver, "app_name", None) in OURS:
            for pattern in resolver.url_patterns:
                found[f"{resolver.app_name}:{pattern.name}"] = pattern
    return found


def test_there_are_pages() -> None:
    assert len(pages()) > 60


@pytest.mark.parametrize("name", sorted(pages()))
def test_url_name_is_view_is_template_is_test(name: str) -> None:
    app, _, page = name.partition(":")
    assert pages()[name].callback.__name__ == page
    assert pages()[name].callback.__module__.startswith(f"{app}.")
    if name not in WITHOUT_TEMPLATE:
        try:
            get_template(f"{app}/{page}.html")
        except TemplateDoesNotExist:
            pytest.fail(f"{app}/{page}.html is missing")
    assert name in TABLE, "the matrix has no line for this page"


def test_every_template_of_a_page_belongs_to_one() -> None:
    named = {name.replace(":", "/") + ".html" for name in pages()}
    parts = {
        "approvals/alike_bids.html",
        "approvals/frozen.html",
        "approvals/grouping_effect.html",
        "approvals/grouping_page.html",
        "approvals/reasons.html",
        "approvals/paper.html",
        "approvals/paragraphs.html",
        "approvals/decision_tags.html",
        "approvals/paper_contents.html",
        "approvals/appendix.html",
        "approvals/changed.html",
        "approvals/changed_register.html",
        "approvals/differs.html",
        "approvals/effect.html",
        "approvals/figure_notes.html",
        "approvals/falling.html",
        "approvals/passages.html",
        "approvals/refusable.html",
        "approvals/split.html",
        "approvals/settled_grants.html",
        "approvals/table_3.html",
        "approvals/section_pieces.html",
        "approvals/section_preview.html",
        "approvals/written.html",
        "bids/case.html",
        "grants/deputations.html",
        "bids/choices.html",
        "bids/criteria.html",
        "bids/marks.html",
        "grants/virement_facts.html",
        "grants/virement_table.html",
    }
    folder = ROOT / "templates"
    there = {str(file.relative_to(folder)) for app in OURS for file in (folder / app).glob("*.html")}
    assert there - named - parts == set()


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_page_says_who_may_open_it(name: str) -> None:
    action = vars(inspect.unwrap(pages()[name].callback)).get("action") or vars(pages()[name].callback).get("action")
    assert action == "public" or action in ACTIONS


def test_imports_point_down_and_pure_rules_are_pure() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


def test_money_is_never_a_float() -> None:
    """`float` occurs only where a share of a bar's width is drawn."""
    allowed = {"grants/waiting.py", "grants/money.py", "grants/audit.py", "approvals/waiting.py", "bids/sheets.py"}
    found = set()
    for app in OURS:
        for file in (ROOT / app).rglob("*.py"):
            tree = ast.parse(file.read_text())
            if any(isinstance(node, ast.Name) and node.id == "float" for node in ast.walk(tree)):
                found.add(str(file.relative_to(ROOT)))
    assert found <= allowed


def test_no_template_marks_text_as_safe() -> None:
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text()
        assert "|safe" not in text and "autoescape off" not in text, file
        assert not re.search(r"=\{\{", text), f"{file} has an attribute without quotes"


def test_the_driver_is_psycopg2() -> None:
    from django.db import connection

    assert connection.Database.__name__ == "psycopg2"


DECIDED_PATH = ("helpers", "test_lead", "test_adviser", "test_office", "test_deputy_mayor", "test_public")
POINTER = {"click", "dblclick", "tap", "check", "uncheck", "set_checked", "fill", "select_option", "drag_to", "mouse"}


@pytest.mark.parametrize("journey", DECIDED_PATH)
def test_the_decided_path_is_walked_by_keyboard_alone(journey: str) -> None:
    tree = ast.parse((ROOT / "tests" / "journeys" / f"{journey}.py").read_text())
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & POINTER, f"{journey} uses what only a pointer or a script can do"
