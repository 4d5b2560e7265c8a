#!/usr/bin/env python
"""Run a management command. In a checkout where `make demo` has run, it speaks to the demo's database."""

import os
import sys

import devdb


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings")
    devdb.adopt_demo()
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
