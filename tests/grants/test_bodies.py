"""A body is a folder: what its files say is read with the file and line of each error, and kept by its digest."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import LazySettings, settings
from django.db import InternalError, transaction

from grants import body_folder
from grants.bodies import Deciding, How, NoSuchArea, body_of
from grants.body_folder import BadBody
from grants.models import BodyVersion, Round, own_body
from grants.roles import Role
from grants.rounds import rounds
from tests.bodies import MPS, VALE
from tests.factories import NOW, person
from tests.grants.rounds.test_rounds import FACTS

VALE_FOLDER = settings.BASE_DIR / "fixtures/force-vale"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the second body's folder, to change."""
    return Path(shutil.copytree(VALE_FOLDER, tmp_path / "body"))


def replace(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


def test_the_body_of_the_demo_has_what_pcd_681_rests_on() -> None:
    assert len(MPS.areas.each) == 32
    assert MPS.areas.have_a_map and not VALE.areas.have_a_map
    assert "Central West" in MPS.units and "CPIE" in MPS.units
    assert [(limit.kind, limit.amount, limit.citation) for limit in MPS.limits] == [
        ("grant", Decimal("50000.00"), "Scheme 4.8"),
        ("exemption", Decimal("100000.00"), "Scheme 4.13"),
        ("procurement", Decimal("181302.00"), "PCR 2015"),
    ]
    assert MPS.offices.of(Role.DMPC) == "Deputy Mayor for Policing and Crime"
    assert [MPS.offices.level(level) for level in ("dmpc", "delegated", "")] == [
        "Deputy Mayor",
        "CPIE lead, delegated",
        "",
    ]


def test_the_second_body_has_its_own_offices_criteria_and_columns() -> None:
    assert VALE.offices.of(Role.DMPC) == "Police and Crime Commissioner"
    assert VALE.offices.of(Role.MEMBER) == "Panel member"
    assert [criterion.number for criterion in VALE.criteria] == [1, 2, 3, 4]
    assert (VALE.column("boroughs"), VALE.column("london_living_wage")) == ("districts", "living_wage")
    assert (MPS.column("boroughs"), MPS.column("london_living_wage")) == ("boroughs", "london_living_wage")
    assert VALE.is_police("The Hill Command") and VALE.is_police("orran police") and not VALE.is_police("Ashmere Forum")


def test_the_trail_reads_in_the_words_of_the_body() -> None:
    facts = {"route": "dmpc", "role": "cpie_lead", "boroughs": ["X07000001"], "now": {"level": "delegated"}, "count": 2}
    assert VALE.in_words(facts) == {
        "route": "Commissioner",
        "role": "Grants lead",
        "districts": ["X07000001"],
        "now": {"level": "Grants lead, delegated"},
        "count": 2,
    }


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Ashmere; Dunholt", ["X07000001", "X07000004"]),
        ("dunholt;ASHMERE; Ashmere", ["X07000001", "X07000004"]),
        ("all 5 districts", [f"X0700000{number}" for number in range(1, 6)]),
        ("", []),
    ],
)
def test_areas_are_read_by_name(text: str, codes: list[str]) -> None:
    assert VALE.areas.read(text) == codes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "Ashmere; Camden",
            "“Camden” is not one of the 5 districts of the Vale of Orran: "
            "Ashmere, Brackwater, Corran Vale, Dunholt, Eastry Fen",
        ),
        ("port sallow", "Port Sallow has a force of its own"),
    ],
)
def test_a_name_that_is_not_an_area_is_refused_in_the_words_of_the_body(text: str, message: str) -> None:
    with pytest.raises(NoSuchArea) as refused:
        VALE.areas.read(text)
    assert str(refused.value) == message


def test_areas_are_named_one_by_one_or_as_all_of_them() -> None:
    every = [area.code for area in VALE.areas.each]
    assert VALE.areas.names(every[:2]) == "Ashmere, Brackwater"
    assert VALE.areas.names(every) == "All 5 districts"
    assert VALE.locations(every) == [
        {"name": "All 5 districts", "countryCode": "GB", "geoCode": "X23000099", "geoCodeType": "PFA"}
    ]
    assert VALE.locations(every[:1]) == [
        {"name": "Ashmere", "countryCode": "GB", "geoCode": "X07000001", "geoCodeType": "LAD"}
    ]


