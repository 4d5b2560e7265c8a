"""A body that awards grants, and what is its own: areas, offices, limits, criteria, tags, texts. Pure rules.

A round keeps the body as it was when the round opened, so that a later change of the folder changes no round.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any

from grants import money
from grants.names import plain_name
from grants.roles import Role


class NoSuchArea(ValueError):
    """A name that is none of the body's areas; the message says which, and of what."""


@dataclass(frozen=True, slots=True)
class Area:
    """One area: its code, its name, the unit that polices it and its tile on the map, where the body has one.

    The map is one square an area, `column` from the west and `row` from the north, each from 0.
    """

    code: str
    name: str
    unit: str
    column: int | None = None
    row: int | None = None


@dataclass(frozen=True)
class Areas:
    """The areas of a body and what they are called: one borough, many boroughs, all of them `everywhere`.

    `district` is what they make up, `outside` gives for a name (small letters) why it is none of them.
    """

    one: str
    many: str
    district: str
    everywhere: str
    map_title: str
    credit: str
    outside: Mapping[str, str]
    each: Sequence[Area]

    @cached_property
    def by_code(self) -> Mapping[str, Area]:
        return {area.code: area for area in self.each}

    @property
    def choices(self) -> list[tuple[str, str]]:
        return [(area.code, area.name) for area in self.each]

    @property
    def have_a_map(self) -> bool:
        return all(area.column is not None for area in self.each)

    def read(self, text: str) -> list[str]:
        """The codes of the areas that a text names, by name or code, with semicolons between them.

        The word for all of them stands for each.
        """
        names = [name.strip() for name in text.split(";") if name.strip()]
        if [name.casefold() for name in names] == [self.everywhere.casefold()]:
            return [area.code for area in self.each]
        by_name = {name.casefold(): area.code for area in self.each for name in (area.code, area.name)}
        codes = set()
        for name in names:
            if name.casefold() in self.outside:
                raise NoSuchArea(self.outside[name.casefold()])
            if name.casefold() not in by_name:
                raise NoSuchArea(self._unknown(name))
            codes.add(by_name[name.casefold()])
        return sorted(codes)

    def _unknown(self, name: str) -> str:
        message = f"“{name[:60]}” is not one of the {len(self.each)} {self.many} of {self.district}"
        # A longer list helps nobody in the cell of a spreadsheet.
        return f"{message}: {', '.join(area.name for area in self.each)}" if len(self.each) <= 12 else message

    def names(self, codes: Sequence[str]) -> str:
        """The areas as a reader sees them."""
        if len(codes) == len(self.each):
            return self.everywhere
        return ", ".join(self.by_code[code].name for code in codes if code in self.by_code)

    def labelled(self, code: str) -> tuple[str, str]:
        """An area's code in small letters, as in an address, and what a reader sees of it alone."""
        if code not in self._labels:
            self._labels[code] = (code.lower(), self.names([code]))
        return self._labels[code]

    @cached_property
    def _labels(self) -> dict[str, tuple[str, str]]:
        return {}


@dataclass(frozen=True, slots=True)
class Offices:
    """The titles of those who act: who decides (in full and in short), their office, the leads, who is reported to."""

    decider: str
    decider_short: str
    office: str
    office_role: str
    lead: str
    oversight: str

    def level(self, value: str) -> str:
        """Who approves at a level of routing: `delegated` or `dmpc`; empty where nothing is routed yet."""
        return {"delegated": f"{self.lead}, delegated", "dmpc": self.decider_short}.get(value, "")

    def of(self, role: Role) -> str:
        """What a person who holds the role is called in this body."""
        titles = {Role.LEAD: self.lead, Role.OFFICE: self.office_role, Role.DMPC: self.decider}
        return titles.get(role, role.label)


class How(StrEnum):
    """How a body decides: one person signs, several sign together, or a committee's minutes are signed."""

    ONE = "one"
    JOINT = "joint"
    COMMITTEE = "committee"


