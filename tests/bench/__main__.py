"""Start: python -m tests.bench. Ends with 1 where an aim is missed."""

import os
import sys

import django

import devdb


def main() -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    devdb.cluster("test").borrow()
    django.setup()
    # Models can be imported only now. The service sets the collector of garbage where it is started.
    import grants.wsgi  # noqa: F401  # for what it sets
    from tests.bench.measure import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
