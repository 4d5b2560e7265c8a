"""The keys of each stage in `round.toml`, described once. Pure rules."""

from __future__ import annotations

from approvals.enums import Area
from approvals.loading.direct_keys import NAMED
from approvals.loading.shapes import Entries, Key, Table, amount, day, list_of, one_of, text, whole
from approvals.loading.values import ANSWERS, BID, DAY, NEEDED_TEXT, PERSON, REASON, REASON_OR_NONE, SLOT, TEXT, YEARS

_STAGE = (Key("on", DAY), Key("by", PERSON))
REASON_KEY = Key("reason", REASON)
_WARNINGS = Entries(Table((Key("bid", BID), REASON_KEY)))
_ESCALATIONS = Entries(Table((Key("bid", BID), Key("reason", text(400, empty=False)))))
_REPLACED = Entries(Table((Key("from", NEEDED_TEXT), Key("to", NEEDED_TEXT))))
OF_THE_PAPER = {
    "paper": Table(_STAGE),
    "signed_off": Table((Key("on", DAY), *(Key(area, PERSON, needed=False) for area in Area))),
    "submitted": Table(_STAGE),
    "put_forward": Table(_STAGE),
    "signed": Table(
        (
            *_STAGE,
            Key("interests", NEEDED_TEXT),
            Key(
                "items",
                Entries(
                    Table(
                        (
                            Key("number", whole(1, 9999)),
                            Key("answer", one_of(*ANSWERS), needed=False),
                            Key("conditions", REASON_OR_NONE, needed=False),
                            Key(
                                "before_payment",
                                REASON_OR_NONE,
                                needed=False,
                                note="conditions that bar payment until met",
                            ),
                            Key("reason", REASON_OR_NONE, needed=False),
                            Key("lifted", list_of(TEXT), needed=False, note="texts of conditions that end"),
                            Key("changed", _REPLACED, needed=False, note="conditions that change"),
                            Key("reasons_lifted", list_of(TEXT), needed=False, note="reasons given before that end"),
                            Key("reasons_changed", _REPLACED, needed=False, note="reasons given before that change"),
                            Key(
                                "lifted_early",
                                list_of(day(quoted=False)),
                                needed=False,
                                note="days of payments that no longer count as made before approval",
                            ),
                        )
                    )
                ),
                needed=False,
                note="each item with another answer than approve or note",
            ),
            Key(
                "with",
                Entries(Table((Key("by", PERSON), Key("interests", NEEDED_TEXT)))),
                needed=False,
                note="the other joint signers",
            ),
            Key(
                "minutes",
                Table(
                    (
                        Key("met_on", day(quoted=False)),
                        Key("present", list_of(NEEDED_TEXT, least=1)),
                        Key("reference", TEXT),
                    )
                ),
                needed=False,
                note="of a committee",
            ),
            Key(
                "deferral",
                Table(
                    (
                        Key("choice", one_of("keep", "change", "lift")),
                        Key("until", day(quoted=False), needed=False, note="the new day, where it is changed"),
                        Key("reason", text(1000), needed=False, note="the new reason, where it is changed"),
                    )
                ),
                needed=False,
                note="what becomes of the deferral of the decision that it amends, which is kept unless it is given",
            ),
        )
    ),
    "deferred": Table((*_STAGE, Key("until", DAY, note="the day until which publication waits"), REASON_KEY)),
    "published": Table(_STAGE),
}
STAGES = {
    "received": Table(_STAGE),
    "eligible": Table((*_STAGE, REASON_KEY)),
    "scoring": Table(
        (
            *_STAGE,
            Key("wanted", whole(1, 99), note="the number of scorers for each bid"),
            Key("declared_on", DAY),
            Key("kept_open_for", whole(1, 366), needed=False, note="days from today, for a demonstration"),
            Key("kept_open_reason", NEEDED_TEXT, needed=False, note="needed with `kept_open_for`"),
        )
    ),
    "closed": Table((*_STAGE, REASON_KEY)),
    "outcomes": Table(_STAGE),
    "entered": Table(_STAGE),
    "over_allocated": Table(
        (
            *_STAGE,
            Key("agreed_by", PERSON, note="another person, of finance or a lead"),
            Key(
                "over_allocations",
                Entries(
                    Table(
                        (
                            Key("amount", amount(above=True), note="within `over_allocation_percent`"),
                            REASON_KEY,
                            Key("years", YEARS, needed=False, note="in a round of several years"),
                        )
                    )
                ),
            ),
        )
    ),
    "reviewed": Table(_STAGE),
    "routed": Table(
        (
            *_STAGE,
            Key("warnings", _WARNINGS, needed=False, note="warnings to clear"),
            Key("escalations", _ESCALATIONS, needed=False, note="grants to send to a higher level"),
        )
    ),
    "conditions_met": Table(
        (
            *_STAGE,
            Key(
                "conditions",
                Entries(
                    Table(
                        (
                            Key("bid", BID, note="whose grant it is a condition of"),
                            Key("condition", REASON, note="its text"),
                            Key("evidence", REASON, note="what shows that it is met"),
                            Key("met_on", DAY),
                            Key("on", DAY, needed=False, note="the day on which it was recorded, that of the stage"),
                            Key("by", PERSON, needed=False, note="who recorded it, the person of the stage"),
                        )
                    )
                ),
            ),
        )
    ),
    "payments": Table(_STAGE),
    "carried": Table(
        (
            *_STAGE,
            Key("confirmed_by", PERSON, note="another person, of finance or a lead"),
            Key(
                "carry_overs",
                Entries(
                    Table(
                        (
                            Key("bid", BID, needed=False, note="whose grant it is money of"),
                            Key(
                                "line",
                                TEXT,
                                needed=False,
                                note="or the label of a budget line; none of the three is what nothing holds",
                            ),
                            Key("contract", TEXT, needed=False, note="or the title of a contract"),
                            Key("from", SLOT, note="it goes to the next year"),
                            Key("amount", amount(above=True)),
                            REASON_KEY,
                        )
                    )
                ),
            ),
        )
    ),
    "approved": Table(
        (
            *_STAGE,
            REASON_KEY,
            Key("conditions", REASON_OR_NONE, needed=False),
            Key("before_payment", REASON_OR_NONE, needed=False, note="conditions that bar payment until met"),
        )
    ),
    **OF_THE_PAPER,
    "named": Table((*_STAGE, Key("recipients", Entries(NAMED)))),
}
