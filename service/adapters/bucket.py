"""A bucket of object storage: how it is opened, and what its errors mean. S3, and whatever speaks as it does."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self
from urllib.parse import urlsplit

from obstore.exceptions import BaseError, PreconditionError
from obstore.store import S3Store
from pydantic import SecretStr

from service.adapters.blob_store import BucketSettings, StorageAway

if TYPE_CHECKING:
    from obstore.store import S3Config

_STATUS = re.compile(r"status code: (\d{3})")
_DENIED = frozenset({"400", "401", "403"})
_NO_BUCKET = "NoSuchBucket"


@dataclass(frozen=True)
class Patience:
    """How long one request may take, and for how long it is tried again."""

    request_seconds: float = 30.0
    total_seconds: float = 30.0
    tries: int = 6


PATIENCE = Patience()


@dataclass(frozen=True)
class BucketPlace:
    """`url` is `s3://bucket/prefix`. What is None is taken from the usual `AWS_…` variables."""

    url: str
    endpoint: str | None = None
    region: str | None = None
    access_key_id: str | None = None
    secret_access_key: SecretStr | None = None
    patience: Patience | None = None

    @property
    def bucket(self) -> str:
        """The bucket's name."""
        return urlsplit(self.url).netloc

    @property
    def prefix(self) -> str:
        """What all names in the bucket begin with, without slashes at its ends; may be empty."""
        return urlsplit(self.url).path.strip("/")

    @classmethod
    def of(cls, settings: BucketSettings, url: str) -> Self:
        """The place at this URL, with the keys that are configured."""
        return cls(
            url,
            settings.storage_endpoint,
            settings.storage_region,
            settings.storage_access_key_id,
            settings.storage_secret_access_key,
        )

    def open(self) -> S3Store:
        """The client. Asks nothing of the service yet."""
        config: S3Config = {}
        if self.endpoint is not None:
            config["endpoint"] = self.endpoint
        if self.region is not None:
            config["region"] = self.region
        if self.access_key_id is not None:
            config["access_key_id"] = self.access_key_id
        if self.secret_access_key is not None:
            config["secret_access_key"] = self.secret_access_key.get_secret_value()
        patience = self.patience or PATIENCE
        return S3Store(
            self.bucket,
            prefix=self.prefix or None,
            config=config,
            # An endpoint without TLS is only ever reached where somebody has named it so.
            client_options={"allow_http": True, "timeout": timedelta(seconds=patience.request_seconds)},
            retry_config={
                "max_retries": patience.tries - 1,
                "retry_timeout": timedelta(seconds=patience.total_seconds),
                "backoff": {
                    "init_backoff": timedelta(milliseconds=100),
                    "max_backoff": timedelta(seconds=5),
                    "base": 2,
                },
            },
        )


class ObjectMissing(Exception):
    """There is no object of this name."""


class ObjectChanged(Exception):
    """The object has been replaced since it was looked at."""


@contextmanager
def reaching() -> Generator[None, None, None]:
    """Turns what the client raises into StorageAway, ObjectMissing and ObjectChanged.

    The client tells a status only in its text, and says OSError where a file object of it is used.
    """
    try:
        yield
    except StorageAway:
        raise
    except PreconditionError as error:
        raise ObjectChanged from error
    except (BaseError, OSError) as error:
        text = str(error)
        if isinstance(error, FileNotFoundError) and _NO_BUCKET not in text:
            raise ObjectMissing from error
        raise _away(text) from error


def _away(text: str) -> StorageAway:
    found = _STATUS.search(text)
    reason = " ".join(text.split("Debug source", maxsplit=1)[0].split())[:500]
    if _NO_BUCKET in text:
        return StorageAway(
            reason, "There is no such bucket: make it, or correct the bucket's name.", denied=True
        )
    if found is not None and found.group(1) in _DENIED:
        advice = "The object storage refuses us: check the keys, the region, and their rights to the bucket."
        return StorageAway(reason, advice, denied=True)
    return StorageAway(reason, "The object storage does not answer: check the endpoint and the network.")
