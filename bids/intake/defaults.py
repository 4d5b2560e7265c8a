"""What a new round starts with: an open panel, and the criteria and tags of its body."""

from datetime import datetime

from bids.models import Criterion, Panel, Tag
from grants.models import Round, User


def set_up(*, round: Round, by: User, at: datetime) -> None:
    """Give a new round its panel, criteria and tags. Part of opening the round, in its transaction and its event."""
    Panel.objects.create(round=round)
    add_tags(round)
    Criterion.objects.bulk_create(
        Criterion(
            round=round,
            number=own.number,
            label=own.label,
            question=own.question,
            gate=own.gate,
            scored=own.scored,
            weight=own.weight,
            points=[list(point) for point in own.points],
            passes=own.passes,
            fails=own.fails,
        )
        for own in round.body.criteria
    )


def add_tags(round: Round) -> None:
    """Give a new round the themes, priorities and objectives of its body."""
    Tag.objects.bulk_create(Tag(round=round, kind=tag.kind, code=tag.code, label=tag.label) for tag in round.body.tags)
