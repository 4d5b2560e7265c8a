"""Addresses of the app, joined from those of its packages."""

from itertools import chain

from approvals.amendments import urls as amendments
from approvals.carrying import urls as carrying
from approvals.contracts import urls as contracts
from approvals.decisions import urls as decisions
from approvals.families import urls as families
from approvals.items import urls as items
from approvals.outcomes import urls as outcomes
from approvals.recipients import urls as recipients
from approvals.reconciliation import urls as reconciliation
from approvals.register import urls as register
from approvals.review import urls as review
from approvals.routing import urls as routing
from approvals.scenarios import urls as scenarios

app_name = "approvals"
_PARTS = (
    outcomes,
    review,
    scenarios,
    families,
    routing,
    contracts,
    items,
    recipients,
    reconciliation,
    decisions,
    register,
    amendments,
    carrying,
)
urlpatterns = list(chain.from_iterable(part.urlpatterns for part in _PARTS))
