"""What comes out of the event log: published messages, and snapshots put together from their hashes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import orjson

from service.adapters.redis_link import Reply
from service.protocol.page_ranges import unpacked_fields
from service.protocol.patch import Patch
from service.protocol.snapshot import MAP_FIELDS, Snapshot, card


@dataclass(frozen=True)
class Published:
    """A message on a job's, its owner's or the common channel. `at` is Redis's clock.

    `seeded`: a new epoch has begun and the patch is empty: read the snapshot anew. `gone`: the job is deleted.
    """

    owner_id: str
    revision: int
    at: float
    patch: Patch
    seeded: bool = False
    gone: bool = False


@dataclass(frozen=True)
class LiveCard:
    """A job's snapshot with the fields of a card only, and the revision of the row that it holds at least."""

    snapshot: Snapshot
    revision: int


def read_message(message: bytes | str) -> Published:
    """The message that the event log published or keeps in its stream."""
    body = orjson.loads(message)
    first, last = body["seq"]
    fields = unpacked_fields(body["set"])
    return Published(
        owner_id=body["owner_id"],
        revision=body["revision"],
        at=body["at"],
        patch=Patch(body["job_id"], body["epoch"], first, last, body["run"], fields),
        seeded=body.get("seeded", False),
        gone=body.get("gone", False),
    )


def gone_message(job_id: str, owner_id: str, at: float) -> bytes:
    """What is published when a job is deleted."""
    return _marker(job_id, owner_id, at, "gone")


def joined_message(job_id: str, owner_id: str, at: float) -> bytes:
    """What is published when a job that is known joins one more batch: lists are to be read anew."""
    return _marker(job_id, owner_id, at, "seeded")


def _marker(job_id: str, owner_id: str, at: float, mark: str) -> bytes:
    return orjson.dumps(
        {
            "job_id": job_id,
            "owner_id": owner_id,
            "epoch": "",
            "seq": [0, 0],
            "run": 0,
            "revision": 0,
            "at": at,
            mark: True,
            "set": {},
        }
    )


def paired(flat: Iterable[bytes]) -> dict[bytes, bytes]:
    """The hash that HGETALL answered as a flat list."""
    each = iter(flat)
    return dict(zip(each, each, strict=True))


def snapshot_from(
    job_id: str, run_id: str, main: Reply, pages: Reply = (), log: Reply = ()
) -> Snapshot | None:
    """The snapshot in the hashes; None if there is none, or one that another server wrote."""
    texts = paired(main)
    if not of_server(texts.get(b"_epoch"), run_id):
        return None
    maps: dict[str, list[bytes]] = {name: [] for name in MAP_FIELDS}
    parts: list[bytes] = []
    for name, text in texts.items():
        field, slash, key = name.partition(b"/")
        if slash:
            maps[field.decode()].append(orjson.dumps(key.decode()) + b":" + text)
        elif not name.startswith(b"_"):
            parts.append(b'"%b":%b' % (name, text))
    maps["pages"] = [b'"%b":"%b"' % each for each in paired(pages).items()]
    maps["log"] = [b'"%b":%b' % each for each in _by_number(paired(log))]
    parts += [b'"%b":{%b}' % (name.encode(), b",".join(entries)) for name, entries in maps.items()]
    return Snapshot(
        job_id=job_id,
        epoch=texts[b"_epoch"].decode(),
        seq=int(texts[b"_seq"]),
        run=int(texts[b"_run"]),
        value=orjson.loads(b"{%b}" % b",".join(parts)),
    )


def card_from(job_id: str, run_id: str, main: Reply) -> LiveCard | None:
    """The card in the main hash, as `snapshot_from`."""
    snapshot = snapshot_from(job_id, run_id, main)
    if snapshot is None:
        return None
    shown = replace(snapshot, value=card(snapshot.value))
    return LiveCard(shown, int(paired(main)[b"_revision"]))


def of_server(epoch: bytes | None, run_id: str) -> bool:
    """Whether the epoch began on that server."""
    return epoch is not None and epoch.endswith(b"." + run_id.encode())


def _by_number(lines: Mapping[bytes, bytes]) -> list[tuple[bytes, bytes]]:
    return sorted(lines.items(), key=lambda each: int(each[0]))
