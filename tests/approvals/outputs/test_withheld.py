"""A recipient that is withheld is named in Part 2 and in nothing that is public, in whatever form it is published."""

import io
import re
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from approvals.decisions import submission, writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Decision, DecisionRecord
from approvals.outputs import published
from approvals.paper.figures import known_of
from approvals.paper.sources import sources
from approvals.routing import approving, awards, withheld, withholding
from approvals.routing.withholding import Withholding
from bids.models import ProjectFamily
from grants.models import AuditEvent, Round, User
from grants.refusal import Incomplete, Refused
from grants.roles import Role
from tests import factories
from tests.approvals.items import steps
from tests.approvals.renders import pdf_text, word_text
from tests.approvals.steps import LATER, decide, sign
from tests.factories import NOW, OrganisationFactory
from tests.test_matrix import TABLE

pytestmark = pytest.mark.django_db

GROUND = "Freedom of Information Act 2000, section 38"
TERMS = Withholding(GROUND, "A safe place", "Beds for people who flee violence.")
# Nothing else of the round has these words.
TELLING = [
    "Thistlegate", "Quarrymoon", "1987654", "Lanternhouse", "Vesperine", "Nightjar", "Oona", "Quill",
    "oona@thistlegate.example", "Brackenridge",
]  # fmt: skip
NAMED: dict[str, Any] = {
    "title": "Quarrymoon Lanternhouse",
    "contact": "Oona Quill",
    "contact_email": "oona@thistlegate.example",
    "summary": "Beds of Thistlegate Refuge in Brackenridge.",
    "outputs": "Lanternhouse has ten beds.",
    "outcomes": "Nobody leaves Lanternhouse for the street.",
    "evaluation_plan": "Oona Quill counts them.",
    "beneficiaries": "Women of Brackenridge.",
}
SECRETLY = "Thistlegate Refuge and Nightjar Vesperine agree"


@pytest.fixture
def round() -> Round:
    return factories.open_round()


@pytest.fixture
def hired(round: Round) -> dict[Role, User]:
    return steps.people(round)


@pytest.fixture
def refuge(round: Round, hired: dict[Role, User]) -> list[Award]:
    """Two grants of £30,000, one project, to a recipient that is withheld, and one of £9,000 to another."""
    body = OrganisationFactory(name="Thistlegate Refuge", register="charity", number="1987654")
    body.aliases.create(name="Nightjar Vesperine")
    lots = [factories.award(round, amount=Decimal(30000), recipient=body, **NAMED) for _ in range(2)]
    other = OrganisationFactory(name="Vesperine Nightjar Limited", register="company", number="01987654")
    small = factories.award(round, amount=Decimal(9000), recipient=other, **NAMED)
    family = ProjectFamily.objects.create(round=round, name="Quarrymoon Lanternhouse")
    for lot in lots:
        lot.bid.family = family
        lot.bid.save(update_fields=["family"])
    for grant in (*lots, small):
        withholding.withhold_recipient(award=grant, terms=TERMS, by=hired[Role.LEAD], at=NOW)
    factories.award(round, amount=Decimal(55000), title="Open doors")
    awards.route_awards(round=round, by=hired[Role.LEAD], at=NOW)
    second = factories.person(Role.LEAD, round=round)
    small.refresh_from_db()
    approving.approve_awards(awards=[small], reason=SECRETLY, conditions=SECRETLY, by=second, at=NOW)
    return lots


@pytest.fixture
def decision(refuge: list[Award], hired: dict[Role, User], round: Round) -> Decision:
    """The published decision on those grants, whose decider names the recipient where they may not."""
    made = steps.put_forward(steps.open_paper(round, "PCD-990", hired[Role.LEAD]), hired)
    by = hired[Role.DMPC]
    decide(made, by, interests=SECRETLY, item_1=Answer("conditions", SECRETLY, SECRETLY))
    sign(made, by, factories.PASSWORD)
    writing.publish_decision(decision=made, by=hired[Role.OFFICE], at=LATER)
    made.refresh_from_db()
    return made


