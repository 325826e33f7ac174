"""What an engine answered, kept beside the document: a call that was paid for is made once, also across runs."""

import hashlib
from collections.abc import Sequence

import orjson

from service.adapters.blob_store import BlobMissing
from service.domain.engines import REMOTE_ENGINES
from workers.engines.failures import EngineFailed
from workers.engines.language.port import LanguageEngine, Rewritten, Usage
from workers.engines.prose.pieces import in_pieces
from workers.pipelines.certificate.correcting import tell_usage
from workers.pipelines.declaration import StepContext

_OF_THE_TEXT = frozenset(("language_blocked", "language_refused", "language_too_long"))
"""An engine that will not have these sentences will not have them later either."""


class Answers:
    """Asks the engine for what is not kept yet. `kept` is how many answers were there already, `refused` how many
    sentences the engine did not take, so that the rules cut them."""

    def __init__(self, context: StepContext, engine: LanguageEngine) -> None:
        self.kept = 0
        self.refused = 0
        self._context = context
        self._engine = engine
        self._usage = Usage()

    async def of(self, sentences: Sequence[str], most_words: int) -> Rewritten:
        """The sentences rewritten. Raises EngineFailed."""
        if self._engine.name not in REMOTE_ENGINES:
            return await self._engine.rewrite(sentences, most_words)
        key = self._key(sentences, most_words)
        try:
            told = orjson.loads(await self._context.blobs.read(key))
        except BlobMissing:
            rewritten = await self._ask(sentences, most_words)
            if rewritten is None:
                self.refused += len(sentences)
                return Rewritten([in_pieces(each, most_words) for each in sentences], cut=len(sentences))
            kept = orjson.dumps({"pieces": rewritten.pieces, "cut": rewritten.cut})
            await self._context.blobs.put(key, kept)
            return rewritten
        self.kept += 1
        return Rewritten([tuple(each) for each in told["pieces"]], cut=told["cut"])

    def tell_usage(self) -> None:
        """What was asked goes to the log."""
        tell_usage(self._engine, self._usage)

    async def _ask(self, sentences: Sequence[str], most_words: int) -> Rewritten | None:
        try:
            rewritten = await self._engine.rewrite(sentences, most_words)
        except EngineFailed as failed:
            if failed.code in _OF_THE_TEXT:
                return None
            raise
        self._usage += rewritten.usage
        return rewritten

    def _key(self, sentences: Sequence[str], most_words: int) -> str:
        """By all that the answer depends on."""
        asked = orjson.dumps([self._engine.name, self._engine.model, most_words, sentences])
        return f"derived/{self._context.document.id}/rewritten/{hashlib.sha256(asked).hexdigest()}"
