"""A store that speaks S3, for deployments that name one; its packages are in `requirements-s3.lock`."""

from __future__ import annotations

from typing import Any

from botocore.config import Config
from storages.backends.s3 import S3Storage as Storage


class S3Storage(Storage):
    """The storage of django-storages, set up for private files and for stores by other makers than Amazon.

    The keys are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or from the machine's role.
    """

    def get_default_settings(self) -> dict[str, Any]:
        """Return the defaults that OPTIONS in STORAGES replace."""
        defaults: dict[str, Any] = super().get_default_settings()
        return defaults | {
            "default_acl": None,
            "querystring_auth": True,
            "file_overwrite": False,
            # Not every store knows the checksums that newer clients send with each request unless told not to.
            "client_config": Config(
                s3={"addressing_style": "path"},
                signature_version="s3v4",
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3},
            ),
        }