def public_texts(decision: Decision) -> Iterator[tuple[str, str]]:
    """Yield the address and the text of everything that anybody can read without a session."""
    client = Client()
    for name in (name for name, allowed in TABLE.items() if allowed == "*" and name.startswith("approvals:")):
        kinds = [{"kind": kind} for kind in ("csv", "xlsx")] if name.endswith("register_file") else [{}]
        for arguments in kinds:
            of_one = {} if arguments or "published" not in name else {"reference": decision.reference}
            address = reverse(name, kwargs=arguments | of_one)
            answer = client.get(address)
            assert answer.status_code == 200, address
            yield address, "".join(_texts(address, answer.content))


def _texts(address: str, content: bytes) -> Iterator[str]:
    if content.startswith(b"%PDF"):
        yield pdf_text(content)
    elif content.startswith(b"PK"):
        if address.endswith("docx") or "word" in address:
            yield word_text(content)
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for name in file.namelist():
                yield name
                yield from _texts(name, file.read(name))
    else:
        yield content.decode()


def names_in(text: str) -> list[str]:
    return [word for word in TELLING if word.casefold() in text.casefold()]


def test_nothing_public_names_a_withheld_recipient(decision: Decision) -> None:
    texts = dict(public_texts(decision))
    assert len(texts) > 12
    assert {address: names for address, text in texts.items() if (names := names_in(text))} == {}
    # There was something to leak, and what is published in its place is there.
    assert any(GROUND in text and "A safe place" in text for text in texts.values())
    assert all(
        GROUND in texts[reverse(f"approvals:{name}", args=[decision.reference])]
        for name in ("published_decision", "published_data")
    )


@pytest.mark.usefixtures("refuge")
def test_the_list_of_figures_names_no_withheld_recipient(round: Round, hired: dict[Role, User]) -> None:
    paper = steps.open_paper(round, "PCD-990", hired[Role.LEAD])
    figures = known_of(sources(paper, NOW.date())).others.values()
    text = " ".join(f"{figure.name} {figure.source} {figure.identity}" for figure in figures)
    assert names_in(text) == []
    assert "A safe place" in text and GROUND in text


def test_a_search_of_the_register_finds_no_withheld_name(decision: Decision) -> None:
    def finds(words: str) -> bool:
        page = Client().get(reverse("approvals:register"), {"q": words}).content.decode()
        return decision.reference in re.sub(r"<head>.*?</head>", "", page, flags=re.DOTALL)

    assert [word for word in TELLING if finds(word)] == []
    assert finds("safe place")


def test_the_frozen_paper_and_record_hold_a_mark_where_a_name_was(decision: Decision) -> None:
    record = DecisionRecord.objects.select_related("pack").get(decision=decision)
    assert names_in(record.pack.canonical) == names_in(record.canonical) == []
    assert withheld.MARK in record.canonical and withheld.MARK in record.pack.canonical


def test_the_delegated_return_names_no_withheld_recipient(decision: Decision, round: Round) -> None:
    [grant] = published.delegated(round)
    assert (grant.amount, grant.recipient, grant.title) == (Decimal(9000), f"Withheld: {GROUND}", "A safe place")
    assert names_in(str(grant)) == []


def test_two_withheld_recipients_are_two_in_open_data(decision: Decision) -> None:
    package = Client().get(reverse("approvals:open_data_json")).json()
    recipients = [grant["recipientOrganization"][0]["id"] for grant in package["grants"]]
    assert len(set(recipients)) == 4
    assert sum("withheld" in recipient for recipient in recipients) == 3


def test_part_2_holds_the_name_for_those_who_may_read_it(decision: Decision, hired: dict[Role, User]) -> None:
    client = Client()
    client.force_login(hired[Role.DMPC])
    page = client.get(reverse("approvals:part_two", args=[decision.reference])).content.decode()
    assert all(text in page for text in ("Thistlegate Refuge", "charity number 1987654", "Quarrymoon", GROUND))


@pytest.mark.parametrize("key", ["issues", "summary"])
def test_a_paper_that_names_a_withheld_recipient_is_not_submitted(
    refuge: list[Award], hired: dict[Role, User], round: Round, key: str
) -> None:
    paper = steps.open_paper(round, "PCD-990", hired[Role.LEAD])
    text = "Beds of the thistlegate-refuge are kept."
    writing.write_section(decision=paper, key=key, text=text, by=hired[Role.LEAD], at=NOW)
    problems = [each.message for each in submission.of(paper, at=NOW).problems if each.check == "withheld"]
    assert len(problems) == 1 and "names a recipient that is withheld. Leave the name out" in problems[0]


