"""The rules of the house as tests: names, default deny, layers, no money as a float."""

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

from grants.references import InAddress
from grants.roles import ACTIONS
from tests.test_matrix import TABLE

ROOT = Path(settings.BASE_DIR)
OURS = ("grants", "bids", "approvals")
# A page that answers with a file or a redirect has no template of its own.
WITHOUT_TEMPLATE = {
    "grants:sign_out",
    "grants:end_sessions",
    "grants:keep_typed",
    "grants:discard_typed",
    "bids:export_bids",
    "bids:bid_template",
    "bids:bid_file",
    "bids:scores_file",
    "bids:feedback_file",
    "bids:minutes_pdf",
    "bids:follow_meeting",
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
    "approvals:open_data_xlsx",
    "approvals:register_feed",
    "approvals:export_grants",
    "approvals:grant_register_file",
    "approvals:contract_register_file",
    "approvals:delegated_return_file",
}


def pages() -> dict[str, URLPattern]:
    """Every URL of ours by its full name."""
    patterns = {}
    for resolver in get_resolver().url_patterns:
        if getattr(resolver, "app_name", None) in OURS:
            for pattern in resolver.url_patterns:
                patterns[f"{resolver.app_name}:{pattern.name}"] = pattern
    return patterns


def test_there_are_pages() -> None:
    assert len(pages()) > 60


def template_of(name: str) -> str:
    """The template of a page: the folder of its view's package, then the page's own name."""
    *package, _ = pages()[name].callback.__module__.split(".")
    return f"{'/'.join(package)}/{name.partition(':')[2]}.html"


@pytest.mark.parametrize("name", sorted(pages()))
def test_a_page_has_one_name_for_its_url_view_template_and_test(name: str) -> None:
    app, _, page = name.partition(":")
    assert pages()[name].callback.__name__ == page
    assert pages()[name].callback.__module__.startswith(f"{app}.")
    if name not in WITHOUT_TEMPLATE:
        try:
            get_template(template_of(name))
        except TemplateDoesNotExist:
            pytest.fail(f"{template_of(name)} is missing")
    assert name in TABLE, "the matrix has no line for this page"


def test_every_template_is_of_a_page_or_a_partial() -> None:
    of_pages = {template_of(name) for name in pages()}
    folder = ROOT / "templates"
    whole = {str(file.relative_to(folder)) for app in OURS for file in (folder / app).rglob("[!_]*.html")}
    assert whole - of_pages == set()


def test_every_partial_is_used() -> None:
    sources = [*(ROOT / "templates").rglob("*.html"), *(file for app in OURS for file in (ROOT / app).rglob("*.py"))]
    texts = [file.read_text() for file in sources]
    partials = {str(file.relative_to(ROOT / "templates")) for file in (ROOT / "templates").rglob("_*.html")}
    assert {name for name in partials if not any(f'"{name}"' in text for text in texts)} == set()


@pytest.mark.parametrize("name", sorted(pages()))
def test_every_page_says_who_may_open_it(name: str) -> None:
    action = vars(inspect.unwrap(pages()[name].callback)).get("action") or vars(pages()[name].callback).get("action")
    assert action == "public" or action in ACTIONS


def test_what_people_chose_as_a_reference_stands_in_every_address_in_one_way() -> None:
    """A path of rounds or decisions takes the reference by its own converter, as it may hold a slash."""
    chosen = {
        name: pattern.pattern.converters[part]
        for name, pattern in pages().items()
        for before, part in re.findall(r"(rounds|decisions|register)/<\w+:(\w+)>", str(pattern.pattern))
    }
    assert len(chosen) > 50
    assert [name for name, converter in chosen.items() if not isinstance(converter, InAddress)] == []


def test_imports_point_down_and_pure_rules_are_pure() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


EDGES = ("views", "forms", "filters", "urls")
# The modules outside any package: addresses, admin, what the pages open, tasks, and the leaves below all.
IN_NO_PACKAGE = {
    "approvals": {"__init__", "access", "admin", "enums", "tasks", "urls"},
    "bids": {"__init__", "access", "admin", "criteria", "fields", "scoring", "tasks", "urls"},
}


