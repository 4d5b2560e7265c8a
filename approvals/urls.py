"""Addresses of the app, joined from those of its packages."""

from itertools import chain

from approvals.amendments import urls as amendments
from approvals.contracts import urls as contracts
from approvals.decisions import urls as decisions
from approvals.families import urls as families
from approvals.reconciliation import urls as reconciliation
from approvals.register import urls as register
from approvals.review import urls as review
from approvals.routing import urls as routing
from approvals.scenarios import urls as scenarios

app_name = "approvals"
urlpatterns = list(
    chain.from_iterable(
        part.urlpatterns
        for part in (review, scenarios, families, routing, contracts, reconciliation, decisions, register, amendments)
    )
)
