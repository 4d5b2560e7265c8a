"""Writing a paper in the browser: preview, drafts, both versions, who wrote what, and what blocks submission."""

from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from approvals.decisions import drafts, history, submission, writing
from approvals.decisions.drafts import TypedElsewhere
from approvals.decisions.history import Stretch
from approvals.models import Award, Decision, DecisionSection, SectionDraft
from approvals.paper import contents, sections, sources
from approvals.paper import figures as figures_of_paper
from approvals.prose.figures import masked
from approvals.routing import awards
from grants.models import AuditEvent, User
from grants.refusal import Refused
from tests import factories
from tests.approvals.decisions.sections import address, page, post, signed_in
from tests.approvals.steps import sign_off
from tests.bodies import MPS
from tests.factories import NOW

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files_made_once")]

STAY, GO = {"X-Autosave": "stay"}, {"X-Autosave": "go"}


@pytest.fixture
def section(returned: Decision) -> DecisionSection:
    return returned.sections.get(key="data")


@pytest.fixture
def client(grace: User) -> Client:
    return signed_in(grace)


def field(answer: HttpResponse) -> str:
    return str(answer.context["form"]["text"].value())


def write(section: DecisionSection, text: str, by: User) -> None:
    writing.write_section(decision=section.decision, key=section.key, text=text, by=by, at=NOW)


# Preview


def test_a_preview_shows_how_a_text_reads_and_changes_nothing(client: Client, section: DecisionSection) -> None:
    events = AuditEvent.objects.count()
    text = "Of {grants}, £0.95m and £9.99m; £84m."
    DecisionSection.objects.filter(pk=section.pk).update(
        figure_sources=[{"figure": "£84m", "sentence": text, "source": "The budget"}]
    )
    answer = post(client, section, text, then="preview")
    assert answer.status_code == 200
    assert field(answer) == "Of {grants}, £0.95m and £9.99m; £84m."
    standings = [(each.match.mention.text, each.match.standing.value) for each in answer.context["checks"]]
    assert standings == [("£0.95m", "not checked"), ("£9.99m", "unmatched"), ("£84m", "external")]
    preview = page(answer)
    assert '£1.44m<span class="app-paper__exact"> (£1,438,598)</span>' in preview
    assert "equals grants above the threshold (£947,234), but the sentence does not say that it is." in preview
    assert preview.count("If this comes from elsewhere, enter its source.") == 3
    assert "Source of £9.99m" in preview and 'value="The budget"' in preview
    section.refresh_from_db()
    assert section.text.startswith("The recommended projects do not use personal data")
    assert (AuditEvent.objects.count(), SectionDraft.objects.count()) == (events, 0)


def test_a_preview_escapes_what_was_typed(client: Client, section: DecisionSection) -> None:
    text = '<script>alert(1)</script> "£9.99m"<b>'
    for answer in (page(post(client, section, text, then="preview")), post(client, section, text, STAY).json()["html"]):
        assert "<script>alert" not in answer
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer


def test_a_form_from_another_site_is_refused(grace: User, section: DecisionSection) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(grace)
    for headers in (STAY, GO, None):
        assert post(strict, section, "Mine", headers).status_code == 403
    assert not SectionDraft.objects.exists()


def test_each_figure_is_listed_under_its_heading_with_the_ways_to_write_it(
    client: Client, section: DecisionSection
) -> None:
    answer = client.get(address(section))
    picks = dict(answer.context["picks"])
    assert list(picks) == ["Sums", "Counts", "Budget lines", "Limits", "Projects", "Each grant"]
    assert len(picks["Each grant"]) == 39
    everything = [figure.name for figures in picks.values() for figure in figures]
    assert sorted(everything) == sorted(figures_of_paper.figures_of(sources.sources(section.decision, NOW.date())))
    assert "{grants above the threshold|exact}</code> £947,234" in page(answer)


