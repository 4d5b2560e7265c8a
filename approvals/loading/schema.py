"""The tables and keys of `round.toml`, described once. Pure rules.

`csv_files.py` describes the files beside it; `checking.py` reads a folder by both before anything is written.
"""

from __future__ import annotations

from approvals.enums import Base, ItemKind
from approvals.enums import Key as RoutingKey
from approvals.loading.contents import path_of_body
from approvals.loading.direct_keys import DIRECT_AWARDS
from approvals.loading.shapes import (
    Entries,
    Key,
    Table,
    amount,
    day,
    flag,
    list_of,
    one_of,
    path_of,
    pattern,
    text,
    whole,
)
from approvals.loading.stage_keys import OF_THE_PAPER, REASON_KEY, STAGES
from approvals.loading.values import (
    AMOUNT,
    BID,
    DAY,
    DECISION,
    GROUNDS,
    LIMIT_KINDS,
    LINE_KINDS,
    NAME,
    NEEDED_TEXT,
    OFFICE,
    PERSON,
    REASON,
    REASON_OR_NONE,
    SLOT,
    TEXT,
    USER_NAME,
    WHY,
    YEAR,
    YEARS,
)
from approvals.paper.sections import BY_KEY
from grants import references
from grants.registers import Register
from grants.roles import Role

ORGANISATION = (
    Key("name", NAME),
    Key("aliases", list_of(NAME), needed=False),
    Key("register", one_of(*Register), needed=False),
    Key("number", text(20), needed=False, note="in that register"),
)

ROUND = Table(
    (
        Key("reference", pattern(references.ROUND, "grants-2026-27", 40)),
        Key("title", text(120, empty=False)),
        Key("financial_year", YEAR),
        Key("allocation", AMOUNT, note="in quotation marks, with a point before the pence"),
        Key("years", YEARS, needed=False, note="in a round of several years"),
        Key("own_budget", AMOUNT, needed=False, note="the part of the allocation that no grantor gives"),
        Key("over_allocation_percent", amount(), needed=False, note="what the body says unless it is given"),
        Key("purpose", text(300), needed=False),
        Key("opens_on", DAY),
        Key("closes_on", DAY, note="not before `opens_on`"),
        Key("scoring_closes_on", DAY, needed=False, note="not before `closes_on`"),
        Key("grace_days", whole(0, 60), needed=False, note="28 unless it is given"),
        Key("routing_key", one_of(*RoutingKey), needed=False),
        Key("scored", flag(), needed=False, note="true unless it is given"),
        Key("rules_confirmed_by", PERSON, note="a lead"),
        Key(
            "body",
            path_of(path_of_body),
            needed=False,
            note="the path of the folder of another body, in this folder or beside it",
        ),
    )
)

PEOPLE = Table(
    (
        Key("username", USER_NAME),
        Key("name", NAME),
        Key("unit", text(80), needed=False),
        Key("email", pattern(r"^([^@\s]+@[^@\s]+)?\Z", "amara.cole@example.org", 254), needed=False),
        Key("level", text(120), needed=False, note="of a person who decides, where the scheme has several levels"),
        Key("roles", list_of(one_of(*(role for role in Role if role is not Role.ADMINISTRATOR)), least=1)),
    )
)

INCOME = Table(
    (
        Key("grantor", text(150, empty=False)),
        Key("agreement", text(150, empty=False), note="the reference of the agreement, each only once"),
        Key("agreed_on", DAY),
        Key("amount", amount(above=True)),
        Key("years", YEARS, needed=False, note="in a round of several years"),
        Key("conditions", WHY, needed=False, note="of the grantor"),
        Key("uplifts", text(150), needed=False, note="the agreement that it adds to"),
        Key("accepted_in", DECISION, needed=False, note="the decision that accepted it before this round"),
        Key("by", PERSON, note="finance or a lead"),
    )
)

CONTRACTS = Table(
    (
        Key("title", NAME),
        Key("amount", amount(above=True)),
        Key("profile", Table(every=(SLOT, AMOUNT), words="a financial year = an amount"), note="sums to the amount"),
        Key("charged_to", YEAR, needed=False, note="left out only in a round of several years"),
        Key("ground", one_of(*GROUNDS)),
        Key("evidence", text(4000)),
        Key("other_grounds", REASON_OR_NONE, needed=False),
        Key("proposal", text(8000)),
        Key("performance", text(8000)),
        Key("supplier", Table(ORGANISATION)),
        Key("by", PERSON),
        Key("on", DAY),
        Key("approved_by", PERSON, needed=False, note="another lead, if the contract is below its limit"),
        Key("approved_because", NEEDED_TEXT, needed=False, note="needed with `approved_by`"),
    )
)

MATCH_FUNDING = Table(
    (
        Key("bid", BID, note="whose project has it beside the grant"),
        Key("source", text(150, empty=False), note="who gives it"),
        Key("amount", amount(above=True)),
        Key("on", DAY),
        Key("by", PERSON, note="finance or a lead"),
    )
)