def test_a_stored_body_is_read_back_unchanged() -> None:
    assert body_of(MPS.data) == MPS
    assert body_of(MPS.data).digest == MPS.digest != VALE.digest


@pytest.mark.parametrize(
    ("name", "old", "new", "message"),
    [
        ("body.toml", 'name = "Vale', 'nome = "Vale', "body.toml: nome is not known"),
        ("body.toml", "decider_short =", "decider_brief =", "body.toml: offices.decider_brief is not known"),
        ("body.toml", 'lead = "Grants lead"', "lead = 5", "body.toml: offices.lead must be a text"),
        ("body.toml", "[geography]", "[geographies]", "body.toml: geographies is not known"),
        ("areas.csv", "code,name", "code,title", "areas.csv: the first row must be code,name,unit,column,row"),
        ("areas.csv", "Dunholt", "Ashmere", "areas.csv, row 5, name: “ashmere” appears twice"),
        ("areas.csv", "X07000004", "X0700000004", "areas.csv, row 5, code: must be at most 9 characters long"),
        (
            "areas.csv",
            "Ashmere,Hill Command,,",
            "Ashmere,Hill Command,1,1",
            "areas.csv: either every area has a column",
        ),
        ("areas.csv", "Ashmere,Hill Command,,", "Ashmere,Hill Command,a,", "areas.csv, row 2, column: “a” must be"),
        ("areas.csv", "Dunholt", '"Dunholt, Upper"', "areas.csv, row 5, name: must hold no comma"),
        ("limits.csv", "25000.00", "25000.001", "limits.csv, row 2, limit: “25000.001” must be an amount"),
        ("limits.csv", "grant,", "gift,", "limits.csv, row 2, kind: “gift” must be one of grant, exemption"),
        ("limits.csv", "grant,", "exemption,", "limits.csv: there must be a limit for a grant"),
        ("tags.csv", "theme,", "objective,", "tags.csv: there must be a theme"),
        ("criteria.csv", "3,Likely", "5,Likely", "criteria.csv, row 4, number: must be 3"),
        ("criteria.csv", ",An opinion,", ",,", "criteria.csv, row 4, 1: must not be empty"),
        ("criteria.csv", "no,yes,2,", "no,no,2,", "criteria.csv, row 4, gate: a criterion is a gate"),
        ("criteria.csv", ",The results fall", "," + "x" * 201, "criteria.csv, row 3, fail: must be at most 200"),
        ("criteria.csv", "no,yes,2,", "no,yes,none,", "criteria.csv, row 4, weight: “none” must be a number"),
        ("sections.toml", "legal = [", 'other = "One text"\nlegal = [', "sections.toml: other must be a list"),
    ],
)
def test_an_error_names_its_file_and_place(folder: Path, name: str, old: str, new: str, message: str) -> None:
    replace(folder, name, old, new)
    with pytest.raises(BadBody) as refused:
        body_folder.read(folder)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('how = "vote"', "deciding.how must be one of one, joint, committee"),
        ('how = "joint"', "deciding.least must be a whole number from 2"),
        ('how = "committee"\nleast = "3"', "deciding.least must be a whole number from 2"),
        ('how = "one"\nleast = 2', "deciding.least must be 1 where one person decides"),
        ('how = "one"\nquorum = 2', "deciding.quorum is not known"),
    ],
)
def test_how_a_body_decides_is_refused_where_it_cannot_be(folder: Path, table: str, message: str) -> None:
    with (folder / "body.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[deciding]\n{table}\n")
    with pytest.raises(BadBody, match=message):
        body_folder.read(folder)