def test_a_figure_is_inserted_by_name_without_a_script(client: Client, section: DecisionSection) -> None:
    text = "One.\n\nTwo."
    answer = post(client, section, text, then="insert", figure="{Underspend}", style="exact", paragraph="1")
    assert field(answer) == "One. {underspend|exact}\n\nTwo."
    assert "£754,005" in page(answer) and "Nothing is saved until you save." in page(answer)
    answer = post(client, section, text, then="insert", figure="number of grants", style="", paragraph="0")
    assert field(answer) == "One.\n\nTwo. {number of grants}"
    section.refresh_from_db()
    assert section.text != text


@pytest.mark.parametrize(
    ("figure", "style", "message"),
    [
        ("", "", "Enter the name of a figure"),
        ("threshold above", "", "Do you mean “grants above the threshold”"),
        ("undersped", "", "Do you mean “underspend”"),
        ("zzz", "", "There is no figure called “zzz”."),
        ("number of grants", "m", "This figure cannot be written so."),
    ],
)
def test_a_figure_that_cannot_be_inserted_changes_nothing(
    client: Client, section: DecisionSection, figure: str, style: str, message: str
) -> None:
    answer = post(client, section, "One.", then="insert", figure=figure, style=style, paragraph="0")
    assert field(answer) == "One."
    assert message in page(answer)
    assert f'value="{figure}"' in page(answer) or not figure


# What blocks submission


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("It is £5.79m.", "“Data protection and privacy” says £5.79m, which matches no figure in this paper."),
        ("First.\n\nIt is £5.79m.", "See paragraph 2: “It is £5.79m”."),
        ("It is £1000,000.", "says £1000,000, which has a comma in the wrong place."),
        ("Nearly half a million was asked.", "says half a million, which is written in words"),
        ("We fund 40 grants.", "says 40 grants, which matches no count of grants in this paper."),
        (
            "We fund 39 projects.",
            "says 39 projects, which matches no count of projects in this paper; 39 is the figure “number",
        ),
        ("All 33 boroughs.", "says 33, which is wrong: 32 are reached"),
        ("Of {number of grants} projects.", "says {number of grants} projects, which matches no count of projects"),
        ("4 grants of £49,200 each.", "says 4 grants, which does not match the number of grants of £49,200 each (3)."),
        (
            "The 11 grants above the threshold are each above £50k.",
            "says each above £50k. That does not hold for 7 of the 11 grants above the threshold, which are below "
            "£50,000: Safe Camp Extension, lot 1: Hammersmith and Fulham (£49,200);",
        ),
        ("No grant in {appendix 1} exceeds £200k.", "That does not hold for 1 of the 11 grants above the threshold"),
    ],
)
def test_a_wrong_figure_blocks_submission_and_is_located(
    section: DecisionSection, grace: User, text: str, sentence: str
) -> None:
    write(section, text, grace)
    with pytest.raises(writing.NotReconciled) as refused:
        writing.submit_pack(decision=section.decision, by=grace, at=NOW)
    messages = [problem.message for problem in refused.value.problems]
    assert len(messages) == 1 and sentence in messages[0]
    assert {problem.reference for problem in refused.value.problems} == {"PCD-681 data"}


@pytest.mark.parametrize(
    "text",
    [
        "83 bids, of which 30 were rejected and 13 are internal: 39 grants, 34 projects, six rows in {table 2}.",
        "The 28 grants in {appendix 2} are each below £50,000, and so is each lot of Safe Camp Extension.",
        "Six projects, each above £50k. Two projects were paid early.",
        "3 grants of £49,200 each. One project is large. 11 grants, each alone or in aggregate above £50,000.",
        "£30k to £151k; 4,782,000 pounds; £0.95 million; seven criteria, five gates and 120 young people.",
    ],
)
def test_a_text_with_correct_figures_can_be_submitted(section: DecisionSection, grace: User, text: str) -> None:
    write(section, text, grace)
    assert writing.submit_pack(decision=section.decision, by=grace, at=NOW).version == 2


