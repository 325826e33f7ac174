"""Object storage of this machine: a simulated S3, seen from its inside as well."""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from pydantic import SecretStr

from service.adapters.bucket import BucketPlace, Patience

if TYPE_CHECKING:
    from moto.s3.models import FakeBucket, S3Backend

SOON = Patience(request_seconds=3.0, total_seconds=10.0, tries=3)
"""So that a test need not wait for long until a store is found away."""


@dataclass
class S3Bucket:
    """A bucket of its own for one test."""

    endpoint: str
    backend: "S3Backend"
    name: str = field(default_factory=lambda: f"b{uuid4().hex}")

    def __post_init__(self) -> None:
        self.backend.create_bucket(self.name, "us-east-1")

    @property
    def url(self) -> str:
        """As settings name it."""
        return f"s3://{self.name}/some/where"

    def place(self, endpoint: str | None = None, patience: Patience = SOON) -> BucketPlace:
        """Below a prefix, reached directly or by another endpoint."""
        return BucketPlace(
            self.url, endpoint or self.endpoint, "us-east-1", "key", SecretStr("secret"), patience
        )

    def settings(self) -> dict[str, Any]:
        """With which all of Headway keeps its files here."""
        return {
            "storage_url": self.url,
            "storage_endpoint": self.endpoint,
            "storage_region": "us-east-1",
            "storage_access_key_id": "key",
            "storage_secret_access_key": "secret",
        }

    def variables(self) -> dict[str, str]:
        """The same as variables of the environment."""
        return {f"HEADWAY_{name.upper()}": value for name, value in self.settings().items()}

    def objects(self) -> dict[str, bytes]:
        """All objects by their whole names."""
        return {name: self._key(name).value for name in self._inside.keys}

    def parts(self) -> list[str]:
        """Uploads that were begun and not ended, whose parts cost money."""
        return [each.key_name for each in self._inside.multiparts.values()]

    def age(self, name: str, seconds: float) -> None:
        """The object looks as if it had been written so long ago."""
        self._key(name).last_modified -= timedelta(seconds=seconds)

    @property
    def _inside(self) -> "FakeBucket":
        return self.backend.buckets[self.name]

    def _key(self, name: str) -> Any:
        found = self.backend.get_object(self.name, name)
        assert found is not None, f"there is no {name}"
        return found


@contextmanager
def s3_server() -> Generator["S3Server", None, None]:
    """A server for many tests; each takes a bucket."""
    from moto.server import ThreadedMotoServer  # it takes long to load

    _at_one_moment()
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        yield S3Server(f"http://{host}:{port}".replace("0.0.0.0", "127.0.0.1"))
    finally:
        server.stop()


def _at_one_moment() -> None:
    """What is asked of an object is done at one moment, as by a real store: the simulated one looks whether it is
    there, writes it and then says whose it is, and others would come in between."""
    from moto.s3.responses import S3Response

    alone, answer = threading.Lock(), S3Response._key_response  # pyright: ignore[reportPrivateUsage] -- nothing else has the whole body and no answer

    def answer_alone(self: S3Response, request: Any, full_url: str) -> Any:
        with alone:
            return answer(self, request, full_url)

    if answer.__name__ != answer_alone.__name__:
        S3Response._key_response = answer_alone  # pyright: ignore[reportPrivateUsage] -- as above


@dataclass(frozen=True)
class S3Server:
    """Where it is."""

    endpoint: str

    def bucket(self) -> S3Bucket:
        """A new and empty one."""
        from moto.core.models import DEFAULT_ACCOUNT_ID
        from moto.s3.models import s3_backends

        return S3Bucket(self.endpoint, s3_backends[DEFAULT_ACCOUNT_ID]["aws"])
