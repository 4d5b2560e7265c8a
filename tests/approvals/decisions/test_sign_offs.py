"""Sign-offs by advisers: who can give them, what they cover, and when they become void."""

from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from approvals.decisions import sign_offs, submission, writing
from approvals.enums import Area
from approvals.models import Decision, SignOff, SingleTenderAction
from approvals.paper import pack as packs
from grants.models import AuditEvent, RoleHolding, User
from grants.refusal import NotEntitled, Refused
from grants.roles import ACTIONS, Role
from tests.approvals.steps import LATER, move
from tests.factories import NOW, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]
ADVISERS = {
    Area.FINANCE: "kit.lane",
    Area.LEGAL: "lena.frey",
    Area.COMMERCIAL: "omar.bell",
    Area.EQUALITY: "esi.mensah",
}


def states(decision: Decision) -> dict[str, str]:
    return {row.area.value: row.standing.state for row in submission.of(decision, at=LATER).sign_offs}


def sign(decision: Decision, area: Area, answer: str = "signed", comment: str = "") -> SignOff:
    by = User.objects.get(username=ADVISERS[area])
    return sign_offs.sign_off(decision=decision, area=area, answer=answer, comment=comment, by=by, at=LATER)


def test_a_returned_paper_keeps_its_sign_offs_while_nothing_changes(returned: Decision, grace: User) -> None:
    assert states(returned) == dict.fromkeys(("finance", "legal", "commercial", "equality"), "signed")
    assert writing.submit_pack(decision=returned, by=grace, at=LATER).version == 2


def test_a_changed_figure_voids_the_sign_offs_that_saw_it_and_blocks_submission(
    returned: Decision, grace: User
) -> None:
    line = returned.round.lines.get(label="Staffing posts")
    move(returned.round, None, line, Decimal(1))
    assert states(returned) == {"finance": "void", "legal": "signed", "commercial": "signed", "equality": "signed"}
    with pytest.raises(writing.NotReconciled) as refused:
        writing.submit_pack(decision=returned, by=grace, at=LATER)
    [problem] = refused.value.problems
    assert problem.message.startswith("The sign-off of finance is void: The figure “")
    assert "“underspend” was £754,005 and is £754,004" in problem.message
    sign(returned, Area.FINANCE)
    writing.submit_pack(decision=returned, by=grace, at=LATER)


def test_changed_words_void_only_the_sign_off_of_that_section(returned: Decision, grace: User) -> None:
    writing.write_section(decision=returned, key="legal", text="The power is named.", by=grace, at=LATER)
    assert states(returned) == {"finance": "signed", "legal": "void", "commercial": "signed", "equality": "signed"}


def test_an_objection_blocks_submission_and_quotes_the_comment(returned: Decision, grace: User) -> None:
    sign(returned, Area.EQUALITY, "objected", "Say who cannot reach the venues.")
    with pytest.raises(writing.NotReconciled, match="Equality did not sign off: Say who cannot reach the venues"):
        writing.submit_pack(decision=returned, by=grace, at=LATER)
    with pytest.raises(Refused, match="Enter what needs to change") as refused:
        sign(returned, Area.EQUALITY, "objected", " ")
    assert refused.value.field == "comment"


def test_the_pack_prints_who_signed_off_and_when(returned: Decision, grace: User) -> None:
    sign(returned, Area.LEGAL, comment="Paragraph 4.13 was checked.")
    frozen = writing.submit_pack(decision=returned, by=grace, at=LATER)
    printed = packs.read(frozen)["sign_offs"]
    assert [each["area"] for each in printed] == ["Finance", "Legal", "Commercial", "Equality"]
    legal = printed[1]
    assert (legal["by"], legal["comment"]) == ("Lena Frey", "Paragraph 4.13 was checked.")
    assert "Paragraph 4.13 was checked." in frozen.html


def test_no_commercial_sign_off_is_needed_without_a_contract(returned: Decision) -> None:
    SingleTenderAction.objects.filter(round=returned.round).update(state="refused")
    assert "commercial" not in states(returned)
    with pytest.raises(Refused, match="nothing commercial to sign off"):
        sign(returned, Area.COMMERCIAL)


