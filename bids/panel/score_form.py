"""The scorecard as a form: for each criterion a gate, a mark or both, and the reason. A draft may leave any empty."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django import forms
from django.db import connection
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from bids.criteria import Rule
from bids.models import Bid, Mark, Scorecard
from bids.panel.scorecards import Judgement
from grants.forms import Form, Radios, text_area
from grants.models import User

LONGEST_REASON = 4000
KINDS = ("passed", "score", "reason")
_YES_NO = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True, slots=True)
class JudgementText:
    """A judgement on one criterion as text. Each part is empty if the member left it out."""

    rule: Rule
    passed: str = ""
    score: str = ""
    reason: str = ""

    @property
    def mark(self) -> str:
        """Yes, 3."""
        return ", ".join(filter(None, (_YES_NO.get(self.passed, ""), self.score)))

    @property
    def heading(self) -> str:
        """6. Value for money: Yes, 3."""
        return f"{self.rule.number}. {self.rule.label}{': ' if self.mark else ''}{self.mark}"


@dataclass(frozen=True, slots=True)
class OwnCard:
    """A member's scorecard on a bid, for its page. If there is none yet, `version` is 0 and `state` is empty.

    `answers` holds the saved marks by form field, without empty ones.
    """

    rules: list[Rule]
    answers: dict[str, str]
    version: int
    state: str
    saved_at: datetime | None
    submitted_at: datetime | None
    marks_opened_at: datetime | None

    @property
    def counts(self) -> bool:
        return self.state in Scorecard.COUNTED


# Written as SQL because no page is requested more often, and composing three queries takes longer than everything
# else that this page asks of the database.
_OWN_CARD = """
SELECT criterion.number, criterion.label, criterion.question, criterion.gate, criterion.scored, criterion.weight,
       criterion.points, criterion.passes, criterion.fails, mark.passed, mark.score, mark.reason,
       card.version, card.state, card.saved_at, card.submitted_at, card.marks_opened_at
FROM bids_criterion criterion
LEFT JOIN bids_scorecard card ON card.bid_id = %(bid)s AND card.member_id = %(member)s
LEFT JOIN bids_mark mark ON mark.scorecard_id = card.id AND mark.criterion_id = criterion.id
WHERE criterion.round_id = %(round)s
ORDER BY criterion.number
"""


def own_card(bid: Bid, member: User) -> OwnCard:
    """Return the criteria of a bid's round with a member's judgement on each, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_OWN_CARD, {"bid": bid.pk, "member": member.pk, "round": bid.round_id})
        rows = cursor.fetchall()
    rules, values = [], {}
    for number, label, question, gate, scored, weight, points, passes, fails, passed, score, reason, *_ in rows:
        scale = tuple((int(value), str(meaning)) for value, meaning in json.loads(points))
        rules.append(Rule(number, label, question, gate, scored, weight, scale, passes, fails))
        values[f"passed_{number}"] = {True: "yes", False: "no", None: ""}[passed]
        values[f"score_{number}"] = "" if score is None else str(score)
        values[f"reason_{number}"] = reason or ""
    version, state, saved_at, submitted_at, marks_opened_at = rows[0][-5:] if rows else (None,) * 5
    answers = {name: value for name, value in values.items() if value}
    return OwnCard(rules, answers, version or 0, state or "", saved_at, submitted_at, marks_opened_at)


def judgement_texts(rules: Iterable[Rule], answers: Mapping[str, str]) -> list[JudgementText]:
    """Return the answers criterion by criterion, in the order of the rules."""
    return [JudgementText(rule, *(answers.get(f"{kind}_{rule.number}", "") for kind in KINDS)) for rule in rules]


def as_answers(marks: Iterable[Mark]) -> dict[str, str]:
    """Return marks as the answers of the form's fields, without empty ones. Fetch their `criterion` first."""
    values = {}
    for mark in marks:
        number = mark.criterion.number
        values[f"passed_{number}"] = {True: "yes", False: "no", None: ""}[mark.passed]
        values[f"score_{number}"] = "" if mark.score is None else str(mark.score)
        values[f"reason_{number}"] = mark.reason
    return {name: value for name, value in values.items() if value}


def as_text(rules: Iterable[Rule], answers: Mapping[str, str]) -> str:
    """Return the answers as one text that can be copied."""
    return "\n\n".join(
        f"{each.heading}\n{each.reason}".strip() for each in judgement_texts(rules, answers) if each.mark or each.reason
    )


def _reason(rule: Rule) -> forms.CharField:
    field: forms.CharField = text_area("Why", rows=2, required=False, longest=LONGEST_REASON)
    # With the limit as an attribute, a browser would silently cut off the end of a pasted text.
    del field.widget.attrs["maxlength"]
    field.error_messages["max_length"] = (
        f"{rule.number}. {rule.label}: your reason has %(show_value)d characters. Shorten it to {LONGEST_REASON:,}"
    )
    # A reason in Arabic or Hebrew reads from the right.
    field.widget.attrs["dir"] = "auto"
    return field


