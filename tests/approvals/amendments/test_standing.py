"""An amendment changes one thing: what an earlier decision set or said stands until a decision lifts it by name."""

from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from approvals.decisions import standing as rules
from approvals.decisions import writing
from approvals.decisions.deciding import Answer
from approvals.models import Award, Condition, Decision
from approvals.outputs import published, word
from approvals.paper import pack as packs
from approvals.paper import settled
from grants.models import User
from grants.refusal import Incomplete
from tests.approvals.amendments.steps import LESS, change, now, submit
from tests.approvals.renders import html_text, pdf_text, word_text
from tests.approvals.steps import LATER, decide, open_paper, sign
from tests.stages import stage

pytestmark = pytest.mark.usefixtures("files_made_once", "staged")

PLAN, REPORT = "A maintenance plan is agreed.", "A report each quarter."


@pytest.fixture
def item(decision: Decision) -> str:
    """The item for the grant of £70,000."""
    number = writing.current_pack(decision).items.get(amount=Decimal(70000)).number
    return f"item_{number}"


@stage
def signed(decision: Decision, item: str, robin: User, mo: User) -> Decision:
    """A decision that approved the grant with two conditions and a reason."""
    decide(decision, robin, **{item: Answer("conditions", REPORT, "The need is shown.", before_payment=PLAN)})
    sign(decision, robin)
    writing.publish_decision(decision=decision, by=mo, at=LATER)
    return Decision.objects.select_related("round").get(pk=decision.pk)


def standing(grant: Award) -> list[tuple[str, bool]]:
    return list(grant.conditions.standing().values_list("text", "before_payment"))


def test_conditions_are_rows_and_stand_after_an_amendment(
    paper: Decision, grant: Award, grace: User, mo: User, robin: User
) -> None:
    before = standing(grant)
    assert before == [(PLAN, True), (REPORT, False)]
    frozen = submit(paper, grace, mo)
    for text in (html_text(frozen.html), pdf_text(bytes(frozen.pdf)), word_text(word.of_pack(frozen))):
        for words in (f"Before payment: {PLAN}", REPORT, "PCD-681, approved with conditions: The need is shown."):
            assert words in " ".join(text.split())
    decide(paper, robin)
    sign(paper, robin)
    writing.publish_decision(decision=paper, by=mo, at=LATER)
    assert now(grant)[0] == LESS
    assert standing(grant) == before
    public = {each.reference: each for each in published.grants()}[grant.reference]
    assert public.conditions == f"Before payment: {PLAN} {REPORT}"
    assert "The need is shown." in public.reason


@pytest.mark.usefixtures("submitted")
def test_each_condition_that_stands_needs_a_choice(paper: Decision, robin: User) -> None:
    wrong = {reference: {"choice": ""} for reference in Condition.objects.values_list("reference", flat=True)}
    with pytest.raises(Incomplete) as refused:
        decide(paper, robin, item_1=Answer("approved", choices=wrong))
    assert [field for field, _ in refused.value.missing] == ["choice_1_0", "choice_1_1"]
    assert not paper.items.exclude(answer="").exists()


@pytest.mark.usefixtures("submitted")
def test_a_decision_lifts_and_changes_conditions_by_name(paper: Decision, grant: Award, mo: User, robin: User) -> None:
    plan, report = grant.conditions.all()
    choices = {
        plan.reference: {"choice": "lift"},
        report.reference: {"choice": "change", "text": "A report each month."},
    }
    decide(paper, robin, item_1=Answer("approved", choices=choices))
    sign(paper, robin)
    writing.publish_decision(decision=paper, by=mo, at=LATER)
    assert standing(grant) == [("A report each month.", False)]
    plan.refresh_from_db()
    report.refresh_from_db()
    assert (plan.state, plan.ended_in, report.state) == ("lifted", paper, "replaced")
    assert report.replaced_by and report.replaced_by.text == "A report each month."
    record = Decision.objects.get(pk=paper.pk).record
    data = packs.read(record)
    assert [each["number"] for each in settled.differs(data)] == [1]
    for text in (html_text(record.html), pdf_text(bytes(record.pdf)), word_text(word.of_record(record))):
        assert f"Lifted: “Before payment: {PLAN}”." in " ".join(text.split())
        assert f"Changed: “{REPORT}” to “A report each month.”." in " ".join(text.split())
    public = {each.reference: each for each in published.grants()}[grant.reference]
    assert public.conditions == "A report each month."


