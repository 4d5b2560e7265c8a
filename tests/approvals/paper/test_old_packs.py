"""What was frozen by the last release reads as it did, and what is frozen now differs from it by the values alone."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.decisions import deciding, submission, writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Decision, DecisionItem, DecisionRecord, Pack, RegisterEntry, SingleTenderAction
from approvals.outputs import open_data, verifying
from approvals.paper import pack as packs
from approvals.paper import settled, versions
from approvals.register import entries
from bids.models import Tag
from grants import audit
from grants.models import Organisation, User
from grants.refusal import Refused
from tests import last_release
from tests.conftest import DEMO_PASSWORD

# What a pack has held beside its labels since the last release.
NEW = {
    *("answer_value", "area_value", "ground_value", "kind_value", "register_value", "register_number", "was_state"),
    *("body", "locations", "printing"),
}
# What stands within the last three.
WITHIN = {"countryCode", "digest", "geoCode", "geoCodeType", "name", "typefaces"}
BY = open_data.Publisher(
    "360G-example",
    "GB-LAE-EX",
    "Example Police",
    "https://creativecommons.org/licenses/by/4.0/",
    "https://grants.example/register/",
)
# The bytes of a PDF come from the typesetter and the fonts of the machine that made it.
OTHER_TYPESETTER = "the PDF made again is the same"
DECIDED_AT = datetime(2019, 9, 2, 9, tzinfo=UTC)
SIGNED_AT = datetime(2019, 9, 2, 10, tzinfo=UTC)
ANSWERS = {
    1: Answer("refused", reason="It repeats what the borough funds already."),
    2: Answer("deferred", reason="The partner has not signed."),
    3: Answer("conditions", conditions="A second quote is obtained.", reason="The price is high."),
}


def without_new(data: Any) -> Any:
    """The data as the last release would have frozen them."""
    if isinstance(data, dict):
        return {name: without_new(part) for name, part in data.items() if name not in NEW}
    return [without_new(part) for part in data] if isinstance(data, list) else data


def names_in(data: Any) -> set[str]:
    """Every name that the data give anything."""
    if isinstance(data, dict):
        return set(data).union(*map(names_in, data.values()))
    return set().union(*map(names_in, data)) if isinstance(data, list) else set()


@pytest.fixture
def paper() -> dict[str, Any]:
    """The paper of PCD 681 as the last release froze it."""
    frozen: dict[str, Any] = json.loads(last_release.signed()["pack"])
    return frozen


@pytest.fixture
def record() -> dict[str, Any]:
    """The record of PCD 681 as the last release froze it: one item refused, one deferred, one with conditions."""
    frozen: dict[str, Any] = json.loads(last_release.signed()["record"])
    return frozen


@pytest.fixture
def reads() -> dict[str, Any]:
    """What the last release read from the two."""
    kept: dict[str, Any] = last_release.signed()["reads"]
    return kept


# Old data


def test_what_is_kept_is_in_the_old_format(paper: dict[str, Any], record: dict[str, Any]) -> None:
    assert not NEW & (names_in(paper) | names_in(record))
    assert {item["answer"] for item in record["items_decided"]} == set(settled.OLD_LABELS["answer"])
    assert {tag["kind"] for row in paper["appendix_1"] for tag in row["tags"]} <= set(settled.OLD_LABELS["kind"])


def test_an_old_pack_is_entered_in_the_register_as_before(
    paper: dict[str, Any], record: dict[str, Any], reads: dict[str, Any]
) -> None:
    entry = entries.entry(paper, record)
    plain = audit.plain(asdict(entry))
    # No recipients could be described.
    assert plain.pop("described") == []
    assert plain == reads["entry"]
    assert len(entry.themes) > 1
    assert entry.held_back == 2


def test_an_old_pack_gives_the_same_grants(
    paper: dict[str, Any], record: dict[str, Any], reads: dict[str, Any]
) -> None:
    grants = settled.grants(paper, record)
    plain: list[dict[str, Any]] = audit.plain([asdict(grant) for grant in grants])
    kinds = [tag.kind for grant in grants for tag in grant.tags]
    old_kinds = [tag["kind"] for grant in reads["grants"] for tag in grant["tags"]]
    assert kinds == [settled.OLD_LABELS["kind"][label] for label in old_kinds]
    for mine, old in zip(plain, reads["grants"], strict=True):
        for tag in (*mine["tags"], *old["tags"]):
            del tag["kind"]
        assert (mine.pop("register_value"), mine.pop("register_number")) != (None, None)
        # No recipient could be withheld, or described.
        assert (mine.pop("withheld"), mine.pop("described")) == ("", False)
        # No other money was held, and no paper named income or anything above the allocation.
        assert mine.pop("match") == [] and mine.pop("funding") == {"income": [], "own": None, "above": []}
        # Where it works was a list of codes, and is now what open data say of it.
        codes = [each["geoCode"] for each in mine.pop("locations")]
        assert old.pop("borough_codes") == codes or codes == ["E23000001"]
        assert mine == old
    assert sorted(settled.not_granted(paper, record)) == reads["not_granted"]


def test_an_old_pack_gives_the_same_contracts(
    paper: dict[str, Any], record: dict[str, Any], reads: dict[str, Any]
) -> None:
    assert audit.plain([asdict(contract) for contract in settled.contracts(paper, record)]) == reads["contracts"]


def test_an_old_record_differs_from_its_paper_in_the_same_items(record: dict[str, Any], reads: dict[str, Any]) -> None:
    assert [item["number"] for item in settled.differs(record)] == reads["differs"] == [1, 2, 3]
    assert settled.after(record) == reads["after"]
    assert "What was refused takes nothing of it." in reads["after"]
    assert "What is deferred still holds its money." in reads["after"]


def test_an_old_pack_gives_the_same_open_data_to_the_byte(
    paper: dict[str, Any], record: dict[str, Any], reads: dict[str, Any]
) -> None:
    package = open_data.package(settled.grants(paper, record), BY)
    assert open_data.as_json(package) == reads["open_data"]


def test_a_label_that_no_release_wrote_is_refused(paper: dict[str, Any], record: dict[str, Any]) -> None:
    record["items_decided"][0]["answer"] = "Agreed to"
    with pytest.raises(Refused, match="“Agreed to” is not known as the answer of anything"):
        settled.grants(paper, record)


def test_a_value_is_used_before_any_label(paper: dict[str, Any], record: dict[str, Any]) -> None:
    before = settled.grants(paper, record)
    for item in record["items_decided"]:
        item["answer_value"] = settled.OLD_LABELS["answer"][item["answer"]]
        item["answer"] = "Agreed to"
    assert settled.grants(paper, record) == before


@pytest.mark.parametrize(
    ("choice", "values"),
    [
        ("answer", DecisionItem.Answer.values),
        ("kind", Tag.Kind.values),
        ("register", Organisation.Register.values),
        ("ground", SingleTenderAction.Ground.values),
    ],
)
def test_every_old_label_has_a_value_of_the_models(choice: str, values: list[str]) -> None:
    assert set(settled.OLD_LABELS[choice].values()) <= set(values)


def test_the_values_that_are_asked_are_those_of_the_models() -> None:
    answers = {*settled.GRANTED, *settled.AS_ASKED, settled.REFUSED, settled.DEFERRED}
    assert answers == set(DecisionItem.Answer.values)
    assert settled.NOTE == DecisionItem.Verb.NOTE
    assert (settled.DELEGATED, settled.DECIDED) == (Award.Route.DELEGATED, Award.Route.DMPC)
    assert entries.THEME == Tag.Kind.THEME


# The database of the last release


@pytest.fixture
def pcd_681(upgraded: None) -> Decision:
    return Decision.objects.select_related("round").get(reference="PCD-681")


def test_the_pack_of_pcd_681_is_what_it_was_but_for_the_values(pcd_681: Decision) -> None:
    frozen = Pack.objects.get(decision=pcd_681)
    drafted = submission.of(pcd_681, at=frozen.submitted_at, version=1, trail_head=frozen.trail_head)
    assert packs.canonical(without_new(drafted.paper)) == frozen.canonical
    assert names_in(drafted.paper) - names_in(packs.read(frozen)) - WITHIN == NEW - {"answer_value"}


def test_the_paper_of_today_changes_nothing_in_an_older_pack(pcd_681: Decision) -> None:
    frozen = Pack.objects.get(decision=pcd_681)
    assert not versions.compared(pcd_681, frozen, None, frozen.submitted_at)


def test_sign_offs_of_an_older_pack_remain_valid(pcd_681: Decision) -> None:
    frozen = Pack.objects.get(decision=pcd_681)
    drafted = submission.of(pcd_681, at=frozen.submitted_at)
    assert drafted.problems == []
    assert [row.standing.state for row in drafted.sign_offs] == ["signed"] * 4


def test_the_page_and_the_pdf_of_pcd_681_are_what_they_were(pcd_681: Decision) -> None:
    frozen = Pack.objects.get(decision=pcd_681)
    now = submission.of(pcd_681, at=frozen.submitted_at, version=1, trail_head=frozen.trail_head).paper
    assert packs.as_read(packs.html(now, digest=frozen.sha256)) == packs.as_read(frozen.html)
    assert packs.pdf(now, digest=frozen.sha256) == packs.pdf(packs.read(frozen), digest=frozen.sha256)


def signed_now(decision: Decision) -> DecisionRecord:
    """The record of PCD 681, decided now with the answers and at the instants of the kept one."""
    robin = User.objects.get(username="robin.vale")
    answers = {
        item.number: ANSWERS.get(item.number, Answer("noted" if item.verb == "note" else "approved"))
        for item in writing.current_pack(decision).items.all()
    }
    deciding.decide_items(decision=decision, answers=answers, interests="None", by=robin, at=DECIDED_AT)
    deciding.sign_decision(decision=decision, password=DEMO_PASSWORD, by=robin, at=SIGNED_AT)
    return DecisionRecord.objects.select_related("pack").get(decision=decision)


def test_an_older_pack_can_be_decided_and_published_today(pcd_681: Decision, reads: dict[str, Any]) -> None:
    kept = last_release.signed()
    record = signed_now(pcd_681)
    assert record.pack.sha256 == kept["pack_sha256"]
    assert packs.canonical(without_new(packs.read(record))) == kept["record"]
    assert names_in(packs.read(record)) & NEW == {"answer_value", "printing"}
    mo = User.objects.get(username="mo.novak")
    writing.publish_decision(decision=pcd_681, by=mo, at=datetime(2019, 9, 3, 9, tzinfo=UTC))
    entry = RegisterEntry.objects.get(decision=pcd_681)
    assert (entry.themes, entry.held_back) == (reads["entry"]["themes"], reads["entry"]["held_back"])
    assert [check.statement for check in verifying.checks(pcd_681) if not check.holds] in ([], [OTHER_TYPESETTER])
