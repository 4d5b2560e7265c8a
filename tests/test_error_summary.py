"""Every page with a form, sent empty: it answers with an error summary whose links each land on an input."""

import re

import pytest
from django.test import Client

from grants.models import Round, User
from tests import factories
from tests.test_matrix import POST_ONLY, ROLES, TABLE, addresses

pytestmark = [pytest.mark.django_db, pytest.mark.walk]

__all__ = ["addresses"]

# These take an empty answer: a confirmation, a draft, declarations that may stay open, a search.
TAKES_NOTHING = {
    "bids:knowledge",
    # Nobody is behind, and nobody practises, in a round whose scoring has closed.
    "bids:chase",
    "bids:practice",
    "approvals:route_awards",
    "grants:confirm_power",
    "grants:confirm_virement",
    "grants:agree_over_allocation",
    "approvals:confirm_carry_over",
    "approvals:approve_awards",
    "bids:interests",
    "bids:score",
    "bids:import_preview",
    # None of the rows that were left out is ticked.
    "bids:choose_rows",
    "grants:sign_out",
}
# Sent empty, these lack the version of what the page shows, which nobody types; the journeys err in their inputs.
SAY_IT_WITHOUT_A_LINK = {
    # No bid of the round is without an outcome.
    "approvals:outcomes",
    "approvals:decide_items",
    "approvals:edit_section",
    "approvals:publish_decision",
    "approvals:put_forward",
    "approvals:submit_pack",
    "bids:assignment_plan",
    "bids:close_meeting",
    # The marks of this round are open already.
    "bids:open_marks",
}
_SUMMARY = re.compile(r'<div class="govuk-error-summary".*?</ul>', re.S)
_INPUT = re.compile(r'<(?:input(?! type="hidden")|select|textarea)\b[^>]*\bid="([^"]+)"')


def test_every_link_of_every_error_summary_lands_on_an_input(addresses: dict[str, str]) -> None:
    # So that there is something to tick on the page that checks eligibility, and to review.
    round = Round.objects.get(reference="cpie-2019-20")
    factories.bid(round, state="received", source_reference="X-1")
    factories.outcome(factories.bid(round, source_reference="X-2"))
    met = set()
    for name, allowed in TABLE.items():
        if name in POST_ONLY | TAKES_NOTHING:
            continue
        letter = next((letter for letter in ROLES if letter in allowed), "")
        client = Client()
        if letter:
            client.force_login(User.objects.get(username=ROLES[letter][1]))
        answer = client.post(addresses[name], {"empty": "yes"})
        if answer.status_code != 200:
            # Pages that only show answer 405; the signed decision sends a second signature on, and a password link
            # leads to an address without its token.
            assert answer.status_code == 405 or name in ("approvals:sign_decision", "grants:set_password"), name
            continue
        page = answer.content.decode()
        summary = _SUMMARY.search(page)
        assert summary, f"{name} takes an empty answer without a word"
        targets = re.findall(r'href="#([^"]+)"', summary[0])
        assert targets or name in SAY_IT_WITHOUT_A_LINK, name
        assert set(targets) <= set(_INPUT.findall(page)), name
        met.add(name)
    assert len(met) >= 30
