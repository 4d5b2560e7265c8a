"""A paper with a text that it cannot print is not submitted, and a lead says what is printed instead."""

import csv
import io
import json
import shutil
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from docx import Document
from pypdf import PdfReader

from approvals.decisions import submission, writing
from approvals.decisions.sign_offs import who_prepared
from approvals.decisions.writing import NotReconciled
from approvals.loading import playing
from approvals.loading.folder import Folder
from approvals.models import Decision, DecisionSection, Pack
from approvals.outputs import open_data, published, verifying, word
from approvals.paper import pack as packs
from approvals.paper import spellings
from approvals.paper.spellings import Unprinted, spelled
from bids.models import Bid
from bids.models.bids import BidQuerySet
from grants import money
from grants.models import AuditEvent, Organisation, User
from grants.refusal import Refused, Stale
from grants.tables import as_exact_csv
from tests.approvals.outputs.test_open_data import BY, values
from tests.bids.sheets.making import INPUTS
from tests.conftest import DEMO_PASSWORD
from tests.factories import NOW
from tests.grants.test_printable import NAMES

pytestmark = pytest.mark.django_db
BIKE = "Safe 🚲 rides"


def estates(folder: Path, **changes: dict[str, str]) -> Folder:
    """The round of green estates in a folder of its own, with the cells of some bids changed, each by its number."""
    shutil.copytree(Path(settings.BASE_DIR) / "fixtures" / "green-estates", folder, dirs_exist_ok=True)
    with (folder / "bids.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    for row in rows:
        row.update(changes.get(row["your_reference"].replace("-", ""), {}))
    with (folder / "bids.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return Folder(folder, password=DEMO_PASSWORD)


def play(folder: Folder, until: str) -> Decision:
    playing.play(folder, until, say=lambda line: None)
    return folder.decision()


@pytest.fixture
def biked(returned: Decision) -> Decision:
    """PCD 681, returned to its writers, with a bicycle in the title of the second delegated grant."""
    second(returned).update(title=BIKE)
    return returned


def second(decision: Decision) -> BidQuerySet:
    """The bid of the second grant of Appendix 2."""
    reference = packs.read(Pack.objects.filter(decision=decision)[0])["appendix_2"][1]["bid"]
    return Bid.objects.filter(round=decision.round, source_reference=reference)


def of_draft(decision: Decision) -> list[str]:
    """What keeps the draft from being submitted because it cannot be printed."""
    problems = submission.of(Decision.objects.get(pk=decision.pk), at=NOW).problems
    return [problem.message for problem in problems if problem.check == "character"]


def lead_of(decision: Decision) -> User:
    events = AuditEvent.objects.filter(round=decision.round, action="prepare decision").select_related("actor")
    actor = events[0].actor
    assert actor
    return actor


def spell(decision: Decision, printed: str, *, run: str = "🚲", seen: int | None = None) -> None:
    unprinted = submission.unprinted(decision, at=NOW)
    key = next((each.key for each in unprinted if each.run == run), "none")
    writing.spell_text(
        decision=decision, key=key, printed=printed, reason="No shape", by=lead_of(decision), at=NOW, seen=seen
    )


# What is refused, and where it stands


def test_the_draft_names_the_character_the_bid_and_the_place(biked: Decision) -> None:
    reference = second(biked)[0].source_reference
    assert of_draft(biked) == [
        f"The title of {reference} has U+1F6B2 BICYCLE, which the paper cannot print (Appendix 2, grant 2). "
        "Say what is printed instead."
    ]


def test_it_keeps_the_paper_from_being_submitted(biked: Decision, grace: User) -> None:
    with pytest.raises(NotReconciled, match=r"U\+1F6B2 BICYCLE, which the paper cannot print \(Appendix 2, grant 2\)"):
        writing.submit_pack(decision=biked, by=grace, at=NOW)


def test_each_text_of_a_paper_is_named_as_whose_it_is(biked: Decision) -> None:
    (bid,), name = second(biked), second(biked)[0].source_reference
    second(biked).update(title="Rides", summary="Rides 🎉", outcomes="x\ufeff", sponsoring_unit="Unit \ue000")
    Organisation.objects.filter(pk=bid.recipient_id).update(name="ქართული სახლი")
    DecisionSection.objects.filter(decision=biked, key="summary").update(text="Everything is 👍.\n\nGood \u202etfel.")
    messages = of_draft(biked)
    for start in (
        "“Executive summary” has U+1F44D THUMBS UP SIGN, which the paper cannot print. Replace it in paragraph 1.",
        "“Executive summary” has U+202E RIGHT-TO-LEFT OVERRIDE, which the paper cannot print. Replace it in paragraph",
        f"The summary of {name} has U+1F389 PARTY POPPER, which the paper cannot print (Appendix 2, grant 2).",
        f"The outcomes of {name} has U+FEFF ZERO WIDTH NO-BREAK SPACE, which the paper cannot print (Appendix 2, grant",
        f"The sponsoring unit of {name} has U+E000 (private use), which the paper cannot print (Appendix 2, grant 2).",
        "The name of the recipient “ქართული სახლი” has U+10E5 GEORGIAN LETTER KHAR, U+10D0 GEORGIAN LETTER AN, "
        "U+10E0 GEORGIAN LETTER RAE and 6 more characters, which the paper cannot print (Appendix 2, grant 2).",
    ):
        assert [message for message in messages if message.startswith(start)], start
    assert len(messages) == 6


def test_what_only_the_paper_composes_is_named_by_its_place() -> None:
    nothing: dict[str, Any] = {key: [] for key in ("sections", "appendix_1", "appendix_2", "contracts", "table_3")}
    asked = {"number": 2, "text": "that 🚲 was paid early", "items": []}
    note = {"name": "a", "exact": "£1", "source": "The grant for 🚲"}
    paper = nothing | {"title": "T", "decision_by": "D", "round": {"title": "R"}, "recommendations": [asked]}
    paper["figure_notes"] = [note]
    (only,) = spellings.unprinted(paper)
    assert only.message.startswith(
        "Recommendation 2 has U+1F6B2 BICYCLE, which the paper cannot print (Recommendations)"
    )


def test_the_scripts_of_london_keep_no_paper(biked: Decision) -> None:
    (bid,) = second(biked)
    every_name = " ".join(NAMES.values())
    second(biked).update(title=every_name[:150], summary=every_name)
    Organisation.objects.filter(pk=bid.recipient_id).update(name=every_name[-150:])
    assert of_draft(biked) == []


def test_a_title_that_is_a_formula_keeps_the_paper(biked: Decision) -> None:
    formula = '=HYPERLINK("http://evil.example","Rides")'
    second(biked).update(title=formula)
    whose = f"The title of {second(biked)[0].source_reference}"
    assert of_draft(biked) == [
        f"{whose} is a formula that a spreadsheet would compute, {formula} (Appendix 2, grant 2). "
        "Say what is printed instead."
    ]
    with pytest.raises(Refused, match="nothing would be left"):
        spell(biked, "", run=formula)
    with pytest.raises(Refused, match="A spreadsheet would compute this"):
        spell(biked, "+cmd|' /C calc'!A0", run=formula)
    spell(biked, "Rides", run=formula)
    assert of_draft(biked) == []


# What is printed instead


@pytest.mark.parametrize(
    ("text", "printed", "result"),
    [
        ("Safe 🚲 rides", "cycle", "Safe cycle rides"),
        ("Safe 🚲 rides", "", "Safe rides"),
        ("🚲 rides", "", "rides"),
        ("Rides 🚲", "", "Rides"),
        ("🚲🚲", "x", "xx"),
        ("Rides", "x", "Rides"),
    ],
)
def test_a_spelling_stands_in_for_the_text(text: str, printed: str, result: str) -> None:
    assert spelled(text, [{"text": "🚲", "printed": printed, "reason": "r"}]) == result


def test_the_longer_of_two_texts_is_spelled_first() -> None:
    both = [{"text": "🚲", "printed": "cycle"}, {"text": "🚲🎉", "printed": "race"}]
    assert spelled("🚲🎉 and 🚲", both) == "race and cycle"


def test_every_form_of_the_paper_has_the_spelling_and_a_note(tmp_path: Path) -> None:
    folder = estates(tmp_path, GE08={"title": BIKE})
    folder.text["printed_instead"] = [{"text": "🚲", "printed": "cycle", "reason": "No shape"}]
    decision = play(folder, "published")
    record = decision.record
    paper, note = packs.read(record.pack), "“cycle” stands for U+1F6B2 BICYCLE."
    assert "Safe cycle rides" in [row["title"] for row in paper["appendix_2"]]
    assert "🚲" not in record.pack.canonical + record.html
    assert paper["printing"]["notes"] == [note]
    pdf = " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(record.pdf))).pages).split())
    assert "Safe cycle rides: £8,450.50" in pdf and note in pdf and "[U+" not in pdf
    assert "Safe cycle rides" in record.html and note in record.html
    written = "\n".join(paragraph.text for paragraph in Document(io.BytesIO(word.of_record(record))).paragraphs)
    assert "Safe cycle rides" in written and note in written
    assert "Safe cycle rides" in [grant.title for grant in published.grants(decision.round)]
    assert Bid.objects.get(source_reference="GE-08", round=decision.round).title == BIKE
    assert all(check.holds for check in verifying.checks(decision))


def test_the_file_that_once_printed_code_points_is_printed_and_published_as_it_is(tmp_path: Path) -> None:
    folder = estates(tmp_path)
    shutil.copy(INPUTS / "c08-glyphs-and-apostrophes-round-bids.csv", tmp_path / "bids.csv")
    decision = play(folder, "paper")
    # The bicycle is in no typeface; all other letters of the file are.
    assert [message.partition(" has ")[2].partition(",")[0] for message in of_draft(decision)] == ["U+1F6B2 BICYCLE"]


def test_what_that_file_names_is_published_alike_in_every_form(tmp_path: Path) -> None:
    folder = estates(tmp_path)
    shutil.copy(INPUTS / "c08-glyphs-and-apostrophes-round-bids.csv", tmp_path / "bids.csv")
    folder.text["printed_instead"] = [{"text": "🚲", "printed": "cycle", "reason": "No shape"}]
    decision = play(folder, "published")
    pdf = "".join(page.extract_text() for page in PdfReader(io.BytesIO(bytes(decision.record.pdf))).pages)
    assert "@Home: safe flats" in pdf and "[U+" not in pdf
    package = open_data.package(published.grants(decision.round), BY)
    text = "".join(as_exact_csv(open_data.rows(package)))
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert [(row["Title"], row["Description"], row["Recipient Org:Name"]) for row in rows] == values(package)
    assert {"@Home: safe flats", "=Equal mothers"} <= {row["Title"] for row in rows}
    assert {"Bangla Khel বাংলা খেলা", "华埠社区中心", "ਪੰਜਾਬੀ ਸਭਾ"} <= {row["Recipient Org:Name"] for row in rows}


def test_a_sum_is_checked_against_the_name_as_it_is_printed(biked: Decision) -> None:
    spell(biked, "cycle")
    other = money.pounds(Decimal(submission.of(biked, at=NOW).paper["appendix_2"][0]["amount"]))
    text = f"Safe cycle rides gets {other}."
    DecisionSection.objects.filter(decision=biked, key="issues").update(text=text)
    problems = submission.of(Decision.objects.get(pk=biked.pk), at=NOW).problems
    (message,) = [each.message for each in problems if each.check == "prose"]
    assert f"says {other}, which" in message


def test_it_is_kept_with_its_reason_in_the_trail_and_can_be_changed(biked: Decision) -> None:
    spell(biked, "bike")
    spell(biked, "cycle")
    biked.refresh_from_db()
    assert biked.spellings == [{"text": "🚲", "printed": "cycle", "reason": "No shape"}]
    event = AuditEvent.objects.filter(action="spell text").latest("pk")
    assert (event.because, event.before) == ("No shape", {"printed": "bike"})
    assert event.facts == {"text": "🚲", "printed": "cycle"}
    assert of_draft(biked) == []


def test_a_spelling_that_cannot_be_printed_either_is_refused(biked: Decision) -> None:
    with pytest.raises(Refused, match=r"The paper cannot print U\+1F389 PARTY POPPER either"):
        spell(biked, "🎉")
    with pytest.raises(Refused, match="Choose a text that this paper cannot print"):
        spell(biked, "x", run="Safe")
    with pytest.raises(Stale):
        spell(biked, "x", seen=99)
    assert not AuditEvent.objects.filter(action="spell text").exists()


def test_the_next_paper_of_the_round_begins_with_it(biked: Decision) -> None:
    spell(biked, "cycle")
    later = writing.prepare_decision(
        round=biked.round, reference="PCD-99001", title="Later", decision_by="x", by=lead_of(biked), at=NOW
    )
    assert later.spellings == [{"text": "🚲", "printed": "cycle", "reason": "No shape"}]


def test_a_submitted_paper_takes_none(decision: Decision, grace: User) -> None:
    with pytest.raises(Refused, match="has been submitted"):
        writing.spell_text(decision=decision, key="x", printed="", reason="r", by=grace, at=NOW)


def test_who_says_what_is_printed_has_prepared_the_paper(biked: Decision) -> None:
    spell(biked, "cycle")
    assert lead_of(biked).username in who_prepared(biked)


# On the pages


def test_a_lead_is_led_from_the_problem_to_the_page_that_mends_it(biked: Decision) -> None:
    client = Client()
    client.force_login(lead_of(biked))
    address = reverse("approvals:spell_text", args=[biked.reference])
    decision_page = reverse("approvals:decision", args=[biked.reference])
    assert f'href="{address}"' in client.get(decision_page).content.decode()
    page = client.get(address).content.decode()
    assert f"The title of {second(biked)[0].source_reference} has U+1F6B2 BICYCLE, which the paper cannot print" in page
    (each,) = {unprinted.key for unprinted in submission.unprinted(biked, at=NOW)}
    biked.refresh_from_db()
    sent = {"key": each, "printed": "🎉", "reason": "No shape", "version": biked.version}
    again = client.post(address, sent).content.decode()
    assert "The paper cannot print U+1F389 PARTY POPPER either" in again
    assert 'value="🎉"' in again and "No shape" in again
    answer = client.post(address, sent | {"printed": "cycle"}, follow=True)
    assert answer.redirect_chain == [(decision_page, 302)]
    assert "You saved what is printed instead" in answer.content.decode()
    assert "U+1F6B2" not in answer.content.decode().split('<article class="app-paper">')[0].split("Sign-offs")[0]
    assert "“cycle” for <bdi>🚲</bdi> (U+1F6B2 BICYCLE): No shape" in client.get(address).content.decode()


def test_a_paper_that_prints_everything_says_so(returned: Decision, grace: User) -> None:
    client = Client()
    client.force_login(grace)
    page = client.get(reverse("approvals:spell_text", args=[returned.reference])).content.decode()
    assert "This paper can print all of its texts." in page
    assert "Print instead" not in page


def test_a_name_from_right_to_left_is_set_apart_on_the_page(biked: Decision) -> None:
    second(biked).update(title=NAMES["Arabic"])
    paper = submission.of(Decision.objects.get(pk=biked.pk), at=NOW).paper
    assert f"\u2068{NAMES['Arabic']}\u2069" in packs.html(paper)
    assert "\u2068" not in json.dumps(paper, ensure_ascii=False)


def test_a_run_has_a_key_that_a_browser_cannot_change() -> None:
    text = spellings.Text("=A(1)\n2", "W", "P", listed=True)
    assert Unprinted("=A(1)\n2", "x", text).key == Unprinted("=A(1)\n2", "y", text).key
