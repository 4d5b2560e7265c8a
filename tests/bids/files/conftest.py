"""Accepted files, and a lead who may add them."""

from collections.abc import Callable

import pytest
from django.db.models import QuerySet

from bids.files.checking import Accepted, accept
from bids.models import Bid, StoredFile
from grants.models import Round, User
from grants.roles import Role
from tests.bids.files import samples
from tests.factories import person

Named = Callable[..., list[Accepted]]


def kept(bid: Bid) -> QuerySet[StoredFile]:
    """The contents that the database keeps of a bid; it has those of the demo as well."""
    return StoredFile.objects.filter(name__startswith=f"{bid.reference}/")


@pytest.fixture
def lead(round: Round) -> User:
    return person(Role.LEAD, round=round)


@pytest.fixture
def named() -> Named:
    """Different accepted files of these names, all PNG pictures."""
    return lambda *names: [accept(name, samples.png(extra=name.encode())) for name in names]
