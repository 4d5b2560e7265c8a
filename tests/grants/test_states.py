"""Each state machine is its table: every model with states has one, and what it does not name is refused."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps

from grants import states
from grants.refusal import Refused
from grants.roles import ACTIONS
from grants.states import Transition

MACHINES: list[Any] = [model for model in apps.get_models() if hasattr(model, "TRANSITIONS")]


def thing(model: Any, state: str) -> Any:
    """Stand in for an object of the model, in one state."""
    label = model.State(state).label
    return SimpleNamespace(state=state, TRANSITIONS=model.TRANSITIONS, get_state_display=lambda: label)


def test_every_model_that_has_states_has_a_table() -> None:
    with_states = {model for model in apps.get_models() if hasattr(model, "State")}
    names = {model.__name__ for model in MACHINES}
    assert names >= {"Award", "Bid", "Decision", "Meeting", "Scorecard", "SingleTenderAction", "Virement"}
    assert {model for model in with_states if model._meta.app_label in ("approvals", "bids", "grants")} <= set(MACHINES)


@pytest.mark.parametrize("model", MACHINES)
def test_a_table_names_exactly_the_states_of_its_enumeration(model: Any) -> None:
    rows = model.TRANSITIONS.values()
    named = {state for row in rows for state in (*row.sources, row.target) if state is not None}
    assert named == set(model.State)


@pytest.mark.parametrize("model", MACHINES)
def test_the_verbs_of_a_table_are_actions_that_the_trail_records(model: Any) -> None:
    for verb in model.TRANSITIONS:
        assert ACTIONS[verb.partition(":")[0]].past, verb


@pytest.mark.parametrize("model", MACHINES)
def test_a_verb_is_refused_in_every_state_that_its_row_does_not_name(model: Any) -> None:
    for verb, row in model.TRANSITIONS.items():
        for state in set(model.State) - set(row.sources):
            subject = thing(model, state)
            assert not states.allows(subject, verb)
            with pytest.raises(Refused, match=r"^Not now$") as refused:
                states.must_allow(subject, verb, "Not now", field="bid")
            assert refused.value.field == "bid"
            with pytest.raises(Refused, match="Open its page again to see what you can do"):
                states.move(subject, verb)
            assert subject.state == state


@pytest.mark.parametrize("model", MACHINES)
def test_a_verb_leads_from_each_of_its_states_to_its_target(model: Any) -> None:
    for verb, row in model.TRANSITIONS.items():
        for state in row.sources:
            subject = thing(model, state)
            states.must_allow(subject, verb, "Not now")
            states.move(subject, verb)
            assert subject.state == (row.target or state)


@pytest.mark.parametrize("model", MACHINES)
def test_the_trigger_in_the_database_allows_the_changes_of_the_table_and_no_other(model: Any) -> None:
    rows = model.TRANSITIONS.values()
    changes = {(source, row.target) for row in rows for source in row.sources if row.target not in (None, source)}
    for trigger in getattr(model._meta, "triggers", []):
        if getattr(trigger, "field", None) == "state":
            assert set(trigger.transitions) == changes


def test_an_unknown_verb_is_a_mistake_in_the_code() -> None:
    subject = SimpleNamespace(state="open", TRANSITIONS={"close": Transition(("open",), "closed")})
    with pytest.raises(KeyError):
        states.must_allow(subject, "shut", "Not now")