@pytest.mark.parametrize("answer", ["refused", "deferred"])
@pytest.mark.usefixtures("submitted")
def test_a_change_that_is_not_approved_lifts_nothing(paper: Decision, grant: Award, robin: User, answer: str) -> None:
    lift = {each.reference: {"choice": "lift"} for each in grant.conditions.all()}
    with pytest.raises(Incomplete, match="changed or lifted only by an approval"):
        decide(paper, robin, item_1=Answer(answer, reason="No", choices=lift))
    decide(paper, robin, item_1=Answer(answer, reason="No"))
    sign(paper, robin)
    assert standing(grant) == [(PLAN, True), (REPORT, False)]


@pytest.mark.usefixtures("submitted")
def test_the_page_asks_and_shows_the_answers_before_the_signature(paper: Decision, robin: User, client: Client) -> None:
    client.force_login(robin)
    address = reverse("approvals:decide_items", args=[paper.reference])
    page = client.get(address).content.decode()
    assert page.count("condition that stands") >= 2
    assert page.count("reason that stands") >= 1
    assert f"Before payment: {PLAN}" in page
    fields = {"answer_1": "approved", "choice_1_0": "keep", "choice_1_1": "change", "text_1_1": "Monthly."}
    fields |= {"choice_1_2": "keep"}
    version = Decision.objects.get(pk=paper.pk).version
    sent = client.post(address, {**fields, "interests": "None", "version": version}, follow=True).content.decode()
    assert f"Kept: “Before payment: {PLAN}”." in sent
    assert f"Changed: “{REPORT}” to “Monthly.”." in sent


@settings(max_examples=4, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(amounts=st.lists(st.integers(1, 69_999).map(Decimal), min_size=1, max_size=2, unique=True))
def test_law_an_amendment_of_the_amount_changes_nothing_else(
    signed: Decision, grant: Award, grace: User, mo: User, robin: User, amounts: list[Decimal]
) -> None:
    with transaction.atomic():
        amends, before = signed, public_of(grant)
        for amount in amounts:
            reference = f"PCD-{800 + Decision.objects.count()}"
            paper = open_paper(signed.round, reference, grace, text="One grant changes.", amends=amends)
            change(paper, grant, grace, amount)
            submit(paper, grace, mo)
            decide(paper, robin)
            sign(paper, robin)
            writing.publish_decision(decision=paper, by=mo, at=LATER)
            amends = Decision.objects.select_related("round").get(pk=paper.pk)
        after = public_of(grant)
        # Each example starts from the signed decision.
        transaction.set_rollback(True)
    assert {name for name in before if before[name] != after[name]} <= {"amount", "decision", "approved_on"}
    assert after["amount"] == amounts[-1]


def public_of(grant: Award) -> dict[str, object]:
    public = {each.reference: each for each in published.grants()}[grant.reference]
    return {name: getattr(public, name) for name in public.__slots__}


@pytest.mark.usefixtures("submitted")
def test_what_is_printed_of_earlier_decisions_is_read_at_once(
    paper: Decision, robin: User, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    decide(paper, robin)
    items = list(paper.items.all())
    for several in (items, [*items, *items, *items]):
        with django_assert_num_queries(1):
            texts = rules.printed(several)
    assert texts[1] == f"Kept: “Before payment: {PLAN}”. Kept: “{REPORT}”. Kept the reason: “The need is shown.”."