def test_a_body_says_how_it_decides(folder: Path) -> None:
    assert (VALE.deciding, MPS.deciding) == (Deciding(), Deciding())
    with (folder / "body.toml").open("a", encoding="utf-8") as file:
        file.write('\n[deciding]\nhow = "committee"\nleast = 3\n')
    own = body_folder.read(folder)
    assert own.deciding == Deciding(How.COMMITTEE, 3)
    assert body_of(own.data).deciding == own.deciding
    assert own.digest != VALE.digest


def test_rows_of_a_kind_are_its_levels(folder: Path) -> None:
    head = "kind,limit,below,at_or_above,citation\n"
    (folder / "limits.csv").write_text(
        f"{head}grant,10000,Officer,Committee,Scheme 2.1\ngrant,50000,Committee,Board,Scheme 2.2\n", encoding="utf-8"
    )
    body_folder.read.cache_clear()
    [limit] = body_folder.read(folder).limits
    assert (limit.amount, limit.below, limit.at_or_above) == (Decimal(10000), "Officer", "Committee")
    assert limit.further == ({"from": "50000.00", "who": "Board", "citation": "Scheme 2.2"},)


def test_a_limit_of_nought_says_that_nothing_is_delegated(folder: Path) -> None:
    head = "kind,limit,below,at_or_above,citation\n"
    (folder / "limits.csv").write_text(f"{head}grant,0,,Board,Scheme 1\n", encoding="utf-8")
    body_folder.read.cache_clear()
    [limit] = body_folder.read(folder).limits
    assert (limit.amount, limit.below, limit.at_or_above) == (Decimal(0), "", "Board")


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("grant,10000,Officer,Committee,2.1\ngrant,9000,Committee,Board,2.2", "row 3, limit: A level must begin above"),
        ("grant,10000,Officer,Committee,2.1\ngrant,50000,Officer,Board,2.2", "row 3, below: must be “Committee”"),
        ("grant,0,Officer,Committee,2.1", "row 2, limit: must be above 0, or 0 with nobody below it"),
        ("grant,-5,Officer,Committee,2.1", "row 2, limit: must be above 0"),
        ("grant,5,,Committee,2.1", "row 2, below: must not be empty"),
    ],
)
def test_levels_that_do_not_follow_each_other_are_refused(folder: Path, rows: str, message: str) -> None:
    (folder / "limits.csv").write_text(f"kind,limit,below,at_or_above,citation\n{rows}\n", encoding="utf-8")
    body_folder.read.cache_clear()
    with pytest.raises(BadBody) as refused:
        body_folder.read(folder)
    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("powers", "message"),
    [
        ('"Invented Act"', "other_powers must be a list of texts"),
        ('[" "]', "each of other_powers must have 1 to 200 characters"),
        (f'["{"x" * 201}"]', "each of other_powers must have 1 to 200 characters"),
        ('["Invented Act", "Invented Act"]', "other_powers must name each power once, and not legal_power again"),
        ('["Invented Grants Act 2001 section 4"]', "must name each power once, and not legal_power again"),
    ],
)
def test_powers_that_cannot_be_chosen_are_refused(folder: Path, powers: str, message: str) -> None:
    replace(folder, "body.toml", "unit_example", f"other_powers = {powers}\nunit_example")
    body_folder.read.cache_clear()
    with pytest.raises(BadBody, match=message):
        body_folder.read(folder)


@pytest.mark.parametrize("percent", ['"101"', '"-1"', '"2.505"', '"much"', "5"])
def test_a_percentage_that_is_none_is_refused(folder: Path, percent: str) -> None:
    replace(folder, "body.toml", "unit_example", f"over_allocation_percent = {percent}\nunit_example")
    body_folder.read.cache_clear()
    with pytest.raises(BadBody, match="over_allocation_percent must be a text"):
        body_folder.read(folder)


