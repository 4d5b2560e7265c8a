"""What is connected when the service starts."""

from importlib import import_module

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """Connects what happens at each sign-in, also where no page was asked for yet."""

    name = "grants"

    def ready(self) -> None:
        for module in ("grants.typed", "grants.people.sessions"):
            import_module(module)
