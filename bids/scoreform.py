"""The scorecard as a form: for each criterion a gate, a mark or both, and the reason. A draft may leave any empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from bids.criteria import Rule
from bids.models import Mark
from bids.panel import Given
from grants.forms import Form, Radios, text_area

LONGEST_REASON = 4000
KINDS = ("passed", "score", "reason")
_SAID = {"yes": "Yes", "no": "No"}


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody put down for one criterion, in words; empty where they said nothing."""

    rule: Rule
    passed: str = ""
    score: str = ""
    reason: str = ""

    @property
    def mark(self) -> str:
        """Yes, 3."""
        return ", ".join(filter(None, (_SAID.get(self.passed, ""), self.score)))

    @property
    def heading(self) -> str:
        """6. Value for money: Yes, 3."""
        return f"{self.rule.number}. {self.rule.label}{': ' if self.mark else ''}{self.mark}"


def answers(marks: Iterable[Mark]) -> dict[str, str]:
    """Saved marks under the names of the form's fields. An empty one is left out."""
    found: dict[str, str] = {}
    for mark in marks:
        number = mark.criterion.number
        found[f"passed_{number}"] = {True: "yes", False: "no", None: ""}[mark.passed]
        found[f"score_{number}"] = "" if mark.score is None else str(mark.score)
        found[f"reason_{number}"] = mark.reason
    return {name: value for name, value in found.items() if value}


def said(rules: Iterable[Rule], answers: Mapping[str, str]) -> list[Said]:
    """The answers criterion by criterion, in the order of the rules."""
    return [Said(rule, *(answers.get(f"{kind}_{rule.number}", "") for kind in KINDS)) for rule in rules]


def as_text(rules: Iterable[Rule], answers: Mapping[str, str]) -> str:
    """The answers as one text that can be copied."""
    return "\n\n".join(
        f"{each.heading}\n{each.reason}".strip() for each in said(rules, answers) if each.mark or each.reason
    )


def _reason(rule: Rule) -> forms.CharField:
    field: forms.CharField = text_area("Why", rows=2, required=False, longest=LONGEST_REASON)
    # A browser that knows the limit cuts off the end of what is pasted, and says nothing.
    del field.widget.attrs["maxlength"]
    field.error_messages["max_length"] = (
        f"{rule.number}. {rule.label}: the reason has %(show_value)d characters and can have {LONGEST_REASON:,}"
    )
    # A reason in Arabic or Hebrew reads from the right.
    field.widget.attrs["dir"] = "auto"
    return field


@dataclass(frozen=True, slots=True)
class Asked:
    """One criterion on the page: its fields and, where another answer is saved than stands in them, that one."""

    rule: Rule
    fields: list[BoundField]
    saved: Said | None


class ScoreForm(Form):
    """One member's scorecard. `marks` is what was typed, by criterion number.

    `saved` are the answers on the server; `typed` those of the same person that wait to be sent again.
    """

    # A draft may leave any field empty, and a submission none: so none is called optional.
    may_be_incomplete = True

    def __init__(
        self, *args: Any, rules: Sequence[Rule], saved: Mapping[str, str], typed: Mapping[str, str], **kwargs: Any
    ) -> None:
        super().__init__(*args, initial=dict(typed or saved), **kwargs)
        self.rules = rules
        self.compared: Mapping[str, str] | None = None
        for rule in rules:
            if rule.gate:
                self.fields[f"passed_{rule.number}"] = forms.TypedChoiceField(
                    label="Does it pass?",
                    choices=[("yes", "Yes"), ("no", "No")],
                    coerce=lambda answer: answer == "yes",
                    empty_value=None,
                    required=False,
                    widget=Radios(attrs={"inline": True}),
                )
            if rule.scored:
                self.fields[f"score_{rule.number}"] = forms.TypedChoiceField(
                    label="Mark",
                    choices=[(value, f"{value}: {meaning}") for value, meaning in rule.points],
                    coerce=int,
                    empty_value=None,
                    required=False,
                    widget=Radios,
                )
            self.fields[f"reason_{rule.number}"] = _reason(rule)

    def compare(self, saved: Mapping[str, str]) -> None:
        """Show, criterion by criterion, what is saved beside what stands in the fields, where the two differ."""
        self.compared = saved

    @property
    def typed(self) -> dict[str, str]:
        """What stands in the fields, as it would be saved. An empty one is left out."""
        found = {name: str(self[name].value() or "").replace("\r\n", "\n").strip() for name in self._numbered()}
        return {name: value for name, value in found.items() if value}

    @property
    def criteria(self) -> list[Asked]:
        """Each criterion with its bound fields, in order, for the page."""
        before = {each.rule.number: each for each in said(self.rules, self.compared or {})}
        now = {each.rule.number: each for each in said(self.rules, self.typed)} if self.compared is not None else before
        return [
            Asked(
                rule,
                [self[name] for name in (f"{kind}_{rule.number}" for kind in KINDS) if name in self.fields],
                before[rule.number] if before[rule.number] != now[rule.number] else None,
            )
            for rule in self.rules
        ]

    @property
    def marks(self) -> Mapping[int, Given]:
        data = self.cleaned_data
        return {
            rule.number: Given(
                data.get(f"passed_{rule.number}"),
                data.get(f"score_{rule.number}"),
                data.get(f"reason_{rule.number}", ""),
            )
            for rule in self.rules
        }

    def _numbered(self) -> list[str]:
        return [name for name in self.fields if name.startswith(KINDS)]
