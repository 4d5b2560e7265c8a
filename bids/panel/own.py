"""A member's own scorecards: side by side, to print, and their last marks on each criterion.

Each function takes a fixed number of queries, whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.core.paginator import Page
from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects

from bids import scoring
from bids.criteria import Rule
from bids.models import Assignment, Bid, Mark, Scorecard
from bids.panel import score_form
from grants.models import Round, User

# How many of their last marks a member sees beside a scale.
LATEST = 5


@dataclass(frozen=True, slots=True)
class OwnRow:
    """A member's scorecard on a bid: an answer for each rule of the round, and the mean of a complete one."""

    bid: Bid
    state: str
    answers: list[scoring.Answer]
    mean: Decimal | None


def rows(member: User, round: Round, rules: Sequence[Rule], *, state: str = "", sort: str = "") -> list[OwnRow]:
    """Return a row for each bid that the member may score, in two queries.

    `state` keeps the bids whose scorecard is submitted, a draft or missing ("none"). `sort` is "mean" or the number of
    a scored criterion, with the highest first, and with "-" before it the lowest first. Without it, rows are in the
    order of the references.
    """
    cards = cards_of(member, round)
    made = [_row(bid, *cards.get(bid.pk, ("", {})), rules) for bid in bids(member, round)]
    kept = [row for row in made if not state or (row.state or "none") == state]
    name = sort.removeprefix("-")
    places = {str(rule.number): place for place, rule in enumerate(rules) if rule.scored}
    if name != "mean" and name not in places:
        return kept

    def merit(row: OwnRow) -> Decimal | int | None:
        return row.mean if name == "mean" else row.answers[places[name]].score

    marked = [row for row in kept if merit(row) is not None]
    marked.sort(key=lambda row: Decimal(merit(row) or 0), reverse=not sort.startswith("-"))
    return [*marked, *(row for row in kept if merit(row) is None)]


def bids(member: User, round: Round) -> QuerySet[Bid]:
    """Return the bids of a round that the member may score, in the order of their references."""
    own = Bid.objects.visible_to(member, "score bid").filter(round=round)
    return own.select_related("recipient", "round").order_by("source_reference")


def cards_of(member: User, round: Round) -> dict[int, tuple[str, dict[int, scoring.Answer]]]:
    """Return the member's scorecards in a round by the bid's primary key: state, and answers by criterion number."""
    cards: dict[int, tuple[str, dict[int, scoring.Answer]]] = {}
    marks = Mark.objects.filter(scorecard__member=member, scorecard__bid__round=round)
    columns = ("scorecard__bid", "scorecard__state", "criterion__number", "passed", "score")
    for bid, state, number, passed, score in marks.order_by().values_list(*columns):
        shown = Scorecard.State.SUBMITTED if state in Scorecard.COUNTED else state
        cards.setdefault(bid, (shown, {}))[1][number] = scoring.Answer(passed, score)
    return cards


def _row(bid: Bid, state: str, answers: dict[int, scoring.Answer], rules: Sequence[Rule]) -> OwnRow:
    by_rule = [answers.get(rule.number, scoring.Answer()) for rule in rules]
    scored = [rule for rule in rules if rule.scored]
    marks = {number: Fraction(answer.score) for number, answer in answers.items() if answer.score is not None}
    is_marked = bool(scored) and all(rule.number in marks for rule in scored)
    return OwnRow(bid, state, by_rule, scoring.rounded(scoring.weighted(marks, scored)) if is_marked else None)


def scorecards(
    page: Page[Bid], member: User, rules: Sequence[Rule]
) -> list[tuple[Bid, str, list[score_form.JudgementText]]]:
    """Return the bids of a page with the member's scorecard on each: its state in words, and its judgements."""
    shown = list(page.object_list)
    prefetch_related_objects(shown, "costs", "tags")
    cards = Scorecard.objects.filter(member=member, bid__in=shown).prefetch_related("marks__criterion")
    by_bid = {card.bid_id: card for card in cards}
    rows = []
    for bid in shown:
        card = by_bid.get(bid.pk)
        answers = score_form.as_answers(card.marks.all()) if card else {}
        state = card.get_state_display() if card else "Not scored yet"
        rows.append((bid, state, score_form.judgement_texts(rules, answers)))
    return rows


def kept(member: User, round: Round) -> QuerySet[Scorecard]:
    """Return the member's scorecards on bids that they no longer score, in the order of the bids' references.

    Only what the member wrote may be shown of them: the bid itself may be closed to them.
    """
    current = Assignment.objects.filter(bid=OuterRef("bid"), member=member, withdrawn_at=None)
    cards = Scorecard.objects.filter(member=member, bid__round=round).exclude(Exists(current))
    return cards.select_related("bid__recipient").order_by("bid__source_reference")


def kept_texts(page: Page[Scorecard], rules: Sequence[Rule]) -> list[tuple[Scorecard, list[score_form.JudgementText]]]:
    """Return the scorecards of a page, each with its judgements."""
    cards = list(page.object_list)
    prefetch_related_objects(cards, "marks__criterion")
    return [(card, score_form.judgement_texts(rules, score_form.as_answers(card.marks.all()))) for card in cards]


def means(own_rows: Sequence[OwnRow], rules: Sequence[Rule]) -> list[tuple[Decimal | None, int]]:
    """Return the mean of the marks in some rows for each rule with their number, None where there are none."""
    columns: list[tuple[Decimal | None, int]] = []
    for place, rule in enumerate(rules):
        marks = [Fraction(score) for row in own_rows if (score := row.answers[place].score) is not None]
        mean = scoring.rounded(sum(marks, Fraction(0)) / len(marks)) if rule.scored and marks else None
        columns.append((mean, len(marks)))
    return columns


def latest(member: User, bid: Bid) -> dict[int, list[tuple[str, int]]]:
    """Return a member's marks on their last bids before this one by criterion number, the newest first, in one query.

    Each is the reference of the bid, as its bidder calls it, and the mark.
    """
    cards = Scorecard.objects.filter(member=member, bid__round=bid.round_id).exclude(bid=bid)
    cards = cards.exclude(state=Scorecard.State.WITHDRAWN).order_by("-saved_at", "-pk")[:LATEST]
    marks = Mark.objects.filter(scorecard__in=cards.values("pk")).exclude(score=None)
    columns = ("criterion__number", "scorecard__bid__source_reference", "score")
    by_criterion: dict[int, list[tuple[str, int]]] = {}
    ordered = marks.order_by("-scorecard__saved_at", "-scorecard_id").values_list(*columns)
    for number, reference, score in ordered:
        by_criterion.setdefault(number, []).append((reference, score))
    return by_criterion
