"""The bodies of the fixtures, as tests read them."""

from django.conf import settings

from bids.criteria import Rule
from grants import body_folder

MPS = body_folder.read(settings.BASE_DIR / "fixtures/force-mps")
VALE = body_folder.read(settings.BASE_DIR / "fixtures/force-vale")
# The criteria that its rounds start with, as scoring computes with them.
CRITERIA = tuple(
    Rule(
        own.number, own.label, own.question, own.gate, own.scored, own.weight, tuple(own.points), own.passes, own.fails
    )
    for own in MPS.criteria
)
