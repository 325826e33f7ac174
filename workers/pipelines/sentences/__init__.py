"""Pipeline `sentences`: a novel becomes a table of short sentences, chunk by chunk."""

from service.domain.pipeline import FirstStep
from workers.pipelines.declaration import Phase, Pipeline
from workers.pipelines.sentences.finishing import finish
from workers.pipelines.sentences.merging import merge
from workers.pipelines.sentences.options import SentencesOptions
from workers.pipelines.sentences.planning import plan_finishing, plan_merging, plan_reading, plan_rewriting
from workers.pipelines.sentences.reading import read_book
from workers.pipelines.sentences.rewriting import rewrite
from workers.pipelines.text import OPENING_MS, UNKNOWN_MS, inspect, plan_inspecting

PIPELINE = Pipeline(
    name="sentences",
    options=SentencesOptions,
    accepts=("pdf", "epub", "docx", "txt"),
    first=FirstStep(cost=OPENING_MS, whole_cost=UNKNOWN_MS, whole_cost_per_mb=4000),
    phases=(
        Phase("planning", plan_inspecting, inspect),
        Phase("reading", plan_reading, read_book),
        Phase("rewriting", plan_rewriting, rewrite),
        Phase("merging", plan_merging, merge),
        Phase("finishing", plan_finishing, finish),
    ),
)
