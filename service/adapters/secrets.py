"""Answers that must not be read by whoever reads the database: encrypted with a key that is not in it."""

import base64
import hashlib
import os
from pathlib import Path

import orjson
import structlog
from cryptography.fernet import Fernet, InvalidToken

from service.domain.ids import new_id
from service.domain.json import JsonObject

_log = structlog.get_logger()


class SecretBox:
    """Seals small JSON objects. A token sealed with another key opens as nothing."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def seal(self, answers: JsonObject) -> bytes:
        """The answers, encrypted and authenticated."""
        return self._fernet.encrypt(orjson.dumps(answers))

    def open(self, sealed: bytes | None) -> JsonObject:
        """The answers; empty where there are none or the key has changed."""
        if sealed is None:
            return {}
        try:
            return orjson.loads(self._fernet.decrypt(sealed))
        except InvalidToken:
            # The person is asked again: for ever, where a gateway and a worker keep to different keys.
            _log.warning("answer_sealed_with_another_key")
            return {}


def secret_box(data_dir: Path, configured: str | None = None) -> SecretBox:
    """The box of the configured key, any text; else of this data directory, whose key (file `secret.key`, 0600) is made
    at the first start."""
    if configured is not None:
        return SecretBox(base64.urlsafe_b64encode(hashlib.sha256(configured.encode()).digest()))
    path = data_dir / "secret.key"
    if not path.exists():
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = data_dir / f".secret.key.{new_id()}"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(Fernet.generate_key())
        try:
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return SecretBox(path.read_bytes())
