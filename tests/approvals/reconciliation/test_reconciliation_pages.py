"""The pages of the reconciliation: the rows behind each number, changes since a version, and refusals tried out."""

import re
from decimal import Decimal
from html import unescape

import pgtrigger
import pytest
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Decision, Pack, SingleTenderAction
from approvals.paper import pack as packs
from approvals.paper import sources, tables
from approvals.reconciliation import parts, position
from approvals.review import reviewing
from approvals.routing import awards
from bids.models import Bid, Interest
from grants.models import AuditEvent, BudgetLine, Round, User
from grants.roles import Role
from tests.approvals.steps import LATER, decide, move, sign
from tests.factories import NOW, open_round, outcome, person
from tests.factories import bid as a_bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]
D = Decimal
_ROW = re.compile(r"<tr.*?</tr>", re.S)
_PART = re.compile(r'href="/rounds/[-\w]+/reconciliation/([-\w]+)/"')
_CELL = re.compile(r"<td[^>]*>(.*?)</td>", re.S)


@pytest.fixture
def round() -> Round:
    return Round.objects.get(reference="cpie-2019-20")


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def page(client: Client, name: str, *args: str, query: str = "") -> str:
    answer = client.get(reverse(f"approvals:{name}", args=args) + query)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def figure(text: str) -> Decimal:
    return D(re.sub(r"<[^>]+>", "", text).strip().replace(",", "").replace("£", "").replace("\u2212", "-"))


def test_every_number_of_the_page_is_the_sum_of_its_rows(round: Round) -> None:
    client = signed_in("kit.lane")
    figures_by_key: dict[str, set[Decimal]] = {}
    for row in _ROW.findall(page(client, "reconciliation", round.reference)):
        for key in _PART.findall(row):
            figures_by_key.setdefault(key, set()).add(figure(_CELL.findall(row)[-1]))
    assert len(figures_by_key) >= 80
    for key, figures in figures_by_key.items():
        rows = [row for row in _ROW.findall(page(client, "reconciliation_part", round.reference, key)) if "<td" in row]
        *shown, total = [figure(_CELL.findall(row)[-1]) for row in rows]
        assert figures == {total}, key
        # A number with more rows than fit on a page has the rest on further pages.
        assert sum(shown) == total or len(shown) == 50, key


def test_the_parts_of_pcd_681_have_its_figures(round: Round) -> None:
    parts_by_key = parts.everything(parts.splits(position.position(round, NOW.date())))
    totals = {key: (part.count, part.total) for key, part in parts_by_key.items()}
    assert totals["grants"] == (39, D(1438598))
    assert totals["route-dmpc"] == (11, D(947234))
    assert totals["route-delegated"] == (28, D(491364))
    assert totals["contracts"] == (1, D(400000))
    assert totals["expenditure"] == (42, D(4027995))
    assert totals["underspend"][1] == D(754005)
    assert totals["retrospective"] == (2, D(181361))
    assert totals["charged-2019-20"] == (1, D(400000))
    assert {key: count for key, (count, _) in totals.items() if key.startswith("outcome-")} == {
        "outcome-rejected": 30,
        "outcome-internal": 13,
        "outcome-dmpc": 11,
        "outcome-delegated": 28,
        "outcome-redirected": 1,
    }
    assert totals["bids"][0] == 83 and totals["bids-kept"][0] == 53
    gain = next(part for part in parts_by_key.values() if part.label == "Mutual Gain")
    assert (gain.count, gain.total) == (2, D(219500))


def test_table_3_of_the_page_has_the_amounts_of_the_paper(round: Round, decision: Decision) -> None:
    rows = [part.total for _, part in parts.table_3(parts.splits(position.position(round, NOW.date())))]
    assert rows == [D(row["amount"]) for row in tables.table_3(sources.sources(decision, NOW.date()))]


def test_a_long_list_is_paged_and_its_sum_is_of_all(round: Round) -> None:
    client = signed_in("kit.lane")
    first, second = (
        page(client, "reconciliation_part", round.reference, "bids", query=f"?page={number}") for number in (1, 2)
    )
    for each, rows in ((first, 50), (second, 33)):
        assert each.count('href="/bids/BID-') == rows
        assert "All 83 bids, on every page" in each
        assert "£3,462,915.49" in each


def test_an_unknown_part_answers_404(round: Round) -> None:
    client = signed_in("kit.lane")
    for key in ("theme-none", "nothing", "line-line-00000"):
        assert client.get(reverse("approvals:reconciliation_part", args=[round.reference, key])).status_code == 404


def test_overlapping_parts_are_marked_on_both_pages(round: Round) -> None:
    client = signed_in("kit.lane")
    whole = page(client, "reconciliation", round.reference)
    for heading in ("By theme", "By plan priority", "By area"):
        assert f"{heading} (rows overlap, so they do not add up to the total)" in whole
    assert "By recipient (rows overlap" not in whole
    assert "so the parts are not added together" in page(
        client, "reconciliation_part", round.reference, "theme-violence"
    )
    assert "so the parts are not added together" not in page(
        client, "reconciliation_part", round.reference, "route-dmpc"
    )


