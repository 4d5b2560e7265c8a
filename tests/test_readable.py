"""Code that can be read at once: names say what they hold, and functions are short and take few parameters."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.test_house import OURS, ROOT, modules

EMPTY_NAMES = {"found", "said", "told", "beside", "meant", "given"}
# Comments and texts of a script. What is worked out inside a text is code, so those in backquotes stay.
NO_NAMES = re.compile(r"""//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`[^`$]*`""", re.DOTALL)
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


def empty_names_in_a_script(text: str) -> list[str]:
    """Each such name in a script, whose words are names once its comments and texts are gone."""
    return sorted(set(re.findall(r"[\w$]+", NO_NAMES.sub(" ", text))) & EMPTY_NAMES)


def test_names_in_the_scripts_say_what_they_hold() -> None:
    scripts = [*(ROOT / "assets").glob("*.js"), *(ROOT / "tests" / "assets").glob("*.mjs")]
    assert len(scripts) > 10
    assert {file.name: empty for file in scripts if (empty := empty_names_in_a_script(file.read_text()))} == {}


@pytest.mark.parametrize("code", ["const found = 1;", "({ said }) => said", "row.told", "`${found}`", "let a, meant;"])
def test_an_empty_name_in_a_script_is_detected(code: str) -> None:
    assert empty_names_in_a_script(code)


@pytest.mark.parametrize("code", ["say('found');", "// what was said", "/* beside */", '"\\"given"', "founder(1)"])
def test_other_words_in_a_script_are_allowed(code: str) -> None:
    assert empty_names_in_a_script(code) == []


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


def days_without_a_place(tree: ast.AST) -> list[int]:
    """Each line that makes a day of an instant, or asks for the present day, by itself."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and (
            (node.func.attr == "date" and not node.args)
            or node.func.attr in ("today", "localdate", "utcnow")
            or (node.func.attr == "now" and ast.unparse(node.func) != "timezone.now")
        )
    ]


# Each has a day of its own: the place of the rule, the clock of a folder in London, a cell that holds no zone.
OWN_DAYS = {"grants/days.py", "approvals/loading/folder.py", "bids/sheets/values.py", "bids/sheets/workbook.py"}


def test_every_day_is_a_day_in_london() -> None:
    lines = {
        str(file.relative_to(ROOT)): days_without_a_place(ast.parse(file.read_text()))
        for file in PYTHON
        if file.relative_to(ROOT).parts[0] in OURS and "migrations" not in file.parts
    }
    assert {name for name, own in lines.items() if own} <= OWN_DAYS
    assert lines["grants/days.py"]


@pytest.mark.parametrize("code", ["at.date()", "date.today()", "datetime.now()", "timezone.localdate()"])
def test_a_day_of_its_own_is_noticed(code: str) -> None:
    assert days_without_a_place(ast.parse(code)) == [1]
    assert days_without_a_place(ast.parse("timezone.now()")) == []
