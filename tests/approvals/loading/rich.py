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
