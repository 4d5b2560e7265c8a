"""What a figure can be of and how a sentence says it: owners, measures, states, sides, years and shares, as data.

Each row gives what the phrases mean. A phrase that ends in `*` stands for each word that begins so. The list of
figures, the rows of a round and the grammar of sentences all read these words.
"""

from collections.abc import Mapping
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a figure can belong to."""

    ROUND = "round"
    GRANTS = "grants"
    BIDS = "bids"
    BID = "bid"
    GRANT = "grant"
    RECIPIENT = "recipient"
    PROJECT = "project"
    LINE = "line"
    CONTRACT = "contract"
    SUPPLIER = "supplier"
    ITEM = "item"
    INCOME = "income"
    THEME = "theme"
    PRIORITY = "priority"
    AREA = "area"
    UNIT = "unit"
    ROUTE = "route"
    STATE = "state"
    LIMIT = "limit"


class Measure(StrEnum):
    """What a sum measures of its owner. An entry of the register has the first five."""

    AGREED = "agreed"
    ASKED = "asked"
    CUT = "cut"
    PAID = "paid"
    UNPAID = "unpaid"
    ALLOCATED = "allocated"
    INCOME = "income"
    SPENT = "spent"
    LEFT = "left"
    FORMER = "former"
    CHANGE = "change"
    LIMIT = "limit"


class Way(StrEnum):
    """How a figure is worked out of the rows of its owner."""

    SUM = "sum"
    COUNT = "count"
    AVERAGE = "average"
    MEDIAN = "median"
    LARGEST = "largest"
    SMALLEST = "smallest"
    SHARE = "share"


class State(StrEnum):
    """What became of a bid. A line and a contract are always recommended; a sentence can say that a bid is not."""

    RECOMMENDED = "recommended"
    REFUSED = "refused"
    DEFERRED = "deferred"
    REDIRECTED = "redirected"
    INTERNAL = "internal"
    UNSUPPORTED = "not recommended"


class Side(StrEnum):
    """Whether an entry needs a decision or is delegated."""

    DECIDED = "decided"
    DELEGATED = "delegated"


class Role(StrEnum):
    """What a token is."""

    SUM = "sum"
    NUMBER = "number"
    OWNER = "owner"
    # A part of a name that is an everyday word too: it can confirm an owner, never contradict one.
    HINT = "hint"
    AREA = "area"
    THEME = "theme"
    YEAR = "year"
    MEASURE = "measure"
    WHOLE = "whole"
    STATE = "state"
    SIDE = "side"
    THING = "thing"
    QUANTITY = "quantity"
    RANK = "rank"
    SHARE = "share"
    AVERAGE = "average"
    DIFFERENCE = "difference"
    TOTAL = "total"
    YEARLY = "yearly"
    DATE = "date"
    STATEMENT = "statement"
    WORD = "word"
    STOP = "stop"


# The year of a figure that is the same in each year of its owner.
EACH_YEAR = "each year"


def _phrases(listed: str) -> tuple[str, ...]:
    return tuple(listed.split(", "))


_ASKING = tuple(
    f"{had}{verb}"
    for had in ("", "had ")
    for verb in ("asked", "asked for", "applied for", "requested", "sought", "bid for", "wanted")
)
MEASURES: Mapping[Measure, tuple[str, ...]] = {
    Measure.ASKED: _phrases(
        "asked, ask, asks, asking, asked for, sought, seek, seeks, seeking, applied, applies, requested, "
        "requests, request, requesting, bid for, bids of, bids from, bids came to, bids come to, bids total, "
        "bids totalled, bids amounted, wanted, hoped"
    ),
    Measure.CUT: (
        *(f"less than {who} {verb}" for who in ("they", "it") for verb in _ASKING),
        *_phrases(
            "below the sum asked, below the sums asked, below what, short of what, less than was asked, less "
            "than had been asked, cut, cuts, cut back, reduc*, trim*, shav*, taken off, took off, off the "
            "bids, less than asked, removed, removed from, scaled back, lower*, pared*, less than they asked, "
            "less than it asked, less than requested"
        ),
    ),
    Measure.UNPAID: _phrases(
        "is due, are due, still due, due to be paid, has still to be paid, have still to be paid, still to "
        "come, await their first payment, awaits its first payment, yet to receive, is owed, are owed, "
        "unpaid, still to be paid, yet to be paid, left to pay, remains to be paid, remain to be paid, to be "
        "paid out, not yet been paid, not yet paid, outstanding, owed, yet to pay, still to pay"
    ),
    Measure.PAID: _phrases(
        "has received, have received, has already received, have already received, been advanced, was "
        "advanced, advanced, instalment, instalments, been released, been transferred, paid, payments, "
        "payment, paid out, paid over, has gone, have gone, has left, have left, drawn, in advance, has had "
        "its, had its, received already, already received, advance, advances, left the fund, has reached, "
        "handed over"
    ),
}
_LEFT = _phrases(
    "leaves, leave, leaving, unspoken for, not spoken for, yet to be spoken for, yet to be allocated, left, "
    "left over, remain, remains, remainder, unspent, unallocated, underspend, underspent, balance, held back, "
    "to spare, spare, uncommitted, unused, uncommitted balance, is free, stays in, kept back, in hand, "
    "unawarded, rest, headroom, still available, not be spent, not spent, not been spent, not be used, not "
    "allocated, not yet allocated, not committed, not been allocated, not been committed, not been used, "
    "remaining"
)
_ALLOCATION = _phrases(
    "package, what there is, pool, allocation, allocated, budget, fund, pot, set aside, envelope, available, "
    "programme, total budget, funding available"
)
_LIMIT = _phrases("limit, threshold, the limit of delegation")
WHOLES: Mapping[str, tuple[str, ...]] = {"left": _LEFT, "allocation": _ALLOCATION, "limit": _LIMIT}
STATES: Mapping[State, tuple[str, ...]] = {
    State.REFUSED: _phrases(
        "turned away, knocked back, lost out, refused, refuse, rejected, reject, turned down, declined, "
        "unsuccessful, refusal, not supported, failed"
    ),
    State.UNSUPPORTED: _phrases(
        "not recommended, not put forward, not successful, not funded, not taken forward, not being "
        "recommended, not going forward, not to be funded"
    ),
    State.DEFERRED: _phrases(
        "carried over, kept for a later, held until, left for a later, deferred, deferral, put back, "
        "postponed, put off, considered later, decided later, held over, waits for a later, later decision, "
        "later round, waits, waiting"
    ),
    State.REDIRECTED: _phrases("redirected, passed on, sent elsewhere"),
    State.INTERNAL: _phrases("internal, run internally, led internally, internally"),
    State.RECOMMENDED: _phrases(
        "recommended, put forward, puts forward, supported, successful, go through, went through, goes "
        "through, recommends, goes forward, go forward, went forward, lead to a grant, led to a grant, lead "
        "to grants, leads to a grant, get a grant, receive a grant, received a grant, given a grant, proposed"
    ),
}
DECIDED = _phrases(
    "matter for the board, reserved for decision, decision sought, decision is sought, sent up, go up, for "
    "decision, above the limit, over the limit, above the threshold, at or above the limit, those above, "
    "deputy mayor, dmpc"
)
DELEGATED = _phrases(
    "under delegation, delegated, delegation, below the limit, below the threshold, under the limit, officers "
    "authority, officers may agree, short of the limit, beneath the limit, those below"
)
SIDES: Mapping[Side, tuple[str, ...]] = {Side.DECIDED: DECIDED, Side.DELEGATED: DELEGATED}
THINGS: Mapping[str, tuple[str, ...]] = {
    "grants": _phrases(
        "granted money, money granted, sum granted, sums granted, money awarded, grants, awards, grant, "
        "award, grant money, grant funding, funding"
    ),
    "bids": _phrases("bids, bid, applications, application, applicants, applicant, bidders"),
    "projects": _phrases("projects, project, schemes, scheme"),
    "recipients": _phrases(
        "recipients, recipient, organisations, organisation, bodies, groups, charities, councils, nobody"
    ),
    "contracts": _phrases("contracts, contract, supplier, suppliers"),
    "lines": _phrases("lines, line, budget lines, staffing, posts"),
    "everything": _phrases(
        "spoken for, commitments, commitment, committed, expenditure, spending, spend, commits, costs in all"
    ),
    "areas": _phrases(
        "areas, area, boroughs, borough, ward, towns, town, villages, districts, district, wards, divisions"
    ),
    "income": _phrases("sources, funders, grantors, income, match funding, contributions, contribution"),
}
# The years of the round by their order; -1 is the last.
YEARS: Mapping[int, tuple[str, ...]] = {
    0: _phrases(
        "first year, first-year, year one, year 1, this year, opening year, first of the two years, year "
        "before, first tranche"
    ),
    1: _phrases("second year, second-year, year two, year 2, next year, year after, following year, second tranche"),
    2: _phrases("third year, third-year, year three, year 3"),
    -1: _phrases("last year, final year"),
}
# Phrases of words that mean something else alone.
NEUTRAL = _phrases(
    "paid for, pays for, pay for, asked to, are asked to, is asked to, free of, only if, not only, but also"
)
YEARLY = _phrases(
    "annual, in any one year, any one year, in any year, in every year, a year, each year, in each year, "
    "every year, per year, yearly, annually, per annum, in each of the two years, in both years, both years, "
    "each of the years, each of the two years, each of the three years, in either year, every one of the "
    "years"
)
# What makes a sum approximate, with the side on which the true sum lies: 1 above, -1 below, 0 either.
HEDGES: Mapping[int, tuple[str, ...]] = {
    0: _phrases("about, around, roughly, approximately, some, close to, circa, c, in the region of"),
    1: _phrases(
        "just over, just above, a little over, slightly over, slightly more than, just more than, little more than"
    ),
    -1: _phrases("just under, nearly, almost, just below, a little under, slightly under, slightly less than"),
}
QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "all": _phrases("all, every, each, everything, both, everyone, everybody, every one of, each of"),
    "none": _phrases("none, no, nobody, nothing, neither, not one, no one"),
    "only": _phrases("only, alone, just one, solely"),
    "except": _phrases("except, all but, exception of, apart from, other than, save"),
}
# 1 is the first from above, -1 the first from below; 10 and -10 compare two.
RANKS: Mapping[int, tuple[str, ...]] = {
    1: _phrases("fares best, does best, tops the list, largest, biggest, highest, greatest, most, dearest, costliest"),
    -1: _phrases("fares worst, smallest, lowest, least, cheapest"),
    2: _phrases("second largest, second biggest, second highest, next largest"),
    -2: _phrases("second smallest, next smallest"),
    10: _phrases("larger, bigger, dearer, greater, higher, costlier, greater part, larger part, larger share"),
    -10: _phrases("smaller, cheaper, lesser"),
}
AVERAGES = _phrases("average, averages, mean, averaging, on average")
DIFFERENCES = _phrases(
    "more than, less than, difference, gap, apart, larger than, smaller than, exceeds, exceed, exceeded, "
    "short of, over the limit, under the limit, below the limit, above the limit, less, more, outstrip, "
    "outstrips, outweigh, outweighs, higher than, lower than, separates, separate, between them lie, beyond, "
    "saved, under what, larger, smaller, falls short, over the, under the, up by, down by, differ, differs, "
    "rises by, falls by, grows by, drops by, increase of, short, excess, clear of, within"
)
TOTALS = _phrases(
    "in all, in total, altogether, together, total, totals, totalling, totalled, combined, between them, come "
    "to, comes to, came to, add up, adds up, make up, both, sum, overall"
)
MEDIANS = _phrases("median, middle")
RANGES = _phrases("range, ranges, ranging, from, run, runs, between, vary, varies, lie, lies")
# What was agreed before an amendment, and how far it moved.
FORMER = _phrases("was, were, from, former*, earlier, previous*, before, instead, rather, original*, first, no longer")
CHANGES = _phrases(
    "increas*, more, less, below, ris*, rose, fall*, fell, uplift*, reduc*, chang*, extra, further, cut*, "
    "rais*, add*, trim*, took, taken off, moderat*, lower*, fewer, short*, drop*, off, differ*, beyond, sav*, "
    "free*, under"
)
# How one year goes on to the next.
COURSES = _phrases(
    "then, ris*, rose, fall*, fell, halv*, doubl*, taper*, grow*, grew, drop*, next, later, start*, from"
)
GRANTED = _phrases("granted, awarded, given, receive*, get, gets, recommend*, approve*, award*, propose*")
SPENDS = _phrases("commit*, spen*, cost*, uses, use, used, call*, charged, goes, level")
HOLDS = _phrases("allocat*, fund*, budget*, has, have, hold, holds, money, income, award*")
SHARES: Mapping[str, Decimal] = {
    "half": Decimal(1) / 2,
    "halves": Decimal(1) / 2,
    "third": Decimal(1) / 3,
    "quarter": Decimal(1) / 4,
    "fifth": Decimal(1) / 5,
    "sixth": Decimal(1) / 6,
    "seventh": Decimal(1) / 7,
    "eighth": Decimal(1) / 8,
    "ninth": Decimal(1) / 9,
    "tenth": Decimal(1) / 10,
    "twelfth": Decimal(1) / 12,
    "twentieth": Decimal(1) / 20,
}
# Words that many names have, so that nobody would call an owner by one alone.
COMMON = frozenset(
    _phrases(
        "a, advice, against, all, also, an, and, area, areas, art, arts, asb, association, at, award, bid, "
        "bids, board, body, borough, boroughs, budget, building, business, by, campaign, care, cctv, centre, "
        "charity, children, cic, city, class, club, college, command, committee, communities, community, "
        "company, contract, contracts, cost, costs, council, county, crime, crimes, custody, district, "
        "districts, division, domestic, drive, early, east, education, engagement, event, events, evidence, "
        "family, farm, farms, fees, fire, first, for, force, forum, foundation, foundations, friends, from, "
        "fund, funded, funding, further, girls, grant, grants, group, groups, hall, harm, hate, health, help, "
        "home, house, housing, hub, in, initiative, initiatives, internal, international, into, knife, later, "
        "league, learning, limit, limited, line, local, london, ltd, mayor, mediation, men, mental, met, "
        "money, month, national, neighbourhood, network, new, nhs, night, north, of, office, officer, "
        "officers, on, one, online, open, or, organisation, organisations, other, our, out, outreach, panel, "
        "park, part, partnership, people, pilot, plan, play, plc, police, policing, post, posts, prevention, "
        "priority, prison, programme, programmes, project, projects, property, public, region, regional, "
        "residents, rights, road, round, rural, safe, safer, safety, scheme, school, schools, second, "
        "security, service, services, sessions, sexual, single, small, social, society, south, spend, sport, "
        "sports, square, staff, staffing, station, street, streets, summer, support, system, team, tender, "
        "the, theft, their, third, time, to, together, town, trade, training, trust, two, unit, units, value, "
        "vehicles, victim, victims, video, village, violence, voice, volunteers, ward, watch, way, week, "
        "west, with, women, work, workers, working, works, workshop, workshops, year, years, young, youth"
    )
)
