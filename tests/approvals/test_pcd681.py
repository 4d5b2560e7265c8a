"""The demo has the figures of PCD 681."""

import json
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from approvals.models import Award, Decision
from approvals.reconciliation import position
from grants.models import Round

pytestmark = pytest.mark.django_db


def test_reconcile_prints_the_figures_of_pcd_681_and_succeeds() -> None:
    out = StringIO()
    call_command("reconcile", "PCD-681", "--json", stdout=out)
    figures = json.loads(out.getvalue())
    assert figures == {
        "reference": "PCD-681",
        "allocation": "4782000.00",
        "lines": [
            {"label": "Staffing posts", "amount": "1900702.00"},
            {"label": "Corporate internal projects", "amount": "288695.00"},
        ],
        "contracts": {"count": 1, "total": "400000.00"},
        "grants": {
            "dmpc": {"count": 11, "total": "947234.00"},
            "delegated": {"count": 28, "total": "491364.00"},
            "count": 39,
            "total": "1438598.00",
        },
        "expenditure": "4027995.00",
        "underspend": "754005.00",
        "bids": {
            "received": 83,
            "rejected": 30,
            "internal": 13,
            "dmpc": 11,
            "delegated": 28,
            "redirected": 1,
            "refused": 0,
            "open": 0,
        },
        "retrospective": {"count": 2, "total": "181361.00"},
        "balances": True,
        "discrepancies": [],
    }


def test_a_grant_changed_by_a_penny_does_not_reconcile_and_is_named() -> None:
    award = Award.objects.get(bid__source_reference="CPIE-051")
    Award.objects.filter(pk=award.pk).update(amount=award.amount + Decimal("0.01"))
    reconciliation = position.reconcile(Round.objects.get(reference="cpie-2019-20"), timezone.localdate())
    assert [(each.check, each.amount, each.reference) for each in reconciliation.discrepancies] == [
        ("agreed amount", Decimal("0.01"), award.reference)
    ]
    with pytest.raises(SystemExit) as ended:
        call_command("reconcile", "PCD-681", stdout=StringIO())
    assert ended.value.code == 1


def test_the_demo_is_ready_for_the_deputy_mayor() -> None:
    assert Decision.objects.get(reference="PCD-681").state == Decision.State.READY
