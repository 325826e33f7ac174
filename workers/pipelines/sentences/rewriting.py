"""Phase Rewriting: a step makes the sentences of one chunk short. What was paid for is kept, whatever happens then."""

import asyncio
from collections.abc import Sequence

import orjson
import structlog

from service.domain.costs import Spent
from service.domain.engines import REMOTE_ENGINES
from service.domain.failure import Failure, FailureKind
from service.domain.ids import new_id
from service.domain.json import JsonObject
from service.domain.log_line import log_line
from service.domain.message import Message
from service.domain.work import PastWork, StepDone
from workers.engines.failures import EngineAway, EngineFailed
from workers.engines.language.port import LanguageEngine, Rewritten
from workers.engines.page import Page
from workers.engines.prose.chunks import Chunk
from workers.engines.prose.pieces import in_pieces
from workers.engines.prose.seams import Row, own_sentences
from workers.engines.prose.sentences import Sentence, sentences_of
from workers.pipelines.declaration import StepContext
from workers.pipelines.sentences.answers import Answers
from workers.pipelines.sentences.costs import rewriting
from workers.pipelines.sentences.portions import Portion, portions_of
from workers.pipelines.sentences.reading import READING, margins, pages_of
from workers.watch import Watch

_DOUBTS_BEFORE_FAILING = 3
"""An engine that so often went away over the same chunk is not asked for it again in this run."""

_SHARE_OF_TIME = 0.9
"""Of what a step may take, so that a chunk that takes longer can still say so."""

_log = structlog.get_logger()


async def rewrite(context: StepContext) -> StepDone:
    """Rewrites the chunk; one that fails for good costs none of the others, and can be tried again alone."""
    context.report.began(context.cost)
    about = {"chunk": context.input["chunk"], "chunks": context.input["chunks"]}
    context.report.detail(Message("detail", "chunk", about))
    engine = context.tools.language.choose(context.input.get("engine", context.options.engine))
    try:
        return await _in_time(context, engine)
    except EngineFailed as failed:
        if _is_no_chunks_fault(failed, context):
            raise
        _log.warning("chunk_failed", **about, reason=str(failed))
        return chunk_failed(context, failed)


async def _in_time(context: StepContext, engine: LanguageEngine) -> StepDone:
    """Ends before the step is ended from outside, which would cost the whole job: it is tried again as others are."""
    seconds = context.tools.limits.step_seconds
    limit = asyncio.timeout(seconds * _SHARE_OF_TIME)
    try:
        async with limit:
            return await _rewritten(context, engine)
    except TimeoutError:
        if not limit.expired():
            raise
        raise EngineFailed("step_timed_out", {"seconds": round(seconds)}, kind="transient") from None


def _is_no_chunks_fault(failed: EngineFailed, context: StepContext) -> bool:
    """Whether the engine is to be waited for, tried again, or looked after by an operator."""
    if isinstance(failed, EngineAway):
        return failed.sure or context.doubts < _DOUBTS_BEFORE_FAILING
    return failed.kind == "fatal" or (
        failed.kind == "transient" and context.failures + 1 < context.options.tries
    )


def chunk_failed(context: StepContext, failed: EngineFailed) -> StepDone:
    """The chunk is named in a warning, and its pages show that they are missing."""
    own: list[int] = context.input["pages"]
    named: JsonObject = {"chunk": context.input["chunk"], "first": own[0], "last": own[-1]}
    params = {**named, **failed.params, "reason": failed.code}
    failure = Failure("chunk_failed", params, FailureKind(failed.kind), "rewriting", new_id())
    pages = {str(number): "tf" for number in own}
    context.report.pages(pages)
    context.report.line(log_line("chunk_failed", "warning", **named))
    context.report.worked(context.cost)
    return StepDone(
        output={"chunk": context.input["chunk"], "failed": failed.code},
        pages=pages,
        warnings={f"chunk-{context.input['chunk']}": failure.json()},
    )