def test_a_grant_links_back_to_each_part_that_counts_it(round: Round) -> None:
    client = signed_in("kit.lane")
    award = Award.objects.get(bid__source_reference="CPIE-051")
    keys = _PART.findall(page(client, "award", award.reference))
    assert "route-dmpc" in keys and len(keys) > 6
    for key in keys:
        assert award.reference in page(client, "reconciliation_part", round.reference, key)


def test_a_refused_grant_counts_nowhere(round: Round) -> None:
    award = Award.objects.get(bid__source_reference="CPIE-051")
    Award.objects.filter(pk=award.pk).update(state="refused")
    client = signed_in("kit.lane")
    assert "Where it counts" not in page(client, "award", award.reference)
    assert award.reference not in page(client, "reconciliation_part", round.reference, "grants")


def test_a_bid_with_an_interest_of_the_user_is_counted_but_not_named(round: Round) -> None:
    lead = User.objects.get(username="grace.hall")
    barred = Bid.objects.filter(round=round, state=Bid.State.REJECTED)[0]
    Interest.objects.create(bid=barred, member=lead, conflicted=True, nature="A friend", declared_at=NOW)
    before = page(signed_in("kit.lane"), "reconciliation_part", round.reference, "outcome-rejected")
    own = page(signed_in("grace.hall"), "reconciliation_part", round.reference, "outcome-rejected")
    assert barred.title in before and barred.reference in before
    assert barred.title not in own and barred.reference not in own
    assert "1 bid that you cannot open" in own
    assert all("30 bids, £1,163,522.49." in strip_tags(text) for text in (own, before))


def test_the_checks_show_their_results_and_a_failed_one_links_to_its_cause(round: Round) -> None:
    client = signed_in("kit.lane")
    whole = page(client, "reconciliation", round.reference)
    assert whole.count("govuk-tag--green") == 19 and "govuk-tag--red" not in whole
    award = Award.objects.get(bid__source_reference="CPIE-051")
    Award.objects.filter(pk=award.pk).update(amount=D("240229.01"))
    stray = Bid.objects.get(source_reference="CPIE-002")
    Bid.objects.filter(pk=stray.pk).update(state="eligible")
    BudgetLine.objects.filter(round=round, label="Staffing posts").update(amount=D(2654708))
    broken = page(client, "reconciliation", round.reference)
    assert broken.count("govuk-tag--red") == 3 and broken.count("govuk-tag--green") == 16
    assert f'href="/awards/{award.reference}/">Princes Trust PPP Project' in broken
    assert f'href="/bids/{stray.reference}/">CPIE-002 has no outcome yet.</a>' in broken
    assert f'href="/rounds/{round.reference}/">Lines, contracts and grants come to' in broken


def test_of_many_causes_the_first_are_listed_and_the_others_counted() -> None:
    round = open_round()
    for _ in range(23):
        a_bid(round)
    client = Client()
    client.force_login(person(Role.FINANCE, round=round))
    whole = page(client, "reconciliation", round.reference)
    assert whole.count("has no outcome yet.") == 20
    assert "And 3 more." in whole


def test_an_empty_round_has_a_page() -> None:
    round = open_round()
    client = Client()
    client.force_login(person(Role.FINANCE, round=round))
    whole = page(client, "reconciliation", round.reference)
    assert "No paper of this round has been submitted yet." in whole
    assert "Nothing is waiting for a decision." in whole
    assert "£1,000,000 allocated, £100,000 used, £900,000 left" in strip_tags(whole)
    for key in ("grants", "bids", "contracts", "paid"):
        assert "£0." in strip_tags(page(client, "reconciliation_part", round.reference, key))


# What changed


def test_no_change_is_shown_after_a_pack_was_just_submitted(round: Round) -> None:
    whole = page(signed_in("kit.lane"), "reconciliation", round.reference)
    assert "Since version 1 of PCD-681, submitted on" in whole
    assert "No figure, grant, budget line or contract has changed." in whole


def test_changes_since_the_last_version_are_shown_with_their_difference(round: Round, returned: Decision) -> None:
    move(round, BudgetLine.objects.get(round=round, label="Staffing posts"), None, D(702))
    bid = Bid.objects.get(source_reference="CPIE-051")
    lead = User.objects.get(username="henry.ives")
    reviewing.review(bid=bid, amount=D(240000), reason="Less", by=lead, at=NOW)
    awards.route_awards(round=round, by=lead, at=NOW)
    whole = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page(signed_in("kit.lane"), "reconciliation", round.reference)))
    assert "Staffing posts £1,900,702 £1,900,000 −£702" in whole
    assert "Princes Trust PPP Project: amount £240,229 £240,000 −£229" in whole
    assert "Underspend £754,005 £754,936 +£931" in whole


