"""A charity plays a round to a published decision: three levels, a committee, joint signers, parishes of its own."""

from decimal import Decimal
from pathlib import Path

import pytest
from django import forms
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from approvals.decisions import deciders, deciding, sign_offs, submission, writing
from approvals.decisions.deciders import Minutes
from approvals.enums import Area
from approvals.loading import direct, playing
from approvals.loading.folder import Folder
from approvals.models import Award, Decision
from approvals.paper import pack as packs
from approvals.routing import listing
from approvals.routing.commitments import of_round
from bids.direct import entering
from bids.direct.forms import DirectForm
from grants import body_folder
from grants.bodies import How, NoSuchArea
from grants.models import Round, User
from grants.people import powers
from grants.refusal import Refused
from grants.roles import Role
from tests import factories
from tests.approvals import steps
from tests.conftest import DEMO_PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.walk]
COMMITTEE, BOARD = "Grants committee", "Board of trustees"


def play(settings: LazySettings, until: str) -> Round:
    settings.BODY_FOLDER = settings.BASE_DIR / "fixtures/commons-trust"
    folder = Path(settings.BASE_DIR) / "fixtures/lowmere-grants"
    return playing.play(Folder(folder, password=DEMO_PASSWORD), until, say=lambda line: None)


def user(username: str) -> User:
    return User.objects.get(username=username)


def amounts_in(paper: dict[str, object], part: str = "appendix_1") -> list[str]:
    entries = paper[part]
    assert isinstance(entries, list)
    return sorted(entry["amount"] for entry in entries)


def test_the_board_decides_its_own_grants_and_two_trustees_sign(settings: LazySettings) -> None:
    round = play(settings, "published")
    decision = Decision.objects.select_related("record__pack").get(reference="LCT-2026/4")
    paper, record = packs.read(decision.record.pack), packs.read(decision.record)
    assert decision.state == Decision.State.PUBLISHED
    assert amounts_in(paper) == ["10000.00", "24500.00"]
    assert amounts_in(paper, "appendix_2") == ["1999.99"]
    assert (record["role"], [each["by"] for each in record["signatures"]]) == (BOARD, ["Tess Holm", "Abel Rook"])
    powers = dict(Award.objects.filter(round=round).values_list("bid__source_reference", "legal_power"))
    assert powers["LG-4"] == "Invented Charities Act 1999 section 12" != powers["LG-3"]
    states = dict(Award.objects.filter(round=round).values_list("bid__source_reference", "state"))
    assert states == {"LG-1": "approved", "LG-2": "routed", "LG-3": "approved", "LG-4": "approved", "LG-5": "routed"}
    page = Client().get(reverse("approvals:published_decision", args=[decision.reference])).content.decode()
    assert "Over Lowmere" in page and "borough" not in page.lower() and "Deputy Mayor" not in page


def test_routes_has_a_group_for_each_level(settings: LazySettings) -> None:
    round = play(settings, "approved")
    groups = listing.groups(listing.listed(round), of_round(round=round), round)
    sums_by_name = {each.name: (each.tally.count, each.tally.total, len(each.rows)) for each in groups}
    assert sums_by_name == {
        "Delegated": (1, Decimal("1999.99"), 1),
        f"To the {COMMITTEE}": (2, Decimal("11999.99"), 2),
        f"To the {BOARD}": (2, Decimal("34500.00"), 2),
    }
    client = Client()
    client.force_login(user("ines.marlow"))
    page = client.get(reverse("approvals:routes", args=[round.reference])).content.decode()
    assert page.index(f"To the {COMMITTEE}") < page.index(f"To the {BOARD}")
    form = client.get(reverse("approvals:add_decision", args=[round.reference])).content.decode()
    assert COMMITTEE in form and BOARD in form


