"""The keys of direct awards in `round.toml`, and of the recipients that are named later. Pure rules."""

from __future__ import annotations

from approvals.loading.shapes import Key, Table, amount, flag, list_of, one_of, text, whole
from approvals.loading.values import BID, DAY, NAME, NEEDED_TEXT, REASON, TEXT
from grants.registers import Register

_NUMBER, _REGISTER = text(20), one_of(*Register)

DIRECT_AWARDS = Table(
    (
        Key(
            "reference",
            text(40, empty=False),
            note="other tables name the award by it, as they do a bid",
        ),
        Key("title", NAME),
        Key("reason", REASON, note="why no bids were invited"),
        Key("purpose", text(4000, empty=False)),
        Key("amount", amount(above=True)),
        Key("recipient", text(150), needed=False, note="the organisation, if it is known"),
        Key("register", _REGISTER, needed=False),
        Key("number", _NUMBER, needed=False, note="in that register"),
        Key("recipients", text(120, empty=False), needed=False, note="or else a class of bodies, who are named later"),
        Key("most", whole(1, 9999), needed=False, note="how many of them at most, needed with `recipients`"),
        Key("named_by", DAY, needed=False, note="the day by which they are to be named"),
        Key("unit", text(80, empty=False), note="the sponsoring unit"),
        Key("areas", NEEDED_TEXT, note="names with semicolons between them, or the word for all"),
        Key("themes", list_of(TEXT, least=1), note="codes, as in the two that follow"),
        Key("priorities", list_of(TEXT, least=1)),
        Key("objectives", list_of(TEXT), needed=False),
        Key("starts_on", DAY),
        Key("ends_on", DAY),
        Key("employs_staff", flag(), needed=False, note="false unless it is given, like the two that follow"),
        Key("living_wage", flag(), needed=False),
        Key("personal_data", flag(), needed=False),
        Key("illustrative", text(300), needed=False, note="what in it is invented"),
    )
)

NAMED = Table(
    (
        Key("bid", BID, note="the direct award"),
        Key("recipient", NAME),
        Key("register", _REGISTER, needed=False),
        Key("number", _NUMBER, needed=False, note="in that register"),
        Key("amount", amount(above=True)),
        Key("reason", REASON),
    )
)