@dataclass(frozen=True, slots=True)
class Deciding:
    """How a body decides, and the least number of people who sign together or are present in its committee."""

    how: How = How.ONE
    least: int = 1


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme, priority or objective that a new round starts with."""

    kind: str
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion that a new round starts with. `points` says what each point of the scale means.

    `passes` and `fails` say in a line when a bid passes a gate and when it does not; empty in a folder of before.
    """

    number: int
    label: str
    question: str
    gate: bool
    scored: bool
    weight: Decimal
    points: Sequence[tuple[int, str]]
    passes: str = ""
    fails: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit of the scheme of delegation that a new round starts with: `amount` in pounds.

    `further` are the levels above it, as `grants.levels` has them.
    """

    kind: str
    amount: Decimal
    below: str
    at_or_above: str
    citation: str
    further: tuple[Mapping[str, str], ...] = ()


@dataclass(frozen=True)
class Body:
    """A body as read from its folder. `data` is all of it as plain JSON, by which it is stored and its digest made.

    `geography` are the codes by which open data name its areas; `texts` the standard text of each section of a paper,
    as paragraphs of sentences.
    """

    name: str
    short_name: str
    living_wage: str
    legal_power: str
    unit_example: str
    offices: Offices
    areas: Areas
    own_units: Sequence[str]
    police_names: Sequence[str]
    geography: Mapping[str, str]
    tags: Sequence[Tag]
    criteria: Sequence[Criterion]
    limits: Sequence[Limit]
    texts: Mapping[str, Sequence[Sequence[str]]]
    data: Mapping[str, Any]
    deciding: Deciding = Deciding()
    # How a level of the scheme decides that does it in its own way, by its name.
    deciding_by_level: Mapping[str, Deciding] = field(default_factory=dict)
    other_powers: Sequence[str] = ()
    # What a reason for the panel's outcome says, by the case of OUTCOME_REASONS, where the body has standard words.
    outcome_reasons: Mapping[str, str] = field(default_factory=dict)
    # By how much of its allocation a round may be over-allocated that states nothing else.
    over_allocation_percent: Decimal = Decimal(0)

    @property
    def powers(self) -> tuple[str, ...]:
        """The legal powers under which it makes grants, the usual one first."""
        return (self.legal_power, *self.other_powers)

    @property
    def levels(self) -> list[str]:
        """Who decides grants that are not delegated, from the lowest level on."""
        own = next(limit for limit in self.limits if limit.kind == "grant")
        return [own.at_or_above, *(level["who"] for level in own.further)]

    def deciding_at(self, level: str) -> Deciding:
        """Return how a level of the scheme decides, named as its limits name it; any other decides as the body."""
        return self.deciding_by_level.get(level, self.deciding)

    @cached_property
    def digest(self) -> str:
        """The sha256 of all that the body is: two that are alike are one."""
        return hashlib.sha256(json.dumps(self.data, ensure_ascii=False, sort_keys=True).encode()).hexdigest()

    @property
    def units(self) -> list[str]:
        """The units that sponsor bids: those of the areas and those that police no area."""
        return sorted({area.unit for area in self.areas.each} | set(self.own_units))

    def is_police(self, name: str) -> bool:
        """Whether a name is that of the force or one of its units, which no grant can go to."""
        plain = plain_name(name)
        names = {plain, plain.removesuffix(" police").removesuffix(" bcu")}
        return not names.isdisjoint(plain_name(own) for own in (*self.units, *self.police_names))

    def locations(self, codes: Sequence[str]) -> list[dict[str, str]]:
        """Areas as open data name them: each by its code, or all of them together as one."""
        whole = (self.areas.everywhere, self.geography["whole_code"], self.geography["whole_type"])
        each = [(self.areas.names([code]), code, self.geography["code_type"]) for code in codes]
        return [
            {"name": name, "countryCode": "GB", "geoCode": code, "geoCodeType": kind}
            for name, code, kind in ([whole] if len(codes) == len(self.areas.each) else each)
        ]

    def in_words(self, value: Any) -> Any:
        """A stored value as people of the body read it: a level of routing or a role by its title, in lists as well."""
        if isinstance(value, Mapping):
            return {self.column(name): self.in_words(part) for name, part in value.items()}
        if isinstance(value, list):
            return [self.in_words(part) for part in value]
        if isinstance(value, str) and value in set(Role):
            return self.offices.of(Role(value))
        return self.offices.level(value) or value if isinstance(value, str) else value

    def column(self, field: str) -> str:
        """How spreadsheets and the trail call a field of a bid: by the body’s own words, such as `districts`."""
        own = {"boroughs": self.areas.many, "london_living_wage": self.living_wage}
        return "_".join(own[field].lower().split()) if field in own else field


def body_of(data: Mapping[str, Any]) -> Body:
    """The body that plain JSON describes, such as a round keeps. Raises KeyError or ValueError where it is none."""
    areas = data["areas"]
    return Body(
        **{name: data[name] for name in TEXTS},
        offices=Offices(**data["offices"]),
        areas=Areas(
            **{name: areas[name] for name in TEXTS_OF_AREAS},
            outside={name.casefold(): why for name, why in areas["outside"].items()},
            each=tuple(Area(**area) for area in areas["each"]),
        ),
        own_units=tuple(data["units"]),
        police_names=tuple(data["police_names"]),
        geography=data["geography"],
        tags=tuple(Tag(**tag) for tag in data["tags"]),
        criteria=tuple(
            Criterion(
                **{
                    **row,
                    "weight": Decimal(row["weight"]),
                    "points": tuple((point, meaning) for point, meaning in row["points"]),
                }
            )
            for row in data["criteria"]
        ),
        limits=tuple(_limit(row) for row in data["limits"]),
        texts=data["texts"],
        data=data,
        deciding=_deciding(data.get("deciding", {})),
        deciding_by_level={who: _deciding(own) for who, own in data.get("deciding", {}).get("levels", {}).items()},
        other_powers=tuple(data.get("other_powers", ())),
        outcome_reasons=data.get("outcome_reasons", {}),
        over_allocation_percent=Decimal(data.get("over_allocation_percent", "0")),
    )


def _limit(row: Mapping[str, Any]) -> Limit:
    return Limit(**{**row, "amount": money.exact(row["amount"]), "further": tuple(row.get("further", ()))})


def _deciding(data: Mapping[str, Any]) -> Deciding:
    # A body that says nothing of it is decided for by one person, as each was before there were others.
    return Deciding(How(data["how"]), data["least"]) if data else Deciding()


# The cases in which the panel decides about many bids for one reason: within the money, a gate failed, below the line.
OUTCOME_REASONS = ("funded", "failed", "not_funded")
TEXTS = ("name", "short_name", "living_wage", "legal_power", "unit_example")
TEXTS_OF_AREAS = ("one", "many", "district", "everywhere", "map_title", "credit")