def test_a_title_may_name_what_does_not_change(section: DecisionSection, grace: User) -> None:
    made = writing.prepare_decision(
        round=section.decision.round,
        reference="PCD-9",
        title="Safer nights in all 32 boroughs",
        decision_by="DMPC",
        by=grace,
        at=NOW,
    )
    assert made.title == "Safer nights in all 32 boroughs"


@pytest.mark.parametrize("title", ["A fund of £4.78m", "39 grants for youth work", "Grants, each above £50k"])
def test_a_title_cannot_contain_a_figure_that_could_change(section: DecisionSection, grace: User, title: str) -> None:
    with pytest.raises(Refused, match="out of the title") as refused:
        writing.prepare_decision(
            round=section.decision.round, reference="PCD-9", title=title, decision_by="DMPC", by=grace, at=NOW
        )
    assert refused.value.field == "title"


# Drafts


def test_only_its_writer_sees_a_draft_and_the_paper_does_not_contain_it(
    client: Client, section: DecisionSection
) -> None:
    events = AuditEvent.objects.count()
    answer = post(client, section, "Half a thought about £9.99m", STAY)
    data = answer.json()
    assert (answer.status_code, data["open"]) == (200, 1)
    assert data["kept"].startswith("Draft saved ")
    assert "£9.99m" in data["html"]
    again = client.get(address(section))
    assert field(again) == "Half a thought about £9.99m"
    assert "This is your draft" in page(again)
    other = signed_in(User.objects.get(username="henry.ives")).get(address(section))
    assert "Half a thought" not in page(other)
    section.refresh_from_db()
    assert "Half a thought" not in section.text
    assert AuditEvent.objects.count() == events


def test_a_draft_goes_when_its_writer_saves_and_stays_when_another_does(
    client: Client, section: DecisionSection, grace: User
) -> None:
    henry = User.objects.get(username="henry.ives")
    for user in (grace, henry):
        drafts.keep_draft(section=section, text=f"By {user.name}", seen=section.version, token="", by=user, at=NOW)
    answer = post(client, section, "Saved", GO)
    assert answer.json() == {"next": reverse("approvals:decision", args=["PCD-681"])}
    section.refresh_from_db()
    assert section.text == "Saved"
    assert [draft.person for draft in SectionDraft.objects.all()] == [henry]


def test_two_windows_of_one_person_never_overwrite_each_other(section: DecisionSection, grace: User) -> None:
    def keep(text: str, token: str) -> SectionDraft:
        moments = NOW + timedelta(seconds=len(text))
        return drafts.keep_draft(section=section, text=text, seen=1, token=token, by=grace, at=moments)

    first = keep("One", "")
    with pytest.raises(TypedElsewhere) as refused:
        keep("Another", "")
    assert refused.value.draft == first
    second = keep("One and more", first.token)
    with pytest.raises(TypedElsewhere):
        keep("One, otherwise", first.token)
    # The response was lost, so the window sends the same text again.
    assert keep("One and more", first.token).token == second.token
    drafts.drop_draft(section=section, by=grace)
    with pytest.raises(TypedElsewhere):
        keep("One and yet more", second.token)


def test_the_script_receives_the_draft_of_the_other_window_and_the_page_shows_both(
    client: Client, section: DecisionSection
) -> None:
    token = post(client, section, "From one window", STAY).json()["draft"]
    answer = post(client, section, "From another", STAY)
    data = answer.json()
    assert (answer.status_code, data["standing"], data["draft"]) == (409, "From one window", token)
    both = post(client, section, "From another", then="preview")
    assert field(both) == "From another"
    assert "Typed by you in another window" in page(both)
    assert "From one window" in page(both)
    assert both.context["begun"]["draft"] == token
    assert post(client, section, "From another", STAY, draft=token).status_code == 200