@pytest.mark.parametrize("field", ["ground", "title", "purpose"])
@pytest.mark.parametrize("text", ["", "Thistlegate Refuge", "For charity 1987654"])
def test_what_is_published_instead_is_complete_and_names_nobody(
    refuge: list[Award], hired: dict[Role, User], field: str, text: str
) -> None:
    with pytest.raises(Incomplete) as refused:
        withholding.withhold_recipient(
            award=refuge[0], terms=Withholding(**vars(TERMS) | {field: text}), by=hired[Role.LEAD], at=NOW
        )
    assert [name for name, _ in refused.value.missing] == [field]
    refuge[0].refresh_from_db()
    assert refuge[0].withheld == GROUND


def test_a_recipient_that_a_signed_paper_named_is_not_withheld(decision: Decision, hired: dict[Role, User]) -> None:
    named = Award.objects.get(bid__title="Open doors")
    with pytest.raises(Refused, match="PCD-990 names the recipient"):
        withholding.withhold_recipient(award=named, terms=TERMS, by=hired[Role.LEAD], at=NOW)


def test_a_recipient_is_named_again_from_the_next_paper_on(
    refuge: list[Award], hired: dict[Role, User], round: Round
) -> None:
    for grant in Award.objects.unnamed_in(round):
        withholding.name_recipient(award=grant, reason="It moved", by=hired[Role.LEAD], at=NOW)
    paper = submission.of(steps.open_paper(round, "PCD-990", hired[Role.LEAD]), at=NOW).paper
    assert {entry["recipient"] for entry in paper["appendix_1"]} >= {"Thistlegate Refuge"}
    assert AuditEvent.objects.filter(action="name recipient").count() == 3


def test_the_reason_of_a_deferral_names_nobody(refuge: list[Award], hired: dict[Role, User], round: Round) -> None:
    made = steps.put_forward(steps.open_paper(round, "PCD-990", hired[Role.LEAD]), hired)
    decide(made, hired[Role.DMPC])
    sign(made, hired[Role.DMPC], factories.PASSWORD)
    with pytest.raises(Refused, match="Leave out the names that are withheld"):
        writing.defer_publication(
            decision=made, until=LATER.date().replace(year=2027), reason=SECRETLY, by=hired[Role.OFFICE], at=LATER
        )


def test_the_pages_withhold_and_name(hired: dict[Role, User], round: Round, client: Client) -> None:
    grant = factories.award(round, amount=Decimal(20000), title="Open doors")
    client.force_login(hired[Role.LEAD])
    page = client.get(reverse("approvals:award", args=[grant.reference])).content.decode()
    address = reverse("approvals:withhold_recipient", args=[grant.reference])
    assert address in page
    wrong = client.post(address, {"version": 1, **vars(TERMS), "title": ""})
    assert wrong.status_code == 200 and GROUND in wrong.content.decode()
    client.post(address, {"version": 1, **vars(TERMS)})
    grant.refresh_from_db()
    assert (grant.withheld, grant.public_title, grant.public_purpose) == (GROUND, TERMS.title, TERMS.purpose)
    client.post(reverse("approvals:name_recipient", args=[grant.reference]), {"version": 2, "reason": "It moved"})
    grant.refresh_from_db()
    assert (grant.withheld, grant.public_title) == ("", "")


@pytest.mark.parametrize(
    ("name", "text", "left"),
    [
        ("Thistlegate Refuge", "of THISTLEGATE  Refuge,", f"of {withheld.MARK},"),
        ("Thistlegate Refuge Ltd", "Thistlegate-Refuge", withheld.MARK),
        ("Engagement", "public engagement", "public engagement"),
        ("Engagement", "the project Engagement", f"the project {withheld.MARK}"),
        ("Aid", "Aided by Aidan", "Aided by Aidan"),
    ],
)
def test_a_name_is_found_in_any_spelling_of_it(round: Round, name: str, text: str, left: str) -> None:
    grant = factories.award(round, title="Some other title", recipient=OrganisationFactory(name=name))
    Award.objects.filter(pk=grant.pk).update(withheld=GROUND, public_title="A safe place", public_purpose="Beds")
    names = withheld.names_of(round)
    assert names.left_out(text) == left
    assert names.left_out("1987654.00") == "1987654.00"