@dataclass(frozen=True, slots=True)
class CriterionFields:
    """The fields of one criterion on the page: `choices` of its gate and its scale as HTML, and the text of its reason.

    `wrong` is what is wrong with any of them, `reason_is_wrong` whether that is about the reason. `saved` is the saved
    judgement if it differs from the fields, else None. The page draws these fields itself, because a template for each
    widget would be too slow on a page used this often.
    """

    number: str
    label: str
    rule: Rule
    choices: SafeString
    reason: str
    wrong: str
    reason_is_wrong: bool
    saved: JudgementText | None


def _criterion_fields(now: JudgementText, wrong: Mapping[str, str], saved: JudgementText | None) -> CriterionFields:
    return CriterionFields(
        number=str(now.rule.number),
        label=f"{now.rule.number}. {now.rule.label}",
        rule=now.rule,
        choices=_choices(now.rule, now.passed, now.score),
        reason=now.reason,
        wrong=next(iter(wrong.values()), ""),
        reason_is_wrong="reason" in wrong or bool(wrong and not now.reason),
        saved=saved,
    )


@lru_cache(maxsize=2048)
def _choices(rule: Rule, passed: str, score: str) -> SafeString:
    """Return the radio buttons of a criterion as HTML, cached because thousands of pages draw the same few."""
    label = f"{rule.number}. {rule.label}"
    groups: list[tuple[str, str, str, Sequence[tuple[str, str, str]]]] = []
    if rule.gate:
        meanings = (("yes", "Yes", rule.passes), ("no", "No", rule.fails))
        groups.append(("passed", f"{label}: does it pass?", passed, meanings))
    if rule.scored:
        points = [(str(value), str(value), text) for value, text in rule.points]
        groups.append(("score", f"{label}: mark", score, points))
    return render_to_string("bids/panel/_choices.html", {"number": rule.number, "groups": groups})


@lru_cache(maxsize=64)
def _fields(rules: tuple[Rule, ...]) -> dict[str, forms.Field]:
    """Return the fields of a scorecard by name. All forms with the same rules share them."""
    fields: dict[str, forms.Field] = {}
    for rule in rules:
        if rule.gate:
            fields[f"passed_{rule.number}"] = forms.TypedChoiceField(
                label="Does it pass?",
                choices=tuple(_YES_NO.items()),
                coerce=lambda answer: answer == "yes",
                empty_value=None,
                required=False,
                widget=Radios(attrs={"inline": True}),
            )
        if rule.scored:
            fields[f"score_{rule.number}"] = forms.TypedChoiceField(
                label="Mark",
                choices=[(value, f"{value}: {meaning}") for value, meaning in rule.points],
                coerce=int,
                empty_value=None,
                required=False,
                widget=Radios,
            )
        fields[f"reason_{rule.number}"] = _reason(rule)
    return fields


class ScoreForm(Form):
    """One member's scorecard. `marks` holds the judgements of the form, by criterion number.

    `saved` are the answers on the server; `typed` are unsaved answers of the same person, kept to be sent again.
    """

    # A draft may leave any field empty and a submission none, so no field is labelled optional.
    may_be_incomplete = True

    def __init__(
        self, *args: Any, rules: Sequence[Rule], saved: Mapping[str, str], typed: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=dict(typed or saved), **kwargs)
        self.rules = rules
        self.compared: Mapping[str, str] | None = None
        self.fields.update(_fields(tuple(rules)))

    def compare(self, saved: Mapping[str, str]) -> None:
        """Show the saved judgement next to the fields of each criterion where the two differ."""
        self.compared = saved

    @property
    def typed(self) -> dict[str, str]:
        """The answers in the fields, as they would be saved, without empty ones."""
        source = self.data if self.is_bound else self.initial
        texts = {name: str(source.get(name) or "").replace("\r\n", "\n").strip() for name in self._numbered()}
        return {name: value for name, value in texts.items() if value}

    @property
    def criteria(self) -> list[CriterionFields]:
        """The fields of each criterion, in the order of the page."""
        now = judgement_texts(self.rules, self.typed)
        before = now if self.compared is None else judgement_texts(self.rules, self.compared)
        fields = [
            _criterion_fields(each, self._wrong_with(each.rule), saved if saved != each else None)
            for each, saved in zip(now, before, strict=True)
        ]
        return sorted(fields, key=lambda each: each.rule.on_scorecard)

    def _wrong_with(self, rule: Rule) -> dict[str, str]:
        if not self.is_bound:
            return {}
        wrong = {kind: f"{kind}_{rule.number}" for kind in KINDS if f"{kind}_{rule.number}" in self.errors}
        return {kind: str(self.errors[name][0]) for kind, name in wrong.items()}

    @property
    def marks(self) -> Mapping[int, Judgement]:
        data = self.cleaned_data
        return {
            rule.number: Judgement(
                data.get(f"passed_{rule.number}"),
                data.get(f"score_{rule.number}"),
                data.get(f"reason_{rule.number}", ""),
            )
            for rule in self.rules
        }

    def _numbered(self) -> list[str]:
        return [name for name in self.fields if name.startswith(KINDS)]
