"""The rules of the house as tests: names, default deny, layers, no money as a float."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import models
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
    allowed = {"grants/tasks.py", "grants/money.py", "grants/audit.py", "approvals/tasks.py", "bids/intake/sheets.py"}
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


# Choices are asked by value


def choices_of_the_models() -> Iterator[type[models.Choices]]:
    """Every enumeration of choices that the models of the apps have."""
    pending = [models.Choices]
    while pending:
        kind = pending.pop()
        pending += kind.__subclasses__()
        if kind.__module__.split(".")[0] in OURS:
            yield kind


LABELS = {str(member.label) for kind in choices_of_the_models() for member in kind}
# The one place that knows them: what older packs hold of a choice.
OLD = "OLD_LABELS"
_DISPLAY = re.compile(r"get_\w+_display")


def texts_in(node: ast.AST) -> set[str]:
    """The texts that something can be compared with: of a mapping its keys, of anything else all that it holds."""
    if isinstance(node, ast.Dict):
        return set().union(*(texts_in(key) for key in node.keys if key))
    if isinstance(node, ast.Constant):
        return {node.value} if isinstance(node.value, str) else set()
    return set().union(*map(texts_in, ast.iter_child_nodes(node)))


def constants_of(tree: ast.Module) -> dict[str, set[str]]:
    """The texts behind each name that a module gives a value at its top."""
    named = {}
    for node in tree.body:
        if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    named[target.id] = texts_in(node.value)
    return named


def asked_by_label(tree: ast.AST, constants: dict[str, set[str]]) -> Iterator[str]:
    """Where code compares something with what a choice is called: by an operator, as a key, or in a `case`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
            sides = [node.func.value, *node.args]
        elif isinstance(node, ast.Subscript):
            sides = [node.value, node.slice]
        elif isinstance(node, ast.Match):
            sides = [node.subject, *(case.pattern for case in node.cases)]
        else:
            continue
        parts = [part for side in sides for part in ast.walk(side)]
        names = {
            part.id if isinstance(part, ast.Name) else part.attr
            for part in parts
            if isinstance(part, (ast.Name, ast.Attribute))
        }
        texts = set().union(*map(texts_in, sides), *(constants.get(name, set()) for name in names))
        yield from (f"line {node.lineno}: {text}" for text in texts & LABELS if OLD not in names)
        yield from (f"line {node.lineno}: {name}" for name in names if _DISPLAY.fullmatch(name))


SOURCES = [file for app in OURS for file in sorted((ROOT / app).rglob("*.py")) if "migrations" not in file.parts]


def test_there_are_labels() -> None:
    assert {"Theme", "Approved with conditions", "Charity number"} <= LABELS
    assert len(LABELS) > 60


def test_no_code_compares_with_the_label_of_a_choice() -> None:
    trees = {str(file.relative_to(ROOT)): ast.parse(file.read_text()) for file in SOURCES}
    constants: dict[str, set[str]] = {}
    for tree in trees.values():
        for name, texts in constants_of(tree).items():
            constants.setdefault(name, set()).update(texts)
    asked = {name: list(asked_by_label(tree, constants)) for name, tree in trees.items()}
    assert {name: lines for name, lines in asked.items() if lines} == {}


@pytest.mark.parametrize(
    "code",
    [
        'item["answer"] == "Refused"',
        'award.state != "Approved"',
        'item["answer"] in ("Approved", "Noted")',
        'tag["kind"] in frozenset({"Theme"})',
        "answer in GRANTED",
        "answer not in settled.GRANTED",
        "REGISTERS.get(kind)",
        "REGISTERS[kind]",
        'labels.get("Theme")',
        '{"Theme": 1}.get(kind)',
        "item.get_answer_display() == answer",
        "codes[tag.get_kind_display()]",
        'match kind:\n    case "Theme": pass',
    ],
)
def test_a_comparison_with_a_label_is_detected(code: str) -> None:
    top = ast.parse('GRANTED = frozenset({"Approved", "Noted"})\nREGISTERS: Any = {"Charity number": "GB-CHC"}')
    assert list(asked_by_label(ast.parse(code), constants_of(top)))


@pytest.mark.parametrize(
    "code",
    ['item["answer"] == "refused"', 'row = ("Theme", tag)', 'f"is {award.get_state_display()}"', '{"a": "Theme"}[x]'],
)
def test_showing_a_label_is_allowed(code: str) -> None:
    assert not list(asked_by_label(ast.parse(code), {}))


def asked_in_a_template(text: str) -> list[str]:
    """What a template, of Django or of Typst, compares with that is the name of a choice."""
    conditions = re.findall(r"\{%-?\s*(?:if|elif)\s(.*?)%\}", text)
    texts = {one or other for each in conditions for one, other in re.findall(r"\"([^\"]*)\"|'([^']*)'", each)}
    # In Typst a comparison is plain code, without tags around it.
    texts |= {text for pair in re.findall(r'[=!]=\s*"([^"]*)"|"([^"]*)"\s*[=!]=', text) for text in pair}
    shown = [each for each in conditions if _DISPLAY.search(each) and re.search(r"[=!]=|\bin\b", each)]
    return [*(texts & LABELS), *shown]