async def _rewritten(context: StepContext, engine: LanguageEngine) -> StepDone:
    watch, chunk = Watch(), Chunk.from_json(context.input)
    wanted = (*(() if chunk.before is None else (chunk.before,)), *chunk.pages)
    pages = await pages_of(context, wanted)
    sentences = await asyncio.to_thread(_own, pages, context.before, chunk, context.options.fix_hyphenation)
    answers = Answers(context, engine)
    pieces, cut = await _short(context, engine, sentences, answers)
    near = chunk.pages[min(context.options.overlap, len(chunk.pages)) - 1]
    rows = [
        Row.of(sentence, pieces[at], is_near_seam=sentence.start[0] <= near)
        for at, sentence in enumerate(sentences)
    ]
    await context.blobs.put(context.output_key, b"".join(orjson.dumps(row.json()) + b"\n" for row in rows))
    by_route = {
        number: code[0]
        for past in context.before
        if past.phase == READING
        for number, code in past.pages.items()
    }
    done = {str(number): f"{by_route[str(number)]}d" for number in context.input["pages"]}
    context.report.pages(done)
    answers.tell_usage()
    warnings: dict[str, JsonObject] = {}
    if answers.refused:
        params: JsonObject = {
            "chunk": context.input["chunk"],
            "sentences": answers.refused,
            "engine": engine.shown_name,
        }
        failure = Failure("sentences_refused", params, FailureKind.USAGE, "rewriting")
        warnings[f"refused-{context.input['chunk']}"] = failure.json()
    return StepDone(
        output={
            "chunk": context.input["chunk"],
            "sentences": len(rows),
            "rows": sum(len(row.pieces) for row in rows),
            "cut": cut,
        },
        output_blob=context.output_key,
        pages=done,
        warnings=warnings,
        spent=() if answers.kept else (Spent(rewriting(engine.name), len(chunk.pages), watch.milliseconds),),
    )


def _own(pages: Sequence[Page], before: Sequence[PastWork], chunk: Chunk, mend: bool) -> list[Sentence]:  # noqa: FBT001 -- called through a thread
    return list(own_sentences(sentences_of(pages, margins(before), mend=mend), chunk))


async def _short(
    context: StepContext, engine: LanguageEngine, sentences: Sequence[Sentence], answers: Answers
) -> tuple[list[tuple[str, ...]], int]:
    """What each sentence becomes, nothing where it is left out (dialogue, `* * *`, a chapter's bare number), and how
    many were cut by the rules after all."""
    options = context.options
    pieces: list[tuple[str, ...]] = [(each.text,) for each in sentences]
    long = list[int]()
    for at, each in enumerate(sentences):
        is_dialogue = options.ignore_dialogue and each.is_spoken
        is_ornament = (not each.words or each.is_number) and not options.preserve_formatting
        if is_dialogue or is_ornament:
            pieces[at] = ()
        elif options.preserve_formatting and each.written.breaks:
            pieces[at] = in_pieces(each.text, options.max_words, each.written.breaks)
        elif each.words > options.max_words:
            long.append(at)
    portions = list(portions_of([each.text for each in sentences], long))
    together = await _all(context, engine, portions, answers)
    for portion, rewritten in zip(portions, together, strict=True):
        for at, short in zip(portion.places, rewritten.pieces, strict=True):
            pieces[at] = short
    if not portions:
        context.report.worked(context.cost)
    return pieces, sum(each.cut for each in together)


async def _all(
    context: StepContext, engine: LanguageEngine, portions: Sequence[Portion], answers: Answers
) -> list[Rewritten]:
    """All portions side by side, as many as the engine's pace lets through; none is given up before all have ended."""

    async def one(portion: Portion) -> Rewritten:
        rewritten = await answers.of(portion.texts, context.options.max_words)
        context.report.worked(context.cost / len(portions))
        return rewritten

    if engine.name not in REMOTE_ENGINES:
        return [await one(portion) for portion in portions]
    ended = await asyncio.gather(*map(one, portions), return_exceptions=True)
    for each in ended:
        if isinstance(each, BaseException):
            raise each
    return [each for each in ended if isinstance(each, Rewritten)]
