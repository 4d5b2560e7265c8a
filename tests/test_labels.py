"""Choices are asked by their value: no code and no template compares anything with a label."""

import ast
import re
from collections.abc import Iterator

import pytest
from django.db import models

from tests.test_house import OURS, ROOT


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
