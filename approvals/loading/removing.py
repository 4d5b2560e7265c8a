"""Transition that removes a round which a folder opened, with all of its rows. Nothing else deletes a round.

A round goes only while nothing of it binds anybody: no decision is signed and no money is paid. The trail of people and
reference data keeps that it was there, with the number and the head of its own trail.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

import pgtrigger
from django.core.files.storage import storages
from django.db import connection, models, transaction
from django.db.models.fields.reverse_related import ManyToOneRel

from approvals.models import Decision, LoadedStage, Payment
from bids.files.adding import STORE
from bids.models import BidFile
from grants import audit, money
from grants.models import AuditEvent, Round, User
from grants.refusal import Refused
from grants.rounds import rounds
from grants.totals import total_of

Rows = Mapping[type[models.Model], Sequence[Any]]


def why_not(round: Round) -> list[str]:
    """Return why a round cannot be removed, each reason as a sentence; none where it can be."""
    return list(_reasons_against(round))


def _reasons_against(round: Round) -> Iterator[str]:
    if not LoadedStage.objects.filter(round=round).exists():
        yield f"No folder opened {round.reference}"
    for decision in Decision.objects.filter(round=round, signed_at__isnull=False).order_by("signed_at", "pk"):
        yield f"{decision.reference} is {'published' if decision.published_at else 'signed'}"
    payments = Payment.objects.filter(award__round=round)
    if payments:
        yield f"{money.pounds(total_of(payments))} is paid under its grants"
    for model, keys in rows_of(round).items():
        if any(field.name == "round" for field in model._meta.fields):
            others = model._base_manager.filter(pk__in=keys).exclude(round=round)
            if others.exists():
                yield f"Another round has a {model._meta.verbose_name} that refers to this one"


def rows_of(round: Round) -> Rows:
    """Return the primary keys of the round and of all rows that refer to it, straight or through others, by model."""
    keys: dict[type[models.Model], set[Any]] = {Round: {round.pk}}
    waiting: list[type[models.Model]] = [Round]
    while waiting:
        model = waiting.pop()
        for relation in model._meta.get_fields(include_hidden=True):
            if not isinstance(relation, ManyToOneRel):
                continue
            related: type[models.Model] = relation.related_model
            refers = {f"{relation.field.name}__in": keys[model]}
            more = set(related._base_manager.filter(**refers).values_list("pk", flat=True))
            if more - keys.get(related, set()):
                keys.setdefault(related, set()).update(more)
                waiting.append(related)
    return {model: sorted(each) for model, each in keys.items()}


def since_played(round: Round) -> int:
    """Return how many events the trail of a round has from after its folder was played last."""
    last = LoadedStage.objects.filter(round=round).order_by("pk").last()
    return AuditEvent.objects.filter(round=round, recorded_at__gt=last.played_at).count() if last else 0


@transaction.atomic
def remove_round(*, round: Round, reason: str, by: User, at: datetime) -> dict[str, int]:
    """Delete a round with all of its rows, and return how many there were by the name of what they are.

    People and organisations stay. Raises Refused, with each reason, once a decision is signed or money is paid, and for
    a round that no folder opened.
    """
    round = rounds.lock(round)
    if reasons := why_not(round):
        raise Refused(". ".join(reasons))
    rows = rows_of(round)
    counts = counted_rows(rows)
    facts = {"title": round.title, "events": counts.get("audit events", 0), "head": audit.head(round), "rows": counts}
    audit.record("remove round", round, by=by, at=at, because=reason.strip(), facts=facts)
    stored = list(BidFile.objects.filter(bid__round=round).values_list("stored_as", flat=True))
    # The triggers keep parts of a round from being deleted. Here the whole goes, and that is recorded.
    with pgtrigger.ignore(), connection.cursor() as cursor:
        for model, keys in rows.items():
            table, key = (connection.ops.quote_name(str(name)) for name in _names(model))
            cursor.execute(f"DELETE FROM {table} WHERE {key} = ANY(%s)", [list(keys)])  # noqa: S608  # names of models
    store = storages[STORE]
    for name in stored:
        # Whatever is stored elsewhere cannot come back, so it goes once the rows are gone for good.
        transaction.on_commit(partial(store.delete, name))
    return counts


def _names(model: type[models.Model]) -> tuple[str, str | None]:
    """Return the names of a model's table and of its primary key."""
    return model._meta.db_table, model._meta.pk.column


def counted_rows(rows: Rows) -> dict[str, int]:
    """Return how many rows there are of each model, by its plural name, without those that only join two others."""
    return {
        str(model._meta.verbose_name_plural): len(keys)
        for model, keys in sorted(rows.items(), key=lambda each: each[0]._meta.label)
        if keys and not model._meta.auto_created and model is not Round
    }
