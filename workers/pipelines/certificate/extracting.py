"""Phase Extracting: the fields of the certificate, each with where it stands, become `certificate.json`."""

import orjson

from service.domain.certificate.fields import FIELDS
from service.domain.costs import Spent
from service.domain.message import Message
from service.domain.work import NewArtifact, StepDone
from workers.engines.failures import DocumentRefused
from workers.pipelines.certificate import costs
from workers.pipelines.certificate.correcting import language_engine, tell_usage
from workers.pipelines.certificate.facts import Facts, fields_from
from workers.pipelines.certificate.pages import pages_read, with_corrections
from workers.pipelines.declaration import StepContext
from workers.watch import Watch

RESULT = "certificate.json"
_NAMED_BY = ("certificate_name", "abbreviation", "certificate_number")


async def extract(context: StepContext) -> StepDone:
    """Finds the fields; raises DocumentRefused for what is no certificate."""
    context.report.began(context.cost)
    engine, watch = language_engine(context), Watch()
    context.report.detail(Message("detail", "extracting", {"engine": engine.shown_name}))
    pages = with_corrections(await pages_read(context), context.before)
    extracted = await engine.extract(pages, FIELDS)
    tell_usage(engine, extracted.usage)
    facts = Facts(fields_from(extracted.found, context.options.date_order, pages))
    if not any(facts.values.get(code) for code in _NAMED_BY):
        raise DocumentRefused("no_certificate")
    document = context.document
    content = orjson.dumps(
        {
            "document": {"id": document.id, "name": document.name, "kind": document.kind},
            "engine": engine.name,
            "category": facts.category,
            "fields": facts.fields,
        },
        option=orjson.OPT_INDENT_2,
    )
    size = await context.blobs.put(f"{context.output_key}.0", content)
    context.report.worked(context.cost)
    return StepDone(
        output={"fields": facts.fields},
        artifacts=(NewArtifact(RESULT, f"{context.output_key}.0", size, "application/json"),),
        spent=(Spent(costs.extracting(engine.name), len(pages), watch.milliseconds),),
    )