@pytest.mark.parametrize("area", Area)
def test_only_the_adviser_of_a_part_signs_it_off(returned: Decision, area: Area) -> None:
    for role in Role:
        other = person(role, round=returned.round)
        if role in ACTIONS[area.action].roles:
            assert (
                sign_offs.sign_off(decision=returned, area=area, answer="signed", by=other, at=LATER).given_by == other
            )
            continue
        with pytest.raises(NotEntitled):
            sign_offs.sign_off(decision=returned, area=area, answer="signed", by=other, at=LATER)


def test_a_person_who_prepared_the_paper_cannot_sign_it_off(returned: Decision) -> None:
    both = person(Role.LEAD, Role.LEGAL, round=returned.round)
    writing.write_section(decision=returned, key="data", text="None is used.", by=both, at=LATER)
    with pytest.raises(Refused, match="You prepared this paper"):
        sign_offs.sign_off(decision=returned, area=Area.LEGAL, answer="signed", by=both, at=LATER)


def test_a_submitted_paper_is_not_signed_off(decision: Decision) -> None:
    with pytest.raises(Refused, match="sign it off only while it is being written"):
        sign(decision, Area.LEGAL)


def test_an_empty_section_is_not_signed_off(returned: Decision, grace: User) -> None:
    writing.write_section(decision=returned, key="legal", text="", by=grace, at=LATER)
    with pytest.raises(Refused, match="not been written yet"):
        sign(returned, Area.LEGAL)


def test_a_page_opened_before_a_change_cannot_sign_off(returned: Decision, grace: User) -> None:
    client = Client()
    client.force_login(User.objects.get(username="lena.frey"))
    address = reverse("approvals:sign_off", args=[returned.reference, "legal"])
    seen = client.get(address).context["seen"]
    writing.write_section(decision=returned, key="legal", text="Other words.", by=grace, at=LATER)
    answer = client.post(address, {"answer": "signed", "comment": "Fine", "seen": seen})
    assert "The paper changed after you opened this page" in answer.content.decode()
    assert "Other words." in answer.content.decode()
    assert states(returned)["legal"] == "void"
    again = client.post(address, {"answer": "signed", "comment": "Fine", "seen": answer.context["seen"]})
    assert again.status_code == 302
    assert states(returned)["legal"] == "signed"


def test_an_adviser_of_one_part_does_not_open_another(returned: Decision) -> None:
    client = Client()
    client.force_login(User.objects.get(username="lena.frey"))
    assert client.get(reverse("approvals:sign_off", args=[returned.reference, "legal"])).status_code == 200
    for area in ("finance", "equality", "commercial", "catering"):
        assert client.get(reverse("approvals:sign_off", args=[returned.reference, area])).status_code == 404


def test_the_home_page_asks_the_adviser_until_it_holds(returned: Decision, grace: User) -> None:
    client = Client()
    client.force_login(User.objects.get(username="lena.frey"))
    asked = "Sign off PCD-681: legal"
    assert asked not in client.get(reverse("grants:home")).content.decode()
    writing.write_section(decision=returned, key="legal", text="Other words.", by=grace, at=LATER)
    assert asked in client.get(reverse("grants:home")).content.decode()


def test_a_sign_off_is_never_changed_and_stands_in_the_trail(returned: Decision) -> None:
    answer = sign(returned, Area.LEGAL, comment="Checked.")
    for change in (lambda: SignOff.objects.filter(pk=answer.pk).update(comment="x"), lambda: answer.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    event = AuditEvent.objects.filter(round=returned.round).latest("number")
    assert (event.action, event.actor_role, event.because) == ("sign off legal", "legal_adviser", "Checked.")


def test_a_penny_of_one_grant_is_seen_by_finance(returned: Decision) -> None:
    award = returned.round.awards.filter(route="delegated").first()
    assert award
    type(award).objects.filter(pk=award.pk).update(amount=award.amount + Decimal("0.01"))
    assert states(returned)["finance"] == "void"


def test_an_adviser_who_writes_in_the_paper_afterwards_is_no_adviser_of_it(returned: Decision) -> None:
    lena = User.objects.get(username="lena.frey")
    RoleHolding.objects.create(user=lena, role=Role.LEAD, round=returned.round, given_at=NOW)
    writing.write_section(decision=returned, key="data", text="No personal data is used.", by=lena, at=LATER)
    messages = [problem.message for problem in submission.of(returned, at=LATER).problems]
    assert messages == [
        "Lena Frey, who signed off legal, has since prepared the paper. Another adviser must sign it off."
    ]
    with pytest.raises(Refused):
        writing.submit_pack(decision=returned, by=lena, at=LATER)
