"""Every choice of the models is called otherwise, and everything that is decided by one stays as it was."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest
from django.apps import apps
from django.db import models, transaction

from approvals.amendments import amending
from approvals.decisions import submission, writing
from approvals.decisions.deciding import Answer, sums
from approvals.enums import Area
from approvals.models import Award, Decision, DecisionRecord, RegisterEntry
from approvals.outputs import open_data, published, verifying
from approvals.paper import pack, settled, versions
from approvals.register import returns
from grants.models import User
from tests.approvals.steps import decide, open_paper, sign
from tests.factories import NOW
from tests.test_labels import choices_of_the_models

pytestmark = pytest.mark.django_db

# What is a label by its nature: it stands in a paper for a reader, and its value stands beside it.
LABELS = {"register", "ground", "answer", "kind"}
ANSWERS = {
    "item_5": Answer("refused", reason="Too dear"),
    "item_2": Answer("deferred", reason="Not yet"),
    "item_3": Answer("conditions", conditions="A second quote"),
}


@pytest.fixture
def rename(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A function that gives every choice another label, in its class and in each field that offers it."""

    def renamed() -> None:
        for kind in choices_of_the_models():
            for member in kind:
                monkeypatch.setattr(member, "_label_", f"Renamed {member.name.lower()}")
        ours = ("grants", "bids", "approvals")
        for model in (model for label in ours for model in apps.get_app_config(label).get_models()):
            for field in model._meta.fields:
                if field.choices:
                    others = [(value, f"Renamed {value}") for value, _ in field.choices]
                    monkeypatch.setattr(field, "choices", others)

    yield renamed


def without_labels(data: Any) -> Any:
    """Frozen data without what only a reader asks."""
    if isinstance(data, dict):
        # What a row of a table is, such as a total, is no choice of a model.
        kept = {name: part for name, part in data.items() if name not in LABELS or f"{name}_value" not in data}
        return {name: without_labels(part) for name, part in kept.items()}
    return [without_labels(part) for part in data] if isinstance(data, list) else data


def lived_through(decision: Decision) -> dict[str, Any]:
    """What comes of PCD 681 when it is decided, signed, published and amended; all of it is undone again."""
    grace, mo, robin = (User.objects.get(username=name) for name in ("grace.hall", "mo.novak", "robin.vale"))
    outcome: dict[str, Any] = {}
    with transaction.atomic():
        drafted = submission.of(decision, at=NOW)
        outcome["paper"] = without_labels({**drafted.paper, "sign_offs": ()})
        outcome["problems"] = [problem for problem in drafted.problems if problem.check != "sign-off"]
        outcome["void"] = {row.area for row in drafted.sign_offs if row.standing.state == "void"}
        decide(decision, robin, **ANSWERS)
        outcome["sums"] = [parts for _, parts in sums(list(decision.items.all()))]
        sign(decision, robin)
        writing.publish_decision(decision=Decision.objects.get(pk=decision.pk), by=mo, at=NOW)
        record = DecisionRecord.objects.select_related("pack").get(decision=decision)
        kept = pack.read(record)
        outcome["record"] = without_labels({**kept, "pack_sha256": ""})
        entry = RegisterEntry.objects.get(decision=decision)
        outcome["entry"] = (entry.themes, entry.recipients, entry.grants, entry.grants_total, entry.held_back)
        outcome["found by subject"] = RegisterEntry.objects.filter(themes__contains=entry.themes[:1]).count()
        grants, contracts = published.grants(), published.contracts()
        outcome["grants"] = [asdict(grant) | {"register": ""} for grant in grants]
        outcome["contracts"] = [asdict(contract) | {"ground": ""} for contract in contracts]
        outcome["differs"] = [item["number"] for item in settled.differs(kept)]
        outcome["after"] = settled.after(kept)
        outcome["delegated"] = [asdict(grant) | {"register": ""} for grant in published.delegated(decision.round)]
        outcome["open data"] = open_data.as_json(open_data.package(grants, published.publisher()))
        rows = list(returns.grant_rows(grants, returns.month))
        outcome["grant register"] = [[*row[:4], *row[5:]] for row in rows]
        rows = list(returns.contract_rows(returns.large(contracts)))
        outcome["contract register"] = [[*row[:6], *row[7:]] for row in rows]
        outcome["awards"] = list(Award.objects.order_by("pk").values_list("reference", "state"))
        old = Decision.objects.get(pk=decision.pk)
        amendment = open_paper(decision.round, "PCD-700", grace, title="After all", amends=old, at=NOW)
        award = decision.items.get(number=5).award
        amending.amend_grant(
            decision=amendment, award=award, amount=award.amount - 1, reason="A pound less", by=grace, at=NOW
        )
        changed = submission.of(amendment, at=NOW).paper
        outcome["amendment"] = (changed["recommendations"], changed["appendix_1"][0]["was_state"])
        outcome["checks"] = [check.statement[:40] for check in verifying.checks(old) if not check.holds]
        transaction.set_rollback(True)
    return outcome


def test_nothing_is_decided_by_the_label_of_a_choice(decision: Decision, rename: Any) -> None:
    before = lived_through(decision)
    rename()
    assert str(Award.State.REFUSED.label) == "Renamed refused"
    assert Award(state="refused").get_state_display() == "Renamed refused"
    after = lived_through(Decision.objects.select_related("round").get(pk=decision.pk))
    assert after["entry"][0], "the register has no subjects"
    # The words of a ground are what these two advisers signed: see docs/decisions/0008.
    assert (before.pop("void"), after.pop("void")) == (set(), {Area.LEGAL, Area.COMMERCIAL})
    for part in before:
        assert after[part] == before[part], part


def test_a_choice_with_a_new_label_is_no_change_of_a_paper(decision: Decision, rename: Any) -> None:
    frozen = writing.current_pack(decision)
    assert pack.read(frozen)["contracts"]
    rename()
    decision = Decision.objects.select_related("round").get(pk=decision.pk)
    assert not versions.compared(decision, frozen, None, frozen.submitted_at)


def test_every_choice_is_renamed(rename: Any) -> None:
    rename()
    kinds = list(choices_of_the_models())
    assert len(kinds) > 18
    assert all(str(member.label).startswith("Renamed") for kind in kinds for member in kind)
    assert all(issubclass(kind, models.TextChoices) for kind in kinds)