def test_a_version_saved_by_somebody_else_is_shown_with_the_draft(client: Client, section: DecisionSection) -> None:
    henry = User.objects.get(username="henry.ives")
    post(client, section, "What Grace types", STAY)
    seen = section.version
    write(section, "What Henry saved", henry)
    section.refresh_from_db()
    later = post(client, section, "What Grace types on", STAY, version=seen, draft=draft_token(section)).json()
    assert later["newer"].startswith("Henry Ives saved this section on ")
    answer = client.get(address(section))
    assert field(answer) == "What Grace types on"
    assert "Saved by Henry Ives" in page(answer) and "What Henry saved" in page(answer)
    refused = post(client, section, "What Grace types on", version=seen)
    assert "Somebody changed" in page(refused)
    assert "What Henry saved" in page(refused) and field(refused) == "What Grace types on"
    # She sees both versions and replaces the saved one with hers.
    taken = post(client, section, "What Grace types on", version=section.version)
    assert taken.status_code == 302
    section.refresh_from_db()
    assert section.text == "What Grace types on"


def draft_token(section: DecisionSection) -> str:
    return SectionDraft.objects.get(section=section).token


def test_a_draft_can_be_discarded_and_a_very_long_one_is_refused(
    client: Client, section: DecisionSection, grace: User
) -> None:
    post(client, section, "Never mind", STAY)
    assert client.post(address(section), {"then": "discard"}).status_code == 302
    assert field(client.get(address(section))) == section.text
    answer = post(client, section, "x" * 100_001, STAY)
    assert (answer.status_code, answer.json()["error"]) == (409, "This is too long to keep as a draft")
    with pytest.raises(Refused):
        drafts.keep_draft(section=section, text="x" * 100_001, seen=1, token="", by=grace, at=NOW)


def test_what_is_typed_after_the_session_ended_waits_for_the_same_person(
    client: Client, section: DecisionSection, grace: User
) -> None:
    ticket = client.get(address(section)).content.decode().split('name="typed_by" value="')[1].split('"')[0]
    client.logout()
    assert post(client, section, "Typed too late", STAY, typed_by=ticket).status_code == 401
    assert post(client, section, "Typed too late", typed_by=ticket).status_code == 302
    client.post(reverse("grants:sign_in"), {"username": "grace.hall", "password": "demo-password-2019"})
    answer = client.get(address(section))
    assert field(answer) == "Typed too late"
    assert "What you typed is here, but it is not saved yet" in page(answer)
    assert "data-unsaved" in page(answer)


def test_a_draft_is_refused_under_the_name_of_somebody_else(client: Client, section: DecisionSection) -> None:
    ticket = client.get(address(section)).content.decode().split('name="typed_by" value="')[1].split('"')[0]
    henry = signed_in(User.objects.get(username="henry.ives"))
    assert post(henry, section, "Grace’s words", STAY, typed_by=ticket).status_code == 403
    assert not SectionDraft.objects.exists()


# The standard text


def test_the_standard_text_is_offered_for_an_empty_section_until_something_is_typed(
    client: Client, section: DecisionSection, grace: User
) -> None:
    assert "Start from the standard text" not in page(client.get(address(section)))
    assert field(client.get(f"{address(section)}?text=standard")) == section.text
    write(section, "", grace)
    section.refresh_from_db()
    assert "Start from the standard text" in page(client.get(address(section)))
    answer = client.get(f"{address(section)}?text=standard")
    assert "{number of grants with personal data}" not in field(answer)
    assert "a data protection impact assessment is completed before any payment" in field(answer)
    section.refresh_from_db()
    assert (section.text, SectionDraft.objects.count()) == ("", 0)
    post(client, section, "My own words", STAY)
    assert field(client.get(f"{address(section)}?text=standard")) == "My own words"


