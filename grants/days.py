"""Days in London: the one place in which an instant becomes a day. Pure rules."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def day_of(instant: datetime) -> date:
    """Return the day in London, in summer and in winter, on which an instant falls."""
    return instant.astimezone(LONDON).date()
