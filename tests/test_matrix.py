"""Promise 12: every URL x every role x GET and POST x own and other round, against one literal table."""

import pytest
from django.test import Client
from django.urls import reverse

from bids.models import Assignment, Bid
from grants.models import AuditEvent, Round, User
from grants.roles import Role
from tests import factories
from tests.every_page import AT, addresses_of, export_of

pytestmark = [pytest.mark.walk, pytest.mark.usefixtures("in_module_db", "files_made_once")]

# m panel member, c chair, l CPIE lead, o DMPC office, d Deputy Mayor, f finance, a auditor, x administrator,
# g legal, k commercial, q equality adviser;
# * anyone, signed in or not. A page that is not in the table fails the naming test.
TABLE = {
    "grants:home": "mclodfaxgkq",
    "grants:sign_in": "*",
    "grants:signed_in": "mclodfaxgkq",
    "grants:sign_out": "*",
    "grants:set_password": "*",
    "grants:account": "mclodfaxgkq",
    "grants:change_password": "mclodfaxgkq",
    "grants:end_sessions": "mclodfaxgkq",
    "grants:keep_typed": "mclodfaxgkq",
    "grants:discard_typed": "mclodfaxgkq",
    "grants:rounds": "mclodfaxgkq",
    "grants:add_round": "x",
    "grants:round": "mclodfaxgkq",
    "grants:extend_bids": "l",
    "grants:extend_scoring": "c",
    "grants:add_budget_line": "lf",
    "grants:change_budget_line": "lf",
    "grants:round_income": "lodfagkq",
    "grants:add_income": "lf",
    "grants:income": "lodfagkq",
    "grants:change_income": "lf",
    "grants:withdraw_income": "lf",
    "grants:over_allocations": "lodfa",
    "grants:propose_over_allocation": "lf",
    "grants:over_allocation": "lodfa",
    "grants:agree_over_allocation": "lf",
    "grants:refuse_over_allocation": "lf",
    "grants:withdraw_over_allocation": "lf",
    "grants:virements": "lodfa",
    "grants:propose_virement": "lf",
    "grants:virement": "lodfa",
    "grants:confirm_virement": "lf",
    "grants:refuse_virement": "lf",
    "grants:withdraw_virement": "lf",
    "grants:people": "ax",
    "grants:add_person": "x",
    "grants:person": "ax",
    "grants:change_email": "x",
    "grants:give_role": "x",
    "grants:end_role": "x",
    "grants:password_link": "x",
    "grants:propose_password_link": "x",
    "grants:power": "ax",
    "grants:confirm_power": "x",
    "grants:refuse_power": "x",
    "grants:withdraw_power": "x",
    "grants:deputies": "ld",
    "grants:name_deputy": "ld",
    "grants:end_deputation": "ld",
    "grants:round_trail": "la",
    "grants:people_trail": "ax",
    "bids:bids": "mclodfagkq",
    "bids:export_bids": "clodfa",
    "bids:bid_template": "l",
    "bids:add_bid": "l",
    "bids:import_bids": "l",
    "bids:eligibility": "l",
    "bids:import_preview": "l",
    "bids:import_questions": "l",
    "bids:choose_sheet": "l",
    "bids:map_columns": "l",
    "bids:choose_rows": "l",
    "bids:bid": "mclodfagkq",
    "bids:change_bid": "l",
    "bids:bid_trail": "la",
    "bids:direct_awards": "lodfagkq",
    "bids:direct_award": "lodfagkq",
    "bids:enter_direct_award": "l",
    "bids:change_direct_award": "l",
    "bids:add_files": "l",
    "bids:bid_file": "mclodfagkq",
    "bids:remove_file": "l",
    "bids:scoring": "m",
    "bids:my_marks": "m",
    "bids:my_scorecards": "m",
    "bids:kept_scorecards": "m",
    "bids:interests": "mc",
    "bids:score": "m",
    "bids:panel": "ca",
    "bids:plan_assignments": "c",
    "bids:assign_bid": "c",
    "bids:assignment_plan": "c",
    "bids:undo_plan": "c",
    "bids:withdraw_assignment": "c",
    "bids:decline_assignment": "m",
    "bids:knowledge": "c",
    "bids:chase": "c",
    "bids:declared_interests": "ca",
    "bids:waive_interest": "c",
    "bids:practice": "mc",
    "bids:keep_practice": "c",
    "bids:compare_practice": "c",
    "bids:close_scoring": "c",
    "bids:open_marks": "c",
    "bids:reopen_scoring": "c",
    "bids:reopen_scorecard": "c",
    "bids:end_reopening": "c",
    "bids:ranking": "cla",
    "bids:insight": "cla",
    "bids:coverage": "cla",
    "bids:export_scores": "cla",
    "bids:scores_file": "cla",
    "bids:feedback": "cl",
    "bids:feedback_file": "cl",
    "bids:meetings": "mcla",
    "bids:plan_meeting": "c",
    "bids:meeting": "mcla",
    "bids:open_meeting": "c",
    "bids:put_on_agenda": "c",
    "bids:discuss_bid": "mcla",
    "bids:follow_meeting": "mcla",
    "bids:close_meeting": "c",
    "bids:minutes": "mcla",
    "bids:minutes_pdf": "mcla",
    "bids:record_outcome": "c",
    "approvals:export_grants": "lofda",
    "approvals:review": "l",
    "approvals:review_bid": "l",
    "approvals:outcomes": "c",
    "approvals:scenarios": "cla",
    "approvals:add_scenario": "cl",
    "approvals:compare_scenarios": "cla",
    "approvals:scenario": "cla",
    "approvals:propose_scenario": "c",
    "approvals:families": "l",
    "approvals:group_bids": "l",
    "approvals:likeness": "l",
    "approvals:same_body": "l",
    "approvals:organisations": "l",
    "approvals:organisation": "l",
    "approvals:separate_body": "l",
    "approvals:correct_number": "l",
    "approvals:undo_dismissal": "l",
    "approvals:routes": "lodfagkq",
    "approvals:route_awards": "l",
    "approvals:approvals": "lfa",
    "approvals:approve_awards": "l",
    "approvals:approved": "l",
    "approvals:award": "lodfagkq",
    "approvals:clear_warning": "l",
    "approvals:escalate_award": "l",
    "approvals:withhold_recipient": "l",
    "approvals:name_recipient": "l",
    "approvals:record_payment": "f",
    "approvals:meet_condition": "lf",
    "approvals:undo_condition": "lf",
    "approvals:single_tender_actions": "lodfagkq",
    "approvals:add_single_tender_action": "l",
    "approvals:single_tender_action": "lodfagkq",
    "approvals:change_single_tender_action": "l",
    "approvals:approve_single_tender_action": "l",
    "approvals:rules": "lodfaxgkq",
    "approvals:propose_rule": "x",
    "approvals:confirm_rule": "l",
    "approvals:reconciliation": "lodfagkq",
    "approvals:reconciliation_part": "lodfagkq",
    "approvals:what_if": "lodfagkq",
    "approvals:changes": "lodfagkq",
    "approvals:decisions": "lodfagkq",
    "approvals:add_decision": "l",
    "approvals:decision": "lodfagkq",
    "approvals:amend_grant": "l",
    "approvals:leave_grant": "l",
    "approvals:ask_item": "lo",
    "approvals:change_item": "lo",
    "approvals:withdraw_item": "lo",
    "approvals:edit_section": "l",
    "approvals:section_history": "la",
    "approvals:spell_text": "l",
    "approvals:part_two": "lod",
    "approvals:edit_part_two": "l",
    "approvals:sign_off": "fgkq",
    "approvals:submit_pack": "l",
    "approvals:query_pack": "o",
    "approvals:answer_query": "l",
    "approvals:return_pack": "o",
    "approvals:put_forward": "o",
    "approvals:decide_items": "d",
    "approvals:sign_decision": "d",
    "approvals:defer_publication": "o",
    "approvals:publish_decision": "o",
    "approvals:pack": "lodfagkq",
    "approvals:pack_pdf": "lodfagkq",
    "approvals:pack_word": "lodfagkq",
    "approvals:pack_data": "lodfagkq",
    "approvals:pack_zip": "lodfagkq",
    "approvals:register": "*",
    "approvals:published_decision": "*",
    "approvals:published_pdf": "*",
    "approvals:published_word": "*",
    "approvals:published_data": "*",
    "approvals:published_zip": "*",
    "approvals:open_data_json": "*",
    "approvals:open_data_csv": "*",
    "approvals:open_data_xlsx": "*",
    "approvals:register_feed": "*",
    "approvals:grant_register": "*",
    "approvals:grant_register_file": "*",
    "approvals:contract_register": "*",
    "approvals:contract_register_file": "*",
    "approvals:keep_match_funding": "lf",
    "approvals:withdraw_match_funding": "lf",
    "approvals:withdraw_direct_award": "l",
    "approvals:identify_recipient": "l",
    "approvals:withdraw_recipient": "l",
    "approvals:carry_overs": "lodfa",
    "approvals:propose_carry_over": "lf",
    "approvals:carry_over": "lodfa",
    "approvals:confirm_carry_over": "lf",
    "approvals:refuse_carry_over": "lf",
    "approvals:withdraw_carry_over": "lf",
    "approvals:delegated_return": "lofa",
    "approvals:delegated_return_file": "lofa",
}
ROLES = {
    "m": (Role.MEMBER, "amara.cole"),
    "c": (Role.CHAIR, "olive.marsh"),
    "l": (Role.LEAD, "grace.hall"),
    "o": (Role.OFFICE, "mo.novak"),
    "d": (Role.DMPC, "robin.vale"),
    "f": (Role.FINANCE, "kit.lane"),
    "a": (Role.AUDITOR, "sam.wills"),
    "x": (Role.ADMINISTRATOR, "iris.jonas"),
    "g": (Role.LEGAL, "lena.frey"),
    "k": (Role.COMMERCIAL, "omar.bell"),
    "q": (Role.EQUALITY, "esi.mensah"),
}
# Each adviser's own part of a paper; another's is not there for them.
ADVISES = {"f": "finance", "g": "legal", "k": "commercial", "q": "equality"}
POST_ONLY = {
    "bids:export_bids",
    "approvals:export_grants",
    "grants:sign_out",
    "grants:password_link",
    "grants:end_sessions",
    "grants:keep_typed",
    "grants:discard_typed",
}
# Pages about people or about no round at all: there is no other round whose page they could be.
OF_NO_ROUND = {
    "grants:home",
    "grants:signed_in",
    "grants:account",
    "grants:change_password",
    "grants:end_sessions",
    "grants:keep_typed",
    "grants:discard_typed",
    "grants:rounds",
    "grants:add_round",
    "grants:people",
    "grants:add_person",
    "grants:person",
    "grants:change_email",
    "grants:give_role",
    "grants:end_role",
    "grants:password_link",
    "grants:propose_password_link",
    "grants:power",
    "grants:confirm_power",
    "grants:refuse_power",
    "grants:withdraw_power",
    "grants:people_trail",
    "grants:deputies",
    "grants:name_deputy",
    "grants:end_deputation",
}