def test_the_committee_decides_the_rest_by_its_minutes(settings: LazySettings) -> None:
    round = play(settings, "published")
    at = timezone.now()
    lead = user("ines.marlow")
    paper = writing.prepare_decision(
        round=round, reference="LCT-2026/5", title="Grants for the committee", decision_by=COMMITTEE, by=lead, at=at
    )
    for section in paper.sections.all():
        text = "Nothing more is known about it."
        writing.write_section(decision=paper, key=section.key, text=text, by=lead, at=at)
    assert amounts_in(submission.of(paper, at=at).paper) == ["2000.00", "9999.99"]
    assert deciders.deciding_of(paper).how is How.COMMITTEE
    for area, username in ((Area.FINANCE, "nell.gray"), (Area.LEGAL, "lou.tarn"), (Area.EQUALITY, "una.birch")):
        sign_offs.sign_off(decision=paper, area=area, answer="signed", by=user(username), at=at)
    writing.submit_pack(decision=paper, by=lead, at=at)
    writing.put_forward(decision=paper, by=user("cleo.ward"), at=at)
    paper.refresh_from_db()
    minutes = Minutes(timezone.localdate(at), ["Mina Fell", "Otto Reed", "Pia Lunn"], "GC 12")

    def decide(username: str) -> None:
        deciding.decide_items(
            decision=paper,
            answers=steps.answers(paper),
            interests="None",
            particulars=deciding.Particulars(minutes),
            by=user(username),
            at=at,
        )

    with pytest.raises(Refused, match="for the Grants committee, and you decide at another level"):
        decide("tess.holm")
    decide("mina.fell")
    deciding.sign_decision(decision=paper, password=DEMO_PASSWORD, by=user("mina.fell"), at=at)
    approved = Award.objects.filter(round=round, state=Award.State.APPROVED)
    assert approved.count() == 5
    record = packs.read(Decision.objects.select_related("record").get(pk=paper.pk).record)
    assert (record["role"], record["minutes"]["present"]) == (COMMITTEE, ["Mina Fell", "Otto Reed", "Pia Lunn"])


def test_nobody_of_the_committee_signs_for_the_board(settings: LazySettings) -> None:
    play(settings, "put_forward")
    decision = Decision.objects.get(reference="LCT-2026/4")
    names = [signer.name for signer in deciders.signers(decision, timezone.now())]
    assert names == ["Abel Rook", "Tess Holm"]
    with pytest.raises(Refused, match="for the Board of trustees, and you decide at another level"):
        deciding.decide_items(
            decision=decision,
            answers=steps.answers(decision),
            interests="None",
            by=user("mina.fell"),
            at=timezone.now(),
        )


def test_an_area_of_somebody_else_is_refused_with_its_reason(settings: LazySettings) -> None:
    trust = body_folder.read(settings.BASE_DIR / "fixtures/commons-trust")
    assert trust.areas.read("Tarn End; Whinfell") == ["X09000003", "X09000004"]
    with pytest.raises(NoSuchArea, match="Port Sallow has a trust of its own"):
        trust.areas.read("Port Sallow")


def test_a_direct_award_is_in_the_areas_of_its_body(settings: LazySettings) -> None:
    round = play(settings, "opened")
    field = DirectForm(round=round).fields["boroughs"]
    assert isinstance(field, forms.MultipleChoiceField)
    assert field.label == "Parishes" and len(list(field.choices)) == 4
    entry = {
        "reference": "P-1", "title": "Paths", "reason": "Known", "purpose": "Paths", "amount": "100.00",
        "unit": "Grants team", "recipients": "parish councils", "most": 2, "areas": "Port Sallow",
        "themes": ["land"], "priorities": ["young"],
        "starts_on": "2026-06-01", "ends_on": "2026-07-01",
    }  # fmt: skip
    form, outside = direct.form_of(round, entry)
    assert outside == "Port Sallow has a trust of its own" and "boroughs" in form.errors
    form, outside = direct.form_of(round, entry | {"areas": "Tarn End; Whinfell"})
    assert (form.errors, outside) == ({}, "")
    row = entering.enter_direct_award(
        round=round, draft=dict(form.cleaned_data), by=user("ines.marlow"), at=timezone.now()
    )
    assert row.borough_names == "Tarn End, Whinfell"


def test_only_a_person_who_decides_is_given_a_level(settings: LazySettings) -> None:
    round = play(settings, "opened")
    administrator = factories.person(Role.ADMINISTRATOR)
    client = Client()
    client.force_login(administrator)
    address = reverse("grants:give_role", args=["mina.fell"])
    assert "Every level" in client.get(address).content.decode()
    data = {"role": "finance", "round": round.pk, "level": BOARD, "reason": "Needed"}
    assert "Only a person who decides has a level" in client.post(address, data).content.decode()
    client.post(reverse("grants:give_role", args=["nell.gray"]), data | {"role": "deputy_mayor"})
    proposal = user("nell.gray").power_proposals.get(role=Role.DMPC)
    powers.confirm_power(proposal=proposal, by=factories.person(Role.ADMINISTRATOR), at=timezone.now())
    assert user("nell.gray").holdings.get(role=Role.DMPC).level == BOARD
    settings.BODY_FOLDER = settings.BASE_DIR / "fixtures/force-mps"
    assert "Every level" not in client.get(address).content.decode()
