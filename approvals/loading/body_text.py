"""A body as the folder that `grants.body_folder` reads, written from what a round keeps of it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from approvals.loading.toml_text import toml_of
from grants.bodies import Body
from grants.body_folder import SCALE

_TABLES = ("tags", "criteria", "limits", "texts")


def write(body: Body, path: Path) -> None:
    """Write a body into a new folder, which reads to the same body."""
    path.mkdir(parents=True)
    data = body.data
    own = {name: value for name, value in data.items() if name not in _TABLES}
    own["areas"] = {name: value for name, value in data["areas"].items() if name != "each"}
    (path / "body.toml").write_text(toml_of(own), encoding="utf-8")
    (path / "sections.toml").write_text(toml_of(data["texts"]), encoding="utf-8")
    _write(path / "areas.csv", ("code", "name", "unit", "column", "row"), data["areas"]["each"])
    _write(path / "tags.csv", ("kind", "code", "label"), data["tags"])
    of_criteria = ("number", "label", "question", "gate", "scored", "weight", *SCALE, "pass", "fail")
    _write(path / "criteria.csv", of_criteria, [_criterion(row) for row in data["criteria"]])
    of_limits = ("kind", "limit", "below", "at_or_above", "citation")
    _write(path / "limits.csv", of_limits, [level for row in data["limits"] for level in _levels(row)])


def _criterion(row: Mapping[str, Any]) -> dict[str, Any]:
    answers = {name: "yes" if row[name] else "no" for name in ("gate", "scored")}
    lines = {"pass": row.get("passes", ""), "fail": row.get("fails", "")}
    return {**row, **answers, **lines, **{str(point): meaning for point, meaning in row["points"]}}


def _levels(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of a limit: itself, and each level above it with who decides below."""
    rows = [{**row, "limit": row["amount"]}]
    for level in row.get("further", ()):
        below = rows[-1]["at_or_above"]
        rows.append({**row, "limit": level["from"], "below": below, "at_or_above": level["who"]} | level)
    return rows


def _write(file: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.DictWriter(opened, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows({name: "" if row.get(name) is None else row[name] for name in columns} for row in rows)
