"""Folders of rounds that hold what no fixture needs, made from fixtures, so that each key is played and exported."""

import csv
import shutil
import tomllib
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from approvals.loading.toml_text import toml_of

FIXTURES = Path(settings.BASE_DIR) / "fixtures"
KEPT, CHANGED, LIFTED = "A keeper is named.", "A report each quarter.", "The council agrees."


def _from(name: str, path: Path, enrich: Callable[[Path, dict[str, Any]], None]) -> Path:
    shutil.copytree(FIXTURES / name, path)
    toml = tomllib.loads((path / "round.toml").read_text(encoding="utf-8"))
    enrich(path, toml)
    (path / "round.toml").write_text(toml_of(toml), encoding="utf-8")
    return path


def _write(path: Path, name: str, rows: list[dict[str, str]]) -> None:
    with (path / f"{name}.csv").open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def amended(path: Path) -> Path:
    """Write a round whose second paper changes and lifts what stands of the first, and return its folder."""
    return _from("green-estates", path, _amended)


def _amended(path: Path, toml: dict[str, Any]) -> None:
    stages, amendment = toml["stages"], toml["amendment"]
    payment = {"bid": "GE-04", "amount": "500.00", "paid_on": "2023-03-10", "reason": "The lamps were broken"}
    _write(path, "payments", [payment | {"illustrative": "It is invented"}])
    stages["payments"] = {"on": date(2023, 3, 17), "by": "wes.imani"}
    stages["approved"]["before_payment"] = "The bank details are confirmed."
    reasoned = {"answer": "conditions", "reason": "The courtyards are dark."}
    stages["signed"]["items"] += [
        {"number": 1, "conditions": "A plan.", "reason": "The strip is swept.", "answer": "conditions"},
        {"number": 4, "conditions": f"{KEPT}\n{CHANGED}", "before_payment": LIFTED, **reasoned},
    ]
    met = {"bid": "GE-07", "condition": "The bank details are confirmed.", "evidence": "A letter of the bank"}
    later = {"bid": "GE-04", "condition": LIFTED, "evidence": "Minutes of the council", "met_on": date(2023, 4, 12)}
    stages["conditions_met"] = {
        "on": date(2023, 4, 5),
        "by": "ines.corley",
        "conditions": [met | {"met_on": date(2023, 4, 3)}, later | {"on": date(2023, 4, 13), "by": "tom.asher"}],
    }
    del stages["published"]
    stages["deferred"] = {
        "on": date(2023, 4, 14),
        "by": "nell.arden",
        "until": date(2023, 9, 1),
        "reason": "The lease is signed first",
    }
    amendment["changes"] += [{"bid": "GE-01", "amount": "20000.00", "reason": "A shorter strip."}]
    words = "The change is set out in {appendix 1}."
    amendment["sections"] = dict.fromkeys(amendment["sections"], words)
    amendment["part_two"] = {"text": "The lease is in dispute.", "exemption": "Commercial interests"}
    del amendment["stages"]["published"]
    amendment["stages"]["signed"] |= {
        "items": [
            {"number": 2, "reasons_lifted": ["The strip is swept."]},
            {
                "number": 3,
                "lifted": [LIFTED],
                "changed": [{"from": CHANGED, "to": "A report each month."}],
                "reasons_changed": [{"from": "The courtyards are dark.", "to": "Three courtyards are dark."}],
                "lifted_early": [date(2023, 3, 10)],
            },
        ],
        "deferral": {"choice": "change", "until": date(2023, 10, 1), "reason": "The lease takes longer"},
    }
    amendment["stages"]["deferred"] = {
        "on": date(2023, 7, 20),
        "by": "nell.arden",
        "until": date(2023, 11, 1),
        "reason": "It takes longer still",
    }


def divided(path: Path) -> Path:
    """Write a round of two years with its money from everywhere, carried over and over-allocated, and return it."""
    return _from("pcd1560", path, _divided)


_FIRST, _SECOND = "2023/24", "2024/25"
_GRANTOR = {"grantor": "A trust", "agreed_on": date(2023, 9, 30), "by": "pia.dorn"}


def _years(first: str, second: str) -> dict[str, str]:
    return {_FIRST: first, _SECOND: second}