def test_no_template_compares_with_the_label_of_a_choice() -> None:
    files = [file for file in sorted((ROOT / "templates").rglob("*")) if file.is_file()]
    asked = {str(file.relative_to(ROOT)): asked_in_a_template(file.read_text()) for file in files}
    assert len(asked) > 150
    assert {name: lines for name, lines in asked.items() if lines} == {}


@pytest.mark.parametrize(
    "text",
    [
        '{% if item.answer == "Approved" %}',
        "{% if a %}{% elif tag.kind != 'Theme' %}",
        '{% if "Noted" in answers %}',
        "{% if item.get_answer_display == answer %}",
        '#if item.answer == "Refused" { [no] }',
    ],
)
def test_a_comparison_with_a_label_in_a_template_is_detected(text: str) -> None:
    assert asked_in_a_template(text)


# Names say what is held

EMPTY_NAMES = {"found", "said", "told", "beside", "meant", "given"}
PYTHON = [*ROOT.glob("*.py"), *(file for folder in (*OURS, "tests") for file in sorted((ROOT / folder).rglob("*.py")))]


def empty_names(tree: ast.AST) -> Iterator[str]:
    """Each variable, argument, attribute, keyword or function whose name says nothing of what it holds.

    What a module imports keeps its name: `given` is hypothesis' own.
    """
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) for alias in node.names}
    for node in ast.walk(tree):
        parts = ("asname",) if isinstance(node, ast.alias) else ("id", "arg", "attr", "name")
        names = {name for part in parts if isinstance(name := getattr(node, part, None), str)}
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            names -= imported
        yield from (f"line {getattr(node, 'lineno', 0)}: {name}" for name in names & EMPTY_NAMES)


def test_names_say_what_they_hold() -> None:
    assert len(PYTHON) > 400
    lines = {str(file.relative_to(ROOT)): sorted(empty_names(ast.parse(file.read_text()))) for file in PYTHON}
    assert {name: empty for name, empty in lines.items() if empty} == {}


@pytest.mark.parametrize(
    "code",
    [
        "found = 1",
        "for said in rows: pass",
        "def told(): pass",
        "def f(*, beside): pass",
        "f(meant=1)",
        "row.given",
        "lambda found: 1",
        "import re as found",
        "from hypothesis import given\ngiven = 1",
        "try: pass\nexcept ValueError as said: pass",
        "match x:\n    case [found]: pass",
    ],
)
def test_an_empty_name_is_detected(code: str) -> None:
    assert list(empty_names(ast.parse(code)))


@pytest.mark.parametrize("code", ["from hypothesis import given\n@given(x)\ndef f(): pass", '"found"', "founder = 1"])
def test_other_names_are_allowed(code: str) -> None:
    assert list(empty_names(ast.parse(code))) == []


# Functions that can be read at once

LINES, PARAMETERS = 60, 8


def functions_in(tree: ast.AST, prefix: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of a module or class with its dotted name."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            name = f"{prefix}.{node.name}"
            if isinstance(node, ast.FunctionDef):
                yield name, node
            yield from functions_in(node, name)


def is_long(function: ast.FunctionDef) -> bool:
    """Whether a function has more lines than fit a screen, or more parameters than a reader keeps in mind."""
    arguments = function.args
    names = {each.arg for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)} - {"self", "cls"}
    lines = (function.end_lineno or function.lineno) - function.lineno + 1
    return lines > LINES or len(names) > PARAMETERS


def test_functions_are_short_and_take_few_parameters() -> None:
    functions = dict(pair for module, tree in modules().items() for pair in functions_in(tree, module))
    assert len(functions) > 1000
    assert {name for name, function in functions.items() if is_long(function)} == set()


@pytest.mark.parametrize(
    ("code", "long"),
    [
        ("def f(a, b, c, d, *, e, f, g, h): pass", False),
        ("def f(self, a, b, c, d, *, e, f, g, h, **rest): pass", False),
        ("def f(a, b, c, d, *, e, f, g, h, i): pass", True),
        ("def f():" + "\n    pass" * 59, False),
        ("def f():" + "\n    pass" * 60, True),
    ],
    ids=["8 parameters", "8 and self", "9 parameters", "60 lines", "61 lines"],
)
def test_a_long_function_is_detected(code: str, long: bool) -> None:
    ((_, function),) = functions_in(ast.parse(code), "module")
    assert is_long(function) == long


DECIDED_PATH = ("helpers", "test_lead", "test_adviser", "test_office", "test_deputy_mayor", "test_public")
POINTER = {"click", "dblclick", "tap", "check", "uncheck", "set_checked", "fill", "select_option", "drag_to", "mouse"}


@pytest.mark.parametrize("journey", DECIDED_PATH)
def test_the_decided_path_is_walked_by_keyboard_alone(journey: str) -> None:
    tree = ast.parse((ROOT / "tests" / "journeys" / f"{journey}.py").read_text())
    used = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert not used & POINTER, f"{journey} uses what only a pointer or a script can do"
