"""The models of bids, each in the module of its subject.

Start with `bids.py`; Django finds every model through this module.
"""

from bids.models.bids import Bid, ColumnMapping, CostLine, Tag, Upload
from bids.models.families import Dismissal, ProjectFamily
from bids.models.files import BidFile, StoredFile
from bids.models.panel import (
    AgreedMark,
    AssignmentPlan,
    Discussion,
    Export,
    Knowledge,
    Meeting,
    PanelOutcome,
    Practice,
    PracticeCard,
    Severity,
    Standing,
)
from bids.models.scorecards import Assignment, Criterion, Interest, Mark, Panel, Reopening, Scorecard
from bids.models.search import BidWords

__all__ = [
    "AgreedMark",
    "Assignment",
    "AssignmentPlan",
    "Bid",
    "BidFile",
    "BidWords",
    "ColumnMapping",
    "CostLine",
    "Criterion",
    "Discussion",
    "Dismissal",
    "Export",
    "Interest",
    "Knowledge",
    "Mark",
    "Meeting",
    "Panel",
    "PanelOutcome",
    "Practice",
    "PracticeCard",
    "ProjectFamily",
    "Reopening",
    "Scorecard",
    "Severity",
    "Standing",
    "StoredFile",
    "Tag",
    "Upload",
]