RULES = Table(
    (
        Key("kind", one_of(*LIMIT_KINDS)),
        Key("limit", AMOUNT, note="0 where nothing is delegated"),
        Key("below", text(120), note="empty where the limit is 0, and only there"),
        Key("at_or_above", OFFICE),
        Key("citation", OFFICE),
        Key("valid_from", DAY),
        Key(
            "further",
            Entries(Table((Key("from", amount(above=True)), Key("who", OFFICE), Key("citation", OFFICE)))),
            needed=False,
            note="the levels above",
        ),
    )
)

_DECISION = (
    Key("reference", DECISION),
    Key("title", text(200, empty=False)),
    Key("decision_by", text(150, empty=False)),
    Key("figures_from_elsewhere", Table(every=(TEXT, NEEDED_TEXT), words="a figure = its source"), needed=False),
    Key("sections", Table(every=(one_of(*BY_KEY), TEXT), words="the key of a section = its text")),
    Key(
        "part_two",
        Table((Key("text", NEEDED_TEXT), Key("exemption", text(300, empty=False), note="why it is exempt"))),
        needed=False,
        note="what is exempt from publication",
    ),
    Key(
        "items",
        Entries(
            Table(
                (
                    Key("kind", one_of(*ItemKind)),
                    Key("title", NAME),
                    Key("wording", REASON),
                    Key("amount", AMOUNT, needed=False, note="as the kind needs it, like the three that follow"),
                    Key("source", text(300), needed=False),
                    Key("whom", text(150), needed=False),
                    Key("until", day(quoted=False), needed=False),
                    Key("percent", amount(above=True), needed=False, note="of a fee, in place of its amount"),
                    Key("percent_of", one_of(*Base), needed=False, note="needed with `percent`"),
                    Key("income", text(150), needed=False, note="the agreement that it accepts"),
                )
            )
        ),
        needed=False,
        note="what it asks for beside grants and contracts",
    ),
    Key(
        "printed_instead",
        Entries(Table((Key("text", NEEDED_TEXT), Key("printed", NEEDED_TEXT), REASON_KEY))),
        needed=False,
        note="texts that cannot be printed",
    ),
)


def _stages(tables: dict[str, Table]) -> Table:
    return Table(tuple(Key(name, table, needed=False) for name, table in tables.items()))


TOML = Table(
    (
        Key("round", ROUND),
        Key("income", Entries(INCOME), needed=False, note="money of grantors in the allocation"),
        Key("administrator", Table((Key("username", USER_NAME), Key("name", NAME)))),
        Key("people", Entries(PEOPLE)),
        Key(
            "budget_lines",
            Entries(
                Table(
                    (
                        Key("kind", one_of(*LINE_KINDS)),
                        Key("label", text(120, empty=False)),
                        Key("amount", AMOUNT),
                        Key("note", text(300), needed=False),
                        Key("by", PERSON),
                        REASON_KEY,
                        Key("years", YEARS, needed=False, note="in a round of several years"),
                    )
                )
            ),
            needed=False,
        ),
        Key("delegation_rules", Entries(RULES), needed=False, note="in place of the limits of the body"),
        Key("organisations", Entries(Table(ORGANISATION)), needed=False),
        Key("direct_awards", Entries(DIRECT_AWARDS), needed=False, note="grants that nobody bid for"),
        Key("single_tender_actions", Entries(CONTRACTS), needed=False),
        Key(
            "match_funding", Entries(MATCH_FUNDING), needed=False, note="other money of projects, once they are agreed"
        ),
        Key(
            "knowledge",
            Entries(
                Table(
                    (
                        Key("member", PERSON),
                        Key("themes", list_of(TEXT), needed=False, note="codes"),
                        Key("boroughs", list_of(TEXT), needed=False, note="names of areas"),
                    )
                )
            ),
            needed=False,
            note="what a member knows, which plans of assignments use",
        ),
        Key(
            "practice",
            Table(
                (
                    Key("title", NAME),
                    Key("bidder", NAME),
                    Key("amount", AMOUNT),
                    Key("case", text(8000, empty=False)),
                    Key("compared_on", DAY, needed=False, note="the day of its comparison, which opens scoring"),
                    Key("reason", NEEDED_TEXT, needed=False, note="needed with `compared_on`"),
                )
            ),
            needed=False,
            note="the practice bid",
        ),
        Key("stages", _stages(STAGES)),
        Key("decision", Table(_DECISION), needed=False),
        Key(
            "amendment",
            Table(
                (
                    *_DECISION,
                    Key("amends", DECISION),
                    Key(
                        "changes",
                        Entries(
                            Table(
                                (
                                    Key("bid", BID),
                                    Key("amount", AMOUNT),
                                    REASON_KEY,
                                    Key("years", YEARS, needed=False, note="in a round of several years"),
                                )
                            )
                        ),
                        needed=False,
                    ),
                    Key("stages", _stages(OF_THE_PAPER)),
                )
            ),
            needed=False,
            note="a second paper, which amends the first and is played last",
        ),
    )
)

# A key, the key that it needs beside it, by the table that holds both.
TOGETHER = (
    ("percent", "percent_of"),
    ("recipients", "most"),
    ("most", "recipients"),
    ("approved_by", "approved_because"),
    ("compared_on", "reason"),
    ("kept_open_for", "kept_open_reason"),
)
# The days of the round in the order of time.
DAYS_OF_ROUND = ("opens_on", "closes_on", "scoring_closes_on")