@pytest.fixture(scope="module")
def addresses(module_db: None) -> dict[str, str]:
    """An address for each page, all about PCD 681."""
    return addresses_of(TABLE)


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


@pytest.mark.parametrize("letter", list(ROLES))
def test_every_page_opens_to_its_roles_and_to_no_other(letter: str, addresses: dict[str, str]) -> None:
    client = signed_in(ROLES[letter][1])
    answers, expected = {}, {}
    events = AuditEvent.objects.count()
    for name, allowed in TABLE.items():
        if name == "grants:sign_out":
            continue
        address = addresses[name]
        if name == "bids:scores_file" and letter in allowed:
            own = export_of(User.objects.get(username=ROLES[letter][1]), Round.objects.get(reference="cpie-2019-20"))
            address = reverse(name, args=[own.reference])
        if name == "approvals:sign_off" and letter in ADVISES:
            address = address.replace("finance", ADVISES[letter])
        status = client.get(address).status_code
        answers[name] = "refused" if status == 403 else "open" if status in (200, 302) else status
        expected[name] = "open" if allowed == "*" or letter in allowed else "refused"
        if name in POST_ONLY and expected[name] == "open":
            expected[name] = 405
    assert answers == expected
    # To open a page changes nothing, so that it leaves nothing in the trail.
    assert AuditEvent.objects.count() == events