def fill_with_standard_text(decision: Decision, by: User) -> list[str]:
    known = figures_of_paper.known_of(sources.sources(decision, NOW.date()))
    for section in decision.sections.all():
        text = sections.standard_text(MPS.texts[section.key], known.figures, known.links)
        assert not any(character.isdigit() for character in masked(text)), text
        writing.write_section(decision=decision, key=section.key, text=text, by=by, at=NOW)
    source_values = sources.sources(decision, NOW.date())
    return [
        problem.message
        for problem in submission.faults(source_values, contents.checked_prose(source_values))
        if problem.check in ("section", "figure", "prose")
    ]


def test_the_standard_text_of_pcd_681_passes_every_check_and_is_submitted(returned: Decision, grace: User) -> None:
    assert fill_with_standard_text(returned, grace) == []
    assert "{contracts}" in returned.sections.get(key="summary").text
    sign_off(returned)
    assert writing.submit_pack(decision=returned, by=grace, at=NOW).version == 2


def test_the_standard_text_of_a_round_without_contracts_or_large_grants_passes_every_check() -> None:
    round = factories.open_round()
    lead = factories.person("cpie_lead", round=round)
    factories.award(round)
    awards.route_awards(round=round, by=lead, at=NOW)
    assert {award.route for award in Award.objects.filter(round=round)} == {"delegated"}
    decision = writing.prepare_decision(
        round=round, reference="PCD-900", title="Small", decision_by="Deputy Mayor", by=lead, at=NOW
    )
    assert fill_with_standard_text(decision, lead) == []
    texts = " ".join(decision.sections.values_list("text", flat=True))
    assert "contracts" not in texts and "{appendix 1}" not in texts and "{appendix 3}" not in texts
    assert "{appendix 2}" in texts
    # Even if the round is empty, only the section that is left out has no text.
    bare = writing.prepare_decision(
        round=factories.open_round(), reference="PCD-901", title="Bare", decision_by="Deputy Mayor",
        by=factories.person("cpie_lead"), at=NOW,
    )  # fmt: skip
    assert fill_with_standard_text(bare, factories.person("cpie_lead")) == []


# Who wrote what


def test_the_history_names_each_writer_and_the_words_that_changed(
    client: Client, section: DecisionSection, grace: User
) -> None:
    henry = User.objects.get(username="henry.ives")
    write(section, "The projects use no personal data of the public at all.", grace)
    write(section, "The projects use little personal data of the public at all.", henry)
    answer = client.get(reverse("approvals:section_history", args=["PCD-681", "data"]))
    newest, before = answer.context["versions"][:2]
    assert (newest.who, before.who) == ("Henry Ives", "Grace Hall")
    assert newest.changes == [
        Stretch("same", "The projects use "),
        Stretch("removed", "no "),
        Stretch("added", "little "),
        Stretch("same", "personal data of the public at all."),
    ]
    assert '<ins><span class="govuk-visually-hidden">added: </span>little </ins>' in page(answer)
    written = client.get(reverse("approvals:decision", args=["PCD-681"]))
    assert "Who wrote what" in page(written) and "Henry Ives, " in page(written)


@pytest.mark.parametrize(
    ("before", "after", "stretches"),
    [
        ("", "All new.", [Stretch("added", "All new.")]),
        ("All gone.", "", [Stretch("removed", "All gone.")]),
        ("The same.", "The same.", []),
        (
            "word " * 40 + "end",
            "word " * 40 + "close",
            [
                Stretch("left out", "…"),
                Stretch("same", "word " * 12),
                Stretch("removed", "end"),
                Stretch("added", "close"),
            ],
        ),
    ],
)
def test_only_what_is_near_a_change_is_shown(before: str, after: str, stretches: list[Stretch]) -> None:
    assert list(history.changes(before, after)) == stretches


def test_opening_a_page_saves_nothing(section: DecisionSection, client: Client) -> None:
    client.get(address(section), headers=STAY)
    assert not SectionDraft.objects.filter(section=section).exists()
