"""The sources of figures from elsewhere: set beside the text of a section, each for its own sentence."""

import pytest
from django.test import Client

from approvals.decisions import sign_offs, submission, writing
from approvals.enums import Area
from approvals.models import Decision, DecisionSection
from approvals.paper import pack as packs
from approvals.prose import elsewhere
from approvals.prose.elsewhere import Source
from grants.models import AuditEvent, User
from tests.approvals.decisions.sections import page, post, signed_in
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]


@pytest.fixture
def section(returned: Decision) -> DecisionSection:
    return returned.sections.get(key="data")


@pytest.fixture
def client(grace: User) -> Client:
    return signed_in(grace)


def test_a_count_from_elsewhere_is_accepted_with_its_source(section: DecisionSection, grace: User) -> None:
    text = "Nine boroughs were asked."
    source = Source("Nine boroughs", text, "The minutes of May")
    writing.write_section(decision=section.decision, key="data", text=text, by=grace, at=NOW, sources=[source])
    # The finance adviser sees the sources of figures from elsewhere, and so does every reader.
    with pytest.raises(writing.NotReconciled, match="sign-off of finance is void: From elsewhere, Nine boroughs"):
        writing.submit_pack(decision=section.decision, by=grace, at=NOW)
    finance = User.objects.get(username="kit.lane")
    sign_offs.sign_off(decision=section.decision, area=Area.FINANCE, answer="signed", by=finance, at=NOW)
    frozen = writing.submit_pack(decision=section.decision, by=grace, at=NOW)
    assert frozen.version == 2
    listed = [note for note in packs.read(frozen)["figure_notes"] if note["name"] == "from elsewhere"]
    assert [(note["exact"], note["source"]) for note in listed][-1] == ("Nine boroughs", "The minutes of May")
    assert "The minutes of May" in frozen.html


def name_of(text: str, figure: str) -> str:
    """Return the name of the field for the source of a figure in a text of one sentence."""
    return elsewhere.digest(elsewhere.place_of(text, figure, 0))


def test_a_source_is_saved_with_the_section_and_belongs_to_its_sentence(
    client: Client, section: DecisionSection
) -> None:
    text = "The Home Office gave £9.99m."
    answer = post(client, section, text, **{name_of(text, "£9.99m"): " The letter of May "})
    assert answer.status_code == 302
    section.refresh_from_db()
    assert section.figure_sources == [{"figure": "£9.99m", "sentence": text, "source": "The letter of May"}]
    event = AuditEvent.objects.filter(action="write section", subject=section.reference).latest("number")
    assert event.facts["figures from elsewhere"] == "£9.99m: The letter of May"
    problems = submission.of(section.decision, at=NOW).problems
    assert not [problem for problem in problems if problem.check == "prose"]
    again = post(client, section, f"{text} Another sentence has £9.99m.", then="preview")
    standings = [(each.match.mention.text, each.match.standing.value) for each in again.context["checks"]]
    assert standings == [("£9.99m", "external"), ("£9.99m", "unmatched")]


def test_a_changed_sentence_is_offered_the_source_that_it_had(client: Client, section: DecisionSection) -> None:
    text = "The Home Office gave £9.99m."
    post(client, section, text, **{name_of(text, "£9.99m"): "The letter of May"})
    section.refresh_from_db()
    changed = "The Home Office gave £9.99m in May."
    answer = post(client, section, changed, then="preview")
    (check,) = answer.context["checks"]
    assert check.match.standing == "unmatched"
    assert 'value="The letter of May"' in page(answer)
    post(client, section, changed, **{name_of(changed, "£9.99m"): ""})
    section.refresh_from_db()
    assert section.figure_sources == []


@pytest.mark.parametrize(
    "text",
    [
        # The grant of London Blues is £151,361, and no source makes it another.
        "London Blues receives £151,631.",
        "The underspend is £754,500.",
        "It costs £106,00.",
        "We were told of £1.5.3m.",
        "It is half a million pounds.",
        "50% of bids were rejected.",
        "The 28 grants in {appendix 2} are each above £50,000.",
    ],
)
def test_no_source_excuses_what_is_contradicted_or_malformed(
    client: Client, section: DecisionSection, text: str
) -> None:
    answer = post(client, section, text, then="preview")
    wrong = [each for each in answer.context["checks"] if each.match.standing == "unmatched"]
    assert wrong and all(each.form is None for each in wrong)
    every = {name_of(text, each.match.mention.text): "I say so" for each in wrong}
    post(client, section, text, **every)
    problems = submission.of(section.decision, at=NOW).problems
    assert [problem.reference for problem in problems if problem.check == "prose"] == ["PCD-681 data"]


def test_one_thing_with_two_sums_from_elsewhere_is_refused_with_both_places(
    section: DecisionSection, grace: User
) -> None:
    decision = section.decision
    for key, text, figure in (
        ("data", "The Ministry gives Exmoor Rangers £264,700.", "£264,700"),
        ("legal", "Of this £246,700 is for Exmoor Rangers.", "£246,700"),
    ):
        source = Source(figure, text, "The letter of May")
        writing.write_section(decision=decision, key=key, text=text, by=grace, at=NOW, sources=[source])
    messages = [problem.message for problem in submission.of(decision, at=NOW).problems]
    (message,) = [each for each in messages if "of the same thing" in each]
    assert "£264,700" in message and "£246,700" in message
    assert message.count("paragraph 1: “") == 2
