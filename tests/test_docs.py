"""Everything that the documentation names exists: tests by name, files by path, figures by their sums."""

import ast
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from approvals.models import Award, Pack
from approvals.paper import pack as packs
from grants import money
from tests.approvals.renders import html_text

ROOT = Path(settings.BASE_DIR)
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), ROOT / "README.md", ROOT / "CHANGELOG.md"]
# A name of a test, not of the file that holds some.
_TEST = re.compile(r"`(test_\w+)`")
_FILE = re.compile(r"`((?:grants|bids|approvals|tests|templates|assets|docs|fixtures)/[\w./-]+\.\w+)`")
_POUNDS = re.compile(r"£[\d,]+(?:\.\d+)?[mk]?(?<!,)")


def names_of_tests() -> set[str]:
    trees = (ast.parse(file.read_text()) for file in (ROOT / "tests").rglob("test_*.py"))
    return {node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_test_that_the_documentation_names_exists() -> None:
    named = {name: page.name for page in PAGES for name in _TEST.findall(page.read_text())}
    assert len(named) > 20
    exist = names_of_tests()
    assert {name: page for name, page in named.items() if name not in exist} == {}


def test_every_file_that_the_documentation_names_exists() -> None:
    named = {name: page.name for page in PAGES for name in _FILE.findall(page.read_text())}
    assert len(named) > 20
    assert {name: page for name, page in named.items() if not (ROOT / name).exists()} == {}


@pytest.mark.django_db
def test_every_figure_of_the_written_comparison_is_one_of_the_round() -> None:
    frozen = Pack.objects.get(decision__reference="PCD-681")
    paper = packs.read(frozen)
    known = set(_POUNDS.findall(html_text(frozen.html)))
    known |= {money.pounds(Decimal(row["amount"])) for row in (*paper["table_2"], *paper["table_3"])}
    known |= {figure["exact"] for figure in paper["figures"].values()}
    grants = list(Award.objects.filter(round__reference="cpie-2019-20").select_related("bid__recipient"))
    sharan = [each.amount for each in grants if each.bid.title.startswith("Sharan")]
    known.add(money.pounds(sum(sharan, Decimal(0)) / len(sharan)))
    # What routing by organisation would have made of the two grants to one recipient.
    gain = [each.amount for each in grants if each.bid.recipient.name == "Mutual Gain"]
    above = [each.amount for each in grants if each.route == "dmpc"]
    below = [each.amount for each in grants if each.route == "delegated"]
    known |= {money.pounds(sum(gain)), money.pounds(sum(above) + min(gain)), money.pounds(sum(below) - min(gain))}
    assert (len(above) + 1, len(below) - 1) == (12, 27)
    # Roundings of the original that ours does not use for these sums.
    known |= {"£50k"}
    named = set(_POUNDS.findall((ROOT / "docs/pcd681.md").read_text()))
    assert len(named) > 25
    assert named - known == set()
