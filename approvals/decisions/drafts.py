"""Transitions of what one person is typing in a section. They leave no trail: see docs/decisions/0010."""

from datetime import datetime

from django.db import transaction

from approvals.models import DecisionSection, SectionDraft
from grants.models import User
from grants.refusal import Refused

LONGEST = 100_000


class TypedElsewhere(Refused):
    """The same person typed on in another window; `draft` is what is kept now, or None where it was saved there."""

    def __init__(self, draft: SectionDraft | None) -> None:
        super().__init__("You typed on in another window")
        self.draft = draft


@transaction.atomic
def keep_draft(*, section: DecisionSection, text: str, seen: int, token: str, by: User, at: datetime) -> SectionDraft:
    """Keep what somebody is typing, in place of what was kept before. The paper does not change.

    `token` is the one of the draft that the page knows, empty for none. Raises TypedElsewhere for any other.
    """
    if len(text) > LONGEST:
        raise Refused("This is too long to keep as a draft")
    DecisionSection.objects.select_for_update(of=("self",)).get(pk=section.pk)
    kept = SectionDraft.objects.filter(section=section, person=by).first()
    if kept and kept.text == text:
        return kept
    if token != (kept.token if kept else ""):
        raise TypedElsewhere(kept)
    kept = kept or SectionDraft(section=section, person=by)
    kept.text, kept.seen, kept.kept_at = text, seen, at
    kept.save()
    return kept


@transaction.atomic
def drop_draft(*, section: DecisionSection, by: User) -> None:
    """Let go of a draft, so that the section reads again as it is saved."""
    SectionDraft.objects.filter(section=section, person=by).delete()