def modules() -> dict[str, ast.Module]:
    """Every module of the three apps by its dotted name, parsed; migrations are left out."""
    files = [file for app in OURS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts]
    names = {file: ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__") for file in files}
    return {name: ast.parse(file.read_text()) for file, name in names.items()}


def imports() -> dict[str, set[str]]:
    """What each module imports of our own, at its top or inside a function, by dotted name."""
    trees = modules()
    imported: dict[str, set[str]] = {}
    for name, tree in trees.items():
        froms = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module]
        names = {(node.module, alias.name) for node in froms for alias in node.names}
        targets = {f"{module}.{leaf}" if f"{module}.{leaf}" in trees else module for module, leaf in names}
        imported[name] = (targets & set(trees)) - {name}
    return imported


def is_view(module: str) -> bool:
    return module.rpartition(".")[2].endswith("views")


def test_views_are_imported_only_by_their_urls() -> None:
    lookers = {
        (module, target)
        for module, targets in imports().items()
        for target in targets
        if is_view(target) and not module.endswith(".urls")
    }
    apart = {(module, target) for module, target in lookers if module.rpartition(".")[0] != target.rpartition(".")[0]}
    assert apart == set()
    assert {pair for pair in lookers if not is_view(pair[0])} == set()


def test_modules_do_not_import_each_other_in_a_circle() -> None:
    graph = {module: set(targets) for module, targets in imports().items()}
    while leaves := {module for module, targets in graph.items() if not targets}:
        graph = {module: targets - leaves for module, targets in graph.items() if module not in leaves}
    assert graph == {}


@pytest.mark.parametrize("app", sorted(IN_NO_PACKAGE))
def test_every_module_is_in_the_package_of_its_subject(app: str) -> None:
    assert {file.stem for file in (ROOT / app).glob("*.py")} == IN_NO_PACKAGE[app]


def test_every_package_says_what_is_in_it_and_where_to_start() -> None:
    without_subject = {"management", "migrations", "templatetags"}
    folders = {file.parent for app in OURS for file in (ROOT / app).glob("*/__init__.py")}
    packages = [folder for folder in folders if folder.name not in without_subject]
    assert len(packages) > 15
    for folder in packages:
        docstring = ast.get_docstring(ast.parse((folder / "__init__.py").read_text())) or ""
        assert "Start with" in docstring, folder


def test_money_is_never_a_float() -> None:
    """`float` occurs only where a share of a bar's width is drawn."""
    allowed = {"grants/tasks.py", "grants/money.py", "grants/audit.py", "approvals/tasks.py", "bids/sheets/workbook.py"}
    allowed |= {"bids/sheets/number_formats.py"}
    using_float = set()
    for app in OURS:
        for file in (ROOT / app).rglob("*.py"):
            tree = ast.parse(file.read_text())
            if any(isinstance(node, ast.Name) and node.id == "float" for node in ast.walk(tree)):
                using_float.add(str(file.relative_to(ROOT)))
    assert using_float <= allowed


def test_no_template_marks_text_as_safe() -> None:
    for file in (ROOT / "templates").rglob("*.html"):
        text = file.read_text()
        assert "|safe" not in text and "autoescape off" not in text, file
        assert not re.search(r"=\{\{", text), f"{file} has an attribute without quotes"


# The scorecard is drawn by hand, because it is asked for more often than any other page.
DRAWN_BY_HAND = {"bids/panel/_choices.html", "bids/panel/_criteria.html"}


def test_fields_are_drawn_by_the_pack_alone() -> None:
    """No page draws an input of its own but a hidden one, nor a form but by `{% crispy %}`."""
    own = re.compile(r'<(select|textarea|input(?! type="hidden"))\b|\{\{ *\w*form *\}\}|as_field_group')
    folder = ROOT / "templates"
    drawn = {str(file.relative_to(folder)) for file in folder.rglob("*.html") if own.search(file.read_text())}
    assert {name for name in drawn if not name.startswith("govuk/")} == DRAWN_BY_HAND


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