def test_a_body_says_by_how_much_its_rounds_may_be_over_allocated(folder: Path) -> None:
    assert body_folder.read(folder).over_allocation_percent == 0
    replace(folder, "body.toml", "unit_example", 'over_allocation_percent = "2.5"\nunit_example')
    body_folder.read.cache_clear()
    body = body_folder.read(folder)
    assert (body.over_allocation_percent, body.data["over_allocation_percent"]) == (Decimal("2.5"), "2.50")


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        ('[deciding.levels."Nobody"]\nhow = "one"', "deciding.levels.Nobody is no level of limits.csv"),
        ('[deciding.levels."Board"]\nhow = "alone"', "deciding.levels.Board.how must be one of one, joint, committee"),
        ("levels = 1", "deciding.levels must have a table for each level"),
    ],
)
def test_a_level_that_decides_in_its_own_way_is_one_of_the_limits(folder: Path, levels: str, message: str) -> None:
    replace(folder, "body.toml", "[offices]", f'[deciding]\nhow = "one"\n{levels}\n\n[offices]')
    body_folder.read.cache_clear()
    with pytest.raises(BadBody, match=message):
        body_folder.read(folder)


@pytest.mark.parametrize(
    ("reasons", "message"),
    [
        ('funded = "Good."', "outcome_reasons.failed must be a text"),
        ('funded = "Good."\nfailed = "No."\nnot_funded = "None."\nbest = "Yes."', "outcome_reasons.best is not known"),
        ('funded = "Place {place}"\nfailed = "No."\nnot_funded = "None."', "outcome_reasons.funded .* no placeholder"),
        ('funded = "Good."\nfailed = "{mark}"\nnot_funded = "None."', "no placeholder but {failed}"),
        (f'funded = "{"x" * 2001}"\nfailed = "No."\nnot_funded = "None."', "at most 2000 characters"),
    ],
)
def test_words_for_outcomes_that_cannot_be_used_are_refused(folder: Path, reasons: str, message: str) -> None:
    body = (folder / "body.toml").read_text(encoding="utf-8").split("[outcome_reasons]")[0]
    (folder / "body.toml").write_text(f"{body}[outcome_reasons]\n{reasons}\n", encoding="utf-8")
    body_folder.read.cache_clear()
    with pytest.raises(BadBody, match=message):
        body_folder.read(folder)


def test_a_body_may_have_no_words_for_outcomes(folder: Path) -> None:
    body = (folder / "body.toml").read_text(encoding="utf-8").split("[outcome_reasons]")[0]
    (folder / "body.toml").write_text(body, encoding="utf-8")
    body_folder.read.cache_clear()
    own = body_folder.read(folder)
    assert own.outcome_reasons == {}
    assert "outcome_reasons" not in own.data


@pytest.mark.parametrize("name", ["body.toml", "areas.csv", "tags.csv", "criteria.csv", "limits.csv", "sections.toml"])
def test_a_file_that_is_missing_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(BadBody, match=f"{name} is missing"):
        body_folder.read(folder)


@pytest.mark.django_db
def test_a_round_keeps_its_body_when_the_folder_changes(folder: Path, settings: LazySettings) -> None:
    settings.BODY_FOLDER = folder
    first = rounds.open_round(terms=rounds.RoundTerms(**FACTS), by=person(Role.ADMINISTRATOR), at=NOW)
    replace(folder, "body.toml", 'decider_short = "Commissioner"', 'decider_short = "Chief"')
    body_folder.read.cache_clear()
    later = rounds.RoundTerms(**FACTS | {"reference": "later"})
    second = rounds.open_round(terms=later, by=person(Role.ADMINISTRATOR), at=NOW)
    assert own_body().offices.decider_short == "Chief"
    assert Round.objects.get(pk=first.pk).body.offices.decider_short == "Commissioner"
    assert Round.objects.get(pk=second.pk).body.offices.decider_short == "Chief"
    assert {tag.code for tag in first.tags.all()} == {tag.code for tag in VALE.tags}
    assert first.criteria.get(number=3).weight == Decimal(2)


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["update", "delete"])
def test_a_stored_body_never_changes(how: str) -> None:
    version = BodyVersion.objects.keep(VALE)
    assert BodyVersion.objects.keep(VALE) == version
    with pytest.raises(InternalError, match="Cannot update or delete"), transaction.atomic():
        version.delete() if how == "delete" else BodyVersion.objects.filter(pk=version.pk).update(name="Another")
