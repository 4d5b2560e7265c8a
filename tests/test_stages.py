"""What tests stand on is played once, is there for each of them, and is gone for who does not stand on it."""

import pytest

from grants.models import Round, User
from tests.stages import stage

pytestmark = pytest.mark.usefixtures("staged")
PLAYED: list[str] = []


@stage
def first() -> User:
    PLAYED.append("first")
    return User.objects.create(username="first.stage", name="First")


@stage
def second(first: User) -> User:
    PLAYED.append("second")
    return User.objects.create(username="second.stage", name="Second")


@stage
def other() -> User:
    PLAYED.append("other")
    return User.objects.create(username="other.stage", name="Other")


def there() -> set[str]:
    return set(User.objects.filter(username__endswith=".stage").values_list("username", flat=True))


@pytest.mark.parametrize("turn", [1, 2])
def test_a_stage_is_there_and_as_it_was_played(first: User, turn: int) -> None:
    assert PLAYED.count("first") == 1
    assert there() == {"first.stage"}
    assert first.name == User.objects.get(pk=first.pk).name == "First"
    first.name = "Changed"
    first.save()
    Round.objects.update(title="Changed")


@pytest.mark.usefixtures("second")
@pytest.mark.parametrize("turn", [1, 2])
def test_a_stage_stands_on_another(first: User, turn: int) -> None:
    assert (PLAYED.count("first"), PLAYED.count("second")) == (1, 1)
    assert there() == {"first.stage", "second.stage"}
    assert not Round.objects.filter(title="Changed").exists()
    User.objects.create(username="of.a.test.stage", name="Gone")


def test_who_stands_on_another_stage_does_not_see_the_first(other: User) -> None:
    assert there() == {other.username}


def test_who_stands_on_none_sees_none() -> None:
    assert there() == set()
