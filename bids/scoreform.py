"""The scorecard as a form: for each criterion a gate, a mark or both, and the reason. A draft may leave any empty."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django import forms
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from bids.criteria import Rule
from bids.models import Mark, Scorecard
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


def answers(card: Scorecard) -> dict[str, str]:
    """The saved marks of a card under the names of the form's fields. An empty one is left out."""
    found: dict[str, str] = {}
    marks = Mark.objects.filter(scorecard=card).values_list("criterion__number", "passed", "score", "reason")
    for number, passed, score, reason in marks:
        found[f"passed_{number}"] = {True: "yes", False: "no", None: ""}[passed]
        found[f"score_{number}"] = "" if score is None else str(score)
        found[f"reason_{number}"] = reason
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
    """One criterion on the page: what stands in its fields, what is wrong with it and, where another answer is saved
    than stands in them, that one.

    The page draws the fields itself: thirty of these an afternoon are too many for a template a widget.
    """

    now: Said
    errors: Mapping[str, str]
    saved: Said | None

    @property
    def rule(self) -> Rule:
        return self.now.rule

    @property
    def gate(self) -> SafeString:
        """The choices of a gate, with the one that stands there."""
        return _choices("passed", self.rule.number, (("yes", "Yes"), ("no", "No")), self.now.passed)

    @property
    def scale(self) -> SafeString:
        """The points of the scale, each with its meaning, with the one that stands there."""
        points = tuple((str(value), f"{value}: {meaning}") for value, meaning in self.rule.points)
        return _choices("score", self.rule.number, points, self.now.score)


@lru_cache(maxsize=2048)
def _choices(kind: str, number: int, choices: tuple[tuple[str, str], ...], chosen: str) -> SafeString:
    """Choices as the page draws them. There are few different ones, and each is drawn on thousands of pages."""
    context = {"name": f"{kind}_{number}", "inline": kind == "passed", "choices": choices, "chosen": chosen}
    return render_to_string("bids/choices.html", context)


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
        """Each criterion as the page draws it, in order."""
        now = said(self.rules, self.typed)
        before = now if self.compared is None else said(self.rules, self.compared)
        return [
            Asked(each, self._errors_on(each.rule), saved if saved != each else None)
            for each, saved in zip(now, before, strict=True)
        ]

    def _errors_on(self, rule: Rule) -> dict[str, str]:
        # Every kind has its text, if an empty one: a template looks long for what is not there.
        found = dict.fromkeys(KINDS, "")
        if not self.is_bound:
            return found
        wrong = {kind: f"{kind}_{rule.number}" for kind in KINDS if f"{kind}_{rule.number}" in self.errors}
        return found | {kind: str(self.errors[name][0]) for kind, name in wrong.items()}

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
