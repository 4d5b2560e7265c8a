"""Transitions of one person's draft of a section. They are not recorded in the trail: see docs/decisions/0010."""

from datetime import datetime

from django.db import transaction

from approvals.models import DecisionSection, SectionDraft
from grants.models import User
from grants.refusal import Refused

LONGEST = 100_000


class TypedElsewhere(Refused):
    """The same person typed in another window. `draft` is the draft kept there, or None if they saved it."""

    def __init__(self, draft: SectionDraft | None) -> None:
        super().__init__("You continued typing in another window")
        self.draft = draft


@transaction.atomic
def keep_draft(*, section: DecisionSection, text: str, seen: int, token: str, by: User, at: datetime) -> SectionDraft:
    """Keep what somebody is typing, in place of their earlier draft. The paper does not change.

    `token` is that of the draft that the page shows, empty if none. Raises TypedElsewhere for any other token.
    """
    if len(text) > LONGEST:
        raise Refused("This is too long to keep as a draft")
    DecisionSection.objects.select_for_update(of=("self",)).get(pk=section.pk)
    draft = SectionDraft.objects.filter(section=section, person=by).first()
    if draft and draft.text == text:
        return draft
    if token != (draft.token if draft else ""):
        raise TypedElsewhere(draft)
    draft = draft or SectionDraft(section=section, person=by)
    draft.text, draft.seen, draft.kept_at = text, seen, at
    draft.save()
    return draft


@transaction.atomic
def drop_draft(*, section: DecisionSection, by: User) -> None:
    """Delete a draft, so that the page shows the saved section again."""
    SectionDraft.objects.filter(section=section, person=by).delete()
