"""The database of the last release migrates to today, and no migration imports code that can change."""

import ast
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Exists, F, OuterRef

from approvals.models import Decision, RegisterEntry
from bids.models import Panel, Scorecard
from grants.models import Alias, Organisation, RegisterNumber, Round
from grants.names import plain_name
from tests import last_release

OURS = ("grants", "bids", "approvals")
FILES = sorted(
    file for app in OURS for file in (Path(settings.BASE_DIR) / app / "migrations").glob("*.py") if file.stem[0] == "0"
)
AT = datetime(2019, 9, 2, 10, tzinfo=UTC)


# What a migration is made of


def living_code(tree: ast.AST) -> set[str]:
    """The modules of the apps that a migration takes anything from, however it names them."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            # A module as text, as `import_module` and the like take it; `grants.round` is a model.
            names |= set(re.findall(r"^(?:grants|bids|approvals)\.[a-z_]+\.\w+", node.value))
    return {name for name in names if name.split(".")[0] in (*OURS, "")}


def test_there_are_migrations() -> None:
    assert len(FILES) > 12


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_no_migration_imports_living_code(file: Path) -> None:
    assert living_code(ast.parse(file.read_text())) == set()


@pytest.mark.parametrize(
    "source",
    [
        "import bids.scoring",
        "from approvals import entries",
        "def forwards(apps, editor):\n    from approvals.entries import entry",
        "from ..models import Bid",
        "import_module('grants.money.rounds')",
    ],
)
def test_an_import_of_living_code_is_detected_in_every_form(source: str) -> None:
    assert living_code(ast.parse(source))


def worked_out_when_loaded(tree: ast.Module) -> set[str]:
    """The functions of a migration that run as soon as it is loaded, which any command that reads migrations does."""
    own = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    loaded = [node for node in tree.body if not isinstance(node, ast.FunctionDef)]
    calls = [call.func for node in loaded for call in ast.walk(node) if isinstance(call, ast.Call)]
    return {name.id for name in calls if isinstance(name, ast.Name)} & own


@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.parent.name}-{file.stem}")
def test_no_migration_works_anything_out_when_it_is_loaded(file: Path) -> None:
    assert worked_out_when_loaded(ast.parse(file.read_text())) == set()


def test_what_a_migration_works_out_when_it_is_loaded_is_detected() -> None:
    source = "def sql():\n    return ''\n\nclass Migration:\n    operations = [RunSQL(sql())]"
    assert worked_out_when_loaded(ast.parse(source)) == {"sql"}


# The database of the last release


def printed(*command: str) -> list[str]:
    out = StringIO()
    call_command(*command, stdout=out)
    return out.getvalue().splitlines()


def test_the_upgraded_database_holds_what_it_held(upgraded: None) -> None:
    assert Round.objects.count() == 4
    states = dict(Decision.objects.values_list("reference", "state"))
    assert states.pop("PCD-681") == "ready"
    assert set(states.values()) == {"published"}
    assert RegisterEntry.objects.count() == len(states) == 3


def test_nothing_is_left_to_migrate(upgraded: None) -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []


def test_its_trail_is_unbroken(upgraded: None) -> None:
    lines = printed("verify_trail")
    assert lines[-1] == "The trail is unbroken."
    assert len(lines) == 6


@pytest.mark.parametrize("reference", ["PCD-681", "PCD-1288", "PCD-1341", "PCD-1502"])
def test_its_frozen_packs_hold(upgraded: None, reference: str) -> None:
    out = StringIO()
    with suppress(SystemExit):
        call_command("verify_pack", reference, stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) > 8
    failed = [line for line in lines if line.startswith("FAILED")]
    # The bytes of a PDF come from the typesetter and the fonts of the machine that made it.
    assert [line for line in failed if not line.endswith("the PDF made again is the same")] == []


@pytest.mark.parametrize("reference", ["PCD-681", "PCD-1288", "PCD-1341", "PCD-1502"])
def test_its_rounds_reconcile(upgraded: None, reference: str) -> None:
    assert printed("reconcile", reference)[-1] == "It balances."


# Each migration that works on data, from nothing


def test_marks_are_open_where_scoring_had_closed_and_final_where_their_member_could_see_others(upgraded: None) -> None:
    assert Panel.objects.exclude(closed_at=None).exists()
    assert not Panel.objects.exclude(opened_at=F("closed_at")).exclude(closed_at=None, opened_at=None).exists()
    others = Scorecard.objects.filter(bid=OuterRef("bid"), state="submitted").exclude(pk=OuterRef("pk"))
    while_scoring = Scorecard.objects.filter(bid__round__panel__closed_at=None)
    final = while_scoring.exclude(marks_opened_at=None)
    assert final.exists()
    assert set(final) == set(while_scoring.filter(Exists(others), state="submitted"))
    closed = Scorecard.objects.exclude(bid__round__panel__closed_at=None)
    assert not closed.exclude(marks_opened_at=F("bid__round__panel__closed_at")).exists()


def test_names_and_numbers_have_the_spelling_by_which_they_are_compared(upgraded: None) -> None:
    assert Alias.objects.exists()
    for alias in Alias.objects.all():
        assert alias.plain == plain_name(alias.name)
    numbered = Organisation.objects.exclude(number="")
    held = set(RegisterNumber.objects.values_list("organisation", "register", "number"))
    assert held == set(numbered.values_list("pk", "register", "number"))
    assert len(held) > 20


@pytest.mark.walk
def test_numbers_get_one_spelling_and_what_fits_nothing_stays(empty: None) -> None:
    apps = migrated_to(("grants", "0006_bodies"))
    before = [
        ("company", "234567", "company", "00234567"),
        ("charity", "sc 012345", "scottish charity", "SC012345"),
        ("charity", "100123", "northern irish charity", "NIC100123"),
        ("charity", "TBC", "charity", "TBC"),
        ("company", "1234567", "company", "01234567"),
        # Another organisation has it already: a person says whether the two are one.
        ("company", "00234567", "company", "00234567"),
    ]
    for place, (register, number, _, _) in enumerate(before):
        body = apps.get_model("grants", "Organisation").objects.create(
            name=f"Body {place}", register=register, number=number
        )
        apps.get_model("grants", "Alias").objects.create(organisation=body, name=body.name, plain=f"body {place}")
    now = migrated_to(("grants", "0007_identity")).get_model("grants", "Organisation")
    after = [now.objects.get(name=f"Body {place}") for place in range(len(before))]
    expected = [(register, number) for _, _, register, number in before]
    expected[0] = ("company", "234567")
    assert [(body.register, body.number) for body in after] == expected
    assert all(body.numbers.get().number == body.number for body in after)


@pytest.fixture
def empty(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    with (
        django_db_blocker.unblock(),
        last_release.database("migrated_from_nothing", restored=False) as name,
        last_release.speaking_to(name),
    ):
        yield


def migrated_to(*targets: tuple[str, str]) -> Any:
    """The models as they were at these migrations, once the database is there."""
    executor = MigrationExecutor(connection)
    executor.migrate(list(targets))
    executor = MigrationExecutor(connection)
    return executor.loader.project_state(list(targets)).apps


def row_of_a_round(apps: Any, **fields: Any) -> Any:
    return apps.get_model("grants", "Round").objects.create(
        reference="cpie-2019-20",
        title="CPIE",
        financial_year="2019/20",
        allocation=Decimal("4782000.00"),
        opens_on=AT.date(),
        closes_on=AT.date(),
        **fields,
    )


# What a bid has had since the first release, but for what tells one from another.
BID: dict[str, Any] = {
    "title": "A bid",
    "sponsoring_unit": "A unit",
    "amount": Decimal("1000.00"),
    "summary": "A summary",
    "beneficiaries": "Residents",
    "boroughs": [],
    "starts_on": AT.date(),
    "ends_on": AT.date(),
    "outputs": "An output",
    "outcomes": "An outcome",
    "evaluation_plan": "A plan",
    "track_record": "A record",
    "employs_staff": False,
    "personal_data": False,
    "future_cost": False,
    "received_at": AT,
    "intake_digest": "0",
}


@pytest.mark.walk
def test_what_was_published_is_entered_in_the_register_as_the_living_code_did(empty: None) -> None:
    kept = last_release.signed()
    apps = migrated_to(("approvals", "0003_pack_life"))
    person = apps.get_model("grants", "User").objects.create(username="robin.vale", name="Robin Vale")
    round = row_of_a_round(apps)
    for reference, state in (("PCD-681", "published"), ("PCD-682", "signed")):
        decision = apps.get_model("approvals", "Decision").objects.create(
            round=round,
            reference=reference,
            title="A decision",
            decision_by="Deputy Mayor",
            state=state,
            opened_at=AT,
            decided_by=person,
            signed_by=person,
            signed_at=AT,
        )
        frozen = {"html": "", "html_sha256": "", "pdf": b"", "pdf_sha256": ""}
        pack = apps.get_model("approvals", "Pack").objects.create(
            decision=decision,
            version=1,
            canonical=kept["pack"],
            sha256=kept["pack_sha256"],
            trail_head="",
            submitted_by=person,
            submitted_at=AT,
            **frozen,
        )
        apps.get_model("approvals", "DecisionRecord").objects.create(
            decision=decision,
            pack=pack,
            canonical=kept["record"],
            sha256=kept["record_sha256"],
            made_at=AT,
            **frozen,
        )
    migrated_to(("approvals", "0004_outputs"))
    apps = migrated_to(*MigrationExecutor(connection).loader.graph.leaf_nodes())
    entry = apps.get_model("approvals", "RegisterEntry").objects.get()
    assert entry.decision.reference == "PCD-681"
    assert entry.sizes == {}
    expected = kept["reads"]["entry"]
    expected = expected | {
        "signed_on": date.fromisoformat(expected["signed_on"]),
        "grants_total": Decimal(expected["grants_total"]),
        "contracts_total": Decimal(expected["contracts_total"]),
    }
    assert {name: getattr(entry, name) for name in expected} == expected


def test_a_record_that_does_not_answer_its_paper_stops_the_upgrade() -> None:
    from importlib import import_module

    kept = last_release.signed()
    paper, record = json.loads(kept["pack"]), json.loads(kept["record"])
    record["items_decided"].pop()
    record["items_decided"].pop(0)
    with pytest.raises(ValueError, match="does not answer its paper"):
        import_module("approvals.migrations.0004_outputs").entry_fields(paper, record)


@pytest.mark.walk
def test_a_result_of_a_bid_that_was_there_before_is_not_judged(empty: None) -> None:
    before = [("bids", "0002_assigning_and_practice"), ("grants", "0002_scoring_depth")]
    apps = migrated_to(*before)
    round = row_of_a_round(apps)
    bid = apps.get_model("bids", "Bid").objects.create(
        **BID, round=round, reference="BID-7KQ2M", source_reference="CPIE-001", led_by="internal"
    )
    apps = migrated_to(("bids", "0003_meetings_and_standings"))
    standing = apps.get_model("bids", "Standing").objects.create(bid_id=bid.pk, round_id=round.pk)
    standing.refresh_from_db()
    assert (standing.gate, standing.cards, standing.card_means) == ("not judged", 0, [])


@pytest.mark.walk
def test_a_source_counts_for_each_sentence_that_had_its_figure(empty: None) -> None:
    apps = migrated_to(("approvals", "0003_pack_life"))
    decision = apps.get_model("approvals", "Decision").objects.create(
        round=row_of_a_round(apps),
        reference="PCD-681",
        title="A decision",
        decision_by="Deputy Mayor",
        opened_at=AT,
        external_figures="£84m: The budget: page 3\n\n32 boroughs: The statute\n£84m:",
    )
    sections = apps.get_model("approvals", "DecisionSection").objects
    for key, text in (("summary", "It has £84m for all 32\nboroughs. £84m! £84.5m is more."), ("legal", "None.")):
        sections.create(decision=decision, key=key, text=text)
    now = migrated_to(("approvals", "0013_figure_sources")).get_model("approvals", "DecisionSection").objects
    assert now.get(key="legal").figure_sources == []
    first = "It has £84m for all 32 boroughs."
    assert now.get(key="summary").figure_sources == [
        {"figure": "£84m", "sentence": first, "source": "The budget: page 3"},
        {"figure": "32 boroughs", "sentence": first, "source": "The statute"},
        {"figure": "£84m", "sentence": "£84m!", "source": "The budget: page 3"},
    ]


# A grant's approvals in their order, each with its level and its conditions, and the conditions that stand afterwards.
APPROVED = [
    ([("delegated", "A signed agreement")], ["A signed agreement"]),
    ([("delegated", "")], []),
    ([("delegated", "An old one"), ("delegated", "A new one")], ["A new one"]),
    ([("delegated", "An old one"), ("dmpc", "A new one")], ["A new one"]),
    # An amendment did not lift what the decision before it had set.
    ([("dmpc", "A lease"), ("dmpc", "A plan")], ["A lease", "A plan"]),
    ([("dmpc", "A lease"), ("dmpc", " A lease ")], ["A lease"]),
    ([("dmpc", "A lease"), ("dmpc", "")], ["A lease"]),
]


@pytest.mark.walk
def test_conditions_of_old_approvals_become_rows_that_are_to_be_met(empty: None) -> None:
    apps = migrated_to(("approvals", "0015_conditions"))
    body = apps.get_model("grants", "BodyVersion").objects.create(digest="0" * 64, name="A body", data={})
    round = row_of_a_round(apps, body_version=body)
    person = apps.get_model("grants", "User").objects.create(username="grace.hall", name="Grace Hall")
    for place, (approvals, _) in enumerate(APPROVED):
        bid = apps.get_model("bids", "Bid").objects.create(
            **BID, round=round, reference=f"BID-{place}", source_reference=f"B-{place}", led_by="internal"
        )
        award = apps.get_model("approvals", "Award").objects.create(
            round=round, bid=bid, reference=f"AWD-{place}", amount=bid.amount, legal_power="A power"
        )
        for number, (level, conditions) in enumerate(approvals):
            ended = number < len(approvals) - 1
            apps.get_model("approvals", "Approval").objects.create(
                award=award,
                reference=f"APP-{place}-{number}",
                level=level,
                amount=bid.amount,
                conditions=conditions,
                reason="It was below the limit",
                facts={},
                approved_by=person,
                approved_at=AT,
                invalid_at=AT if ended else None,
                invalid_because="It changed" if ended else "",
            )
    apps = migrated_to(("approvals", "0016_conditions_of_old_approvals"))
    rows = list(apps.get_model("approvals", "Condition").objects.order_by("pk"))
    standing = [[row.text for row in rows if row.award.reference == f"AWD-{place}"] for place in range(len(APPROVED))]
    assert standing == [expected for _, expected in APPROVED]
    assert {(row.state, row.before_payment, row.evidence) for row in rows} == {("open", False, "")}
    assert len({row.reference for row in rows}) == len(rows)