def test_two_versions_are_compared_word_by_word(returned: Decision, grace: User) -> None:
    writing.write_section(decision=returned, key="data", text="No personal data is used.", by=grace, at=LATER)
    writing.submit_pack(decision=returned, by=grace, at=LATER)
    client = signed_in("mo.novak")
    for query in ("", "?from=1&to=2", "?from=1&to=now", "?from=x&to=99"):
        html = page(client, "changes", "PCD-681", query=query)
        assert "<ins>" in html and "No figure, grant, budget line or contract has changed." in html
        assert "Data protection and privacy" in html
    back = page(client, "changes", "PCD-681", query="?from=2&to=now")
    assert "No recommendation and no paragraph reads differently." in back


def test_the_words_of_a_signed_paper_are_not_compared_with_the_current_paper(decision: Decision, robin: User) -> None:
    decide(decision, robin)
    sign(decision, robin)
    html = page(signed_in("mo.novak"), "changes", "PCD-681", query="?from=1&to=now")
    assert "Recommendations" not in html
    assert "No figure, grant, budget line or contract has changed." in html


def test_a_paper_that_was_never_submitted_has_no_versions_to_compare(round: Round) -> None:
    lead = person(Role.LEAD)
    writing.prepare_decision(round=round, reference="PCD-900", title="T", decision_by="D", by=lead, at=NOW)
    assert "No version has been submitted yet" in page(signed_in("mo.novak"), "changes", "PCD-900")


def test_a_pack_that_does_not_match_its_hash_is_not_compared(round: Round) -> None:
    with pgtrigger.ignore("approvals.Pack:frozen"):
        Pack.objects.update(canonical='{"figures": {}}')
    client = signed_in("mo.novak")
    for html in (page(client, "reconciliation", round.reference), page(client, "changes", "PCD-681")):
        assert "does not match its recorded hash" in html
        assert "No figure, grant" not in html


# What if


def test_a_refusal_is_tried_out_without_storing_anything(round: Round) -> None:
    client = signed_in("robin.vale")
    award = Award.objects.get(bid__title="London Blues")
    contract = SingleTenderAction.objects.get(round=round)
    events, before = AuditEvent.objects.count(), position.reconcile(round, NOW.date())
    asked = page(client, "reconciliation", round.reference)
    assert f'value="{award.reference}"' in asked and f'value="{contract.reference}"' in asked
    html = page(
        client, "what_if", round.reference, query=f"?asked=1&refused={award.reference}&refused={contract.reference}"
    )
    words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))
    assert "Total expenditure 4,027,995 3,476,634 −551,361" in words
    assert "Underspend 754,005 1,305,366 551,361" in words
    assert "Grants needing a decision 11 10 −1" in words
    assert "£151,361 of this has already been paid" in words
    assert html.count(" checked>") == 2
    assert position.reconcile(round, NOW.date()) == before
    assert AuditEvent.objects.count() == events


def test_choosing_nothing_is_an_error_and_a_decided_item_is_ignored(round: Round) -> None:
    client = signed_in("robin.vale")
    assert "Select at least one item" in page(client, "what_if", round.reference, query="?asked=1")
    assert "There is a problem" not in page(client, "what_if", round.reference)
    delegated = Award.objects.filter(round=round, route="delegated")[0]
    html = page(client, "what_if", round.reference, query=f"?asked=1&refused={delegated.reference}")
    assert "As it would be" not in html


def test_the_items_of_a_decision_are_those_of_its_pack(round: Round, robin: User, decision: Decision) -> None:
    client = signed_in("robin.vale")
    html = page(client, "what_if", round.reference, query="?decision=PCD-681")
    assert html.count('name="refused"') == 12
    assert "the items of PCD-681 that would be refused" in html
    other = open_round()
    outcome(a_bid(other))
    decide(decision, robin)
    sign(decision, robin)
    assert "Nothing is waiting for a decision in PCD-681" in page(
        client, "what_if", round.reference, query="?decision=PCD-681"
    )


def test_money_paid_under_a_refused_grant_has_to_be_recovered(decision: Decision, robin: User) -> None:
    item = next(each for each in writing.current_pack(decision).items.all() if each.amount == D(151361))
    decide(decision, robin, **{f"item_{item.number}": Answer("refused", reason="No")})
    assert "has to be recovered" not in page(signed_in("kit.lane"), "reconciliation", decision.round.reference)
    sign(decision, robin)
    whole = page(signed_in("kit.lane"), "reconciliation", decision.round.reference)
    assert "£151,361 was paid under grants that were refused and has to be recovered" in whole
    assert packs.read(decision.record)["to_recover"] == "151361.00"