def _divided(path: Path, toml: dict[str, Any]) -> None:
    stages, decision = toml["stages"], toml["decision"]
    toml["round"] |= {
        "allocation": "1030324.28",
        "years": _years("475631.44", "554692.84"),
        "own_budget": "30000.00",
        "over_allocation_percent": "5.00",
    }
    toml["income"] += [
        {**_GRANTOR, "agreement": "T-1", "amount": "10000.00", "accepted_in": "PCD-1400"}
        | {"years": _years("5000.00", "5000.00")},
        {**_GRANTOR, "agreement": "T-2", "amount": "2000.00", "uplifts": "T-1", "accepted_in": "PCD-1401"}
        | {"years": _years("0.00", "2000.00")},
    ]
    line = {"kind": "staffing", "label": "Posts", "by": "pia.dorn", "reason": "One post"}
    toml["budget_lines"] = [line | {"amount": "8000.00", "years": _years("4000.00", "4000.00")}]
    limit = {"kind": "grant", "limit": "50000.00", "below": "CPIE lead", "citation": "Scheme 9.1"}
    toml["delegation_rules"] = [
        limit
        | {"at_or_above": "Deputy Mayor for Policing and Crime", "valid_from": date(2023, 4, 1)}
        | {"further": [{"from": "5000000.00", "who": "The Mayor", "citation": "Scheme 9.2"}]}
    ]
    toml["organisations"] = [
        {"name": "Lamp Works", "aliases": ["Lampworks"], "register": "company", "number": "09990001"}
    ]
    toml["match_funding"] = [
        {"bid": "SS-LEW", "source": "The borough", "amount": "7500.00", "on": date(2023, 10, 10), "by": "hana.reeve"}
    ]
    toml["single_tender_actions"] = [_contract()]
    with (path / "review.csv").open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    unnamed = {"withheld": "Its address would be known", "public_title": "A refuge", "public_purpose": "A safe place."}
    _write(path, "review", [row | (unnamed if row["bid"] == "SS-CRO" else dict.fromkeys(unnamed, "")) for row in rows])
    agreed = {"amount": "1000.00", "reason": "Some of it falls away", "years": _years("500.00", "500.00")}
    stages["over_allocated"] = {
        "on": date(2023, 10, 9),
        "by": "pia.dorn",
        "agreed_by": "jude.marsh",
        "over_allocations": [agreed],
    }
    moved = [{"line": "Posts", "amount": "1000.00"}, {"bid": "SS-LEW", "amount": "2000.00"}, {"amount": "500.00"}]
    moved.append({"contract": "Lamps", "amount": "400.00"})
    stages["carried"] = {
        "on": date(2023, 10, 24),
        "by": "pia.dorn",
        "confirmed_by": "jude.marsh",
        "carry_overs": [each | {"from": _FIRST, "reason": "It starts later"} for each in moved],
    }
    decision["items"] += [
        {"kind": "fee", "title": "A fee", "wording": "a fee of the agent", "whom": "The agent"}
        | {"percent": "0.10", "percent_of": "grants"},
        {"kind": "delegate", "title": "Changes", "wording": "changes of the dates", "whom": "The lead"}
        | {"until": date(2024, 3, 31)},
    ]
    sections = [*decision["sections"], "commercial"]
    decision["sections"] = dict.fromkeys(sections, "It is set out in {appendix 1}.")
    stages["signed_off"]["commercial"] = "cal.winter"
    toml["amendment"] = _second_paper(decision)
    decision["part_two"] = {"text": "The refuge is named here.", "exemption": "Safety"}
    _with_what_cannot_be_printed(path)
    decision["printed_instead"] = [{"text": "👍", "printed": "A", "reason": "No typeface has it"}]


def _second_paper(first: dict[str, Any]) -> dict[str, Any]:
    change = {"bid": "SS-HAR", "amount": "230000.00", "reason": "A smaller project"}
    days = {
        "paper": {"on": date(2023, 11, 1), "by": "hana.reeve"},
        "signed_off": {"on": date(2023, 11, 2), "finance": "pia.dorn", "legal": "lea.frost", "equality": "eve.sands"},
        "submitted": {"on": date(2023, 11, 3), "by": "hana.reeve"},
        "put_forward": {"on": date(2023, 11, 6), "by": "orla.beck"},
        "signed": {"on": date(2023, 11, 7), "by": "dora.lind", "interests": "None."},
    }
    return {
        "reference": "PCD-1561",
        "amends": first["reference"],
        "title": "A smaller project",
        "decision_by": first["decision_by"],
        "changes": [change | {"years": _years("100000.00", "130000.00")}],
        "sections": {name: text for name, text in first["sections"].items() if name != "commercial"},
        "stages": days,
    }


def _contract() -> dict[str, Any]:
    return {
        "title": "Lamps",
        "amount": "3000.00",
        "profile": _years("1000.00", "2000.00"),
        "ground": "reg32-technical",
        "evidence": "Only they make them.",
        "other_grounds": "Urgency",
        "proposal": "Lamps for three boroughs.",
        "performance": "All lamps burn.",
        "supplier": {"name": "Lamp Works", "aliases": ["Lampworks"], "register": "company", "number": "09990001"},
        "by": "hana.reeve",
        "on": date(2023, 10, 10),
        "approved_by": "jude.marsh",
        "approved_because": "Below the limit",
    }


def _with_what_cannot_be_printed(path: Path) -> None:
    file = path / "bids.csv"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("The measures that", "👍 The measures that", 1), encoding="utf-8")


def directly_awarded(path: Path) -> Path:
    """Write a round with direct awards of every kind, recipients named with a number, and payments to them."""
    return _from("pcd1644", path, _directly_awarded)


def _directly_awarded(path: Path, toml: dict[str, Any]) -> None:
    number = {"register": "company", "number": "09990001"}
    award = {name: cell for name, cell in toml["direct_awards"][0].items() if name not in ("recipients", "most")}
    del award["named_by"]
    toml["direct_awards"].append(
        award
        | {"reference": "LAMPS", "title": "Lamps", "amount": "60000.00", "recipient": "Lamp Works", **number}
        | {"objectives": ["sustained"], "employs_staff": True, "living_wage": True, "personal_data": True}
    )
    with (path / "review.csv").open("a", encoding="utf-8") as opened:
        opened.write("LAMPS,60000.00,,2024/25: 30000.00; 2025/26: 30000.00\n")
    toml["budget_lines"][0] |= {"amount": "940000.00", "years": {"2024/25": "470000.00", "2025/26": "470000.00"}}
    stages = toml["stages"]
    named = {"bid": "MYENDS", "recipient": "Candle Works", "amount": "5000.00", "reason": "It is nearest"}
    stages["named"]["recipients"].append(named | {"register": "company", "number": "09990002"})
    payment = {"bid": "MYENDS", "amount": "500.00", "paid_on": "2024-09-03", "reason": "", "illustrative": "Invented"}
    _write(path, "payments", [payment | {"recipient": "Candle Works"}])
    stages["payments"] = {"on": date(2024, 9, 4), "by": "pia.dorn"}
    toml["decision"]["sections"] = dict.fromkeys(toml["decision"]["sections"], "It is set out in {appendix 1}.")
