"""The entry point of gunicorn: `gunicorn grants.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings")
application = get_wsgi_application()

# What is loaded by now stays. A page of thousands of grants makes many objects at once, and the collector of garbage
# would look through all of them again and again: that took a third of the time of such a page.
gc.freeze()
gc.set_threshold(20_000, 20, 20)