@pytest.mark.parametrize("letter", list(ROLES))
def test_nobody_posts_to_a_page_that_is_not_theirs(letter: str, addresses: dict[str, str]) -> None:
    client = signed_in(ROLES[letter][1])
    refused = {name for name, allowed in TABLE.items() if allowed != "*" and letter not in allowed}
    assert len(refused) > 20
    assert {name: client.post(addresses[name]).status_code for name in refused} == dict.fromkeys(refused, 403)


def test_somebody_without_a_session_is_sent_to_sign_in_from_every_page_but_the_public_ones(
    addresses: dict[str, str],
) -> None:
    client = Client()
    for name, allowed in TABLE.items():
        for answer in (client.get(addresses[name]), client.post(addresses[name])):
            if allowed == "*":
                assert answer.status_code in (200, 302, 405), name
            else:
                assert (answer.status_code, answer["Location"].startswith("/sign-in/")) == (302, True), name


@pytest.mark.parametrize("letter", list(ROLES))
def test_an_object_of_another_round_is_not_there(letter: str, addresses: dict[str, str]) -> None:
    other = factories.open_round()
    stranger = factories.person(ROLES[letter][0], round=other)
    client = Client()
    client.force_login(stranger)
    names = [
        name for name, allowed in TABLE.items() if letter in allowed and allowed != "*" and name not in OF_NO_ROUND
    ]
    assert names
    for name in names:
        assert client.get(addresses[name]).status_code == (405 if name in POST_ONLY else 404), name
        assert client.post(addresses[name]).status_code in (404, 405), name


def test_a_member_sees_no_bid_that_is_not_assigned_to_them() -> None:
    assigned = Assignment.objects.filter(member__username="amara.cole").values("bid")
    others = Bid.objects.filter(round__reference="cpie-2019-20").exclude(pk__in=assigned)
    assert others.exists()
    client = signed_in("amara.cole")
    for bid in others[:5]:
        assert client.get(reverse("bids:bid", args=[bid.reference])).status_code == 404
        assert client.get(reverse("bids:score", args=[bid.reference])).status_code == 404


def test_an_ended_role_no_longer_opens_the_next_page() -> None:
    lead = User.objects.get(username="henry.ives")
    client = Client()
    client.force_login(lead)
    page = reverse("approvals:review", args=["cpie-2019-20"])
    assert client.get(page).status_code == 200
    lead.holdings.update(ended_at=AT)
    assert client.get(page).status_code == 403
