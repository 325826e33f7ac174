"""A value that is worked out here and shown to its readers as it changes."""

from service.domain.json import JsonObject
from service.gateway.outbox import ValueOutbox
from service.protocol import written
from service.protocol.values import difference, without_nulls
from service.protocol.written import Written


class ShownValue:
    """The value of one topic."""

    def __init__(self, topic: str) -> None:
        self._topic = topic
        self._value: JsonObject = {}
        self._snapshot: Written | None = None
        self._readers: dict[ValueOutbox, None] = {}

    def attach(self, outbox: ValueOutbox) -> None:
        """Shows the value to one more reader."""
        self._readers[outbox] = None
        outbox.begin(self.snapshot)

    def detach(self, outbox: ValueOutbox) -> None:
        """The reader is not told any more."""
        self._readers.pop(outbox, None)

    def readers(self) -> list[ValueOutbox]:
        """Who is told."""
        return list(self._readers)

    def snapshot(self) -> Written:
        """The value as it is now, as a frame."""
        if self._snapshot is None:
            self._snapshot = written.value_snapshot(self._topic, self._value)
        return self._snapshot

    def become(self, value: JsonObject) -> None:
        """The value is this now; readers get the difference."""
        fresh = without_nulls(value)
        changed = difference(self._value, fresh)
        if not changed:
            return
        self._value, self._snapshot = fresh, None
        frame = written.value_patch(self._topic, changed)
        for outbox in self._readers:
            outbox.offer(frame)
