"""What a new round starts with: the seven criteria, the default tags and an open panel."""

from datetime import datetime

from bids.criteria import DEFAULTS
from bids.models import Criterion, Panel, Tag
from grants.models import Round, User

TAGS = (
    ("theme", "violence", "Reducing and preventing violence by diversion and early intervention"),
    ("theme", "engagement", "Community engagement, confidence and crime prevention"),
    ("theme", "business", "The business crime strategy"),
    ("priority", "children", "Children and young people"),
    ("priority", "vawg", "Violence against women and girls"),
    ("priority", "hate", "Hatred, intolerance and extremism"),
    ("objective", "divert", "Diversion in custody suites and hospitals"),
    ("objective", "summer", "Summer activity for schools officers and pupil referral units"),
    ("objective", "buses", "Overtime and rest days on bus routes most at risk"),
    ("objective", "sustained", "Sustained public engagement"),
)


def set_up(*, round: Round, by: User, at: datetime) -> None:
    """Give a new round its panel, criteria and tags. Part of opening the round, in its transaction and its event."""
    Panel.objects.create(round=round)
    Tag.objects.bulk_create(Tag(round=round, kind=kind, code=code, label=label) for kind, code, label in TAGS)
    Criterion.objects.bulk_create(
        Criterion(
            round=round,
            number=rule.number,
            label=rule.label,
            question=rule.question,
            gate=rule.gate,
            scored=rule.scored,
            weight=rule.weight,
            points=[list(point) for point in rule.points],
        )
        for rule in DEFAULTS
    )
