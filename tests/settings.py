"""The settings of the tests: those of the application, in the test environment whatever the caller's environment is.

pytest-django reads the settings before any conftest.py runs, so GRANTS_ENV has to be set here.
"""

import importlib
import os

os.environ["GRANTS_ENV"] = "test"
# Playwright keeps an event loop running in the test's thread, and Django would take our queries for async ones.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

globals().update(
    {name: value for name, value in vars(importlib.import_module("grants.settings")).items() if name.isupper()}
)
# Tests sign in hundreds of times. Those about passwords ask for the hashers of a deployment: see `deployed_hashers`.
# The people of the last release's database have hashes of a deployment.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *globals()["PASSWORD_HASHERS"]]
