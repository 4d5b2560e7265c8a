"""The entry point of gunicorn: `gunicorn grants.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "grants.settings")
application = get_wsgi_application()
