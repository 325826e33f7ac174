"""Pipeline `certificate`: a ship's certificate is read, checked, archived in its ship's folder, and recorded."""

from service.domain.pipeline import FirstStep
from workers.pipelines.certificate.archiving import archive
from workers.pipelines.certificate.checking import check
from workers.pipelines.certificate.correcting import correct
from workers.pipelines.certificate.extracting import extract
from workers.pipelines.certificate.options import CertificateOptions
from workers.pipelines.certificate.planning import (
    plan_archiving,
    plan_checking,
    plan_correcting,
    plan_extracting,
    plan_reading,
    plan_recording,
)
from workers.pipelines.certificate.recording import record
from workers.pipelines.declaration import Phase, Pipeline
from workers.pipelines.text import OPENING_MS, UNKNOWN_MS, inspect, plan_inspecting, read_pages

PIPELINE = Pipeline(
    name="certificate",
    options=CertificateOptions,
    accepts=("pdf", "png", "jpeg", "tiff", "webp"),
    first=FirstStep(cost=OPENING_MS, whole_cost=UNKNOWN_MS, whole_cost_per_mb=2000),
    phases=(
        Phase("inspecting", plan_inspecting, inspect),
        Phase("reading", plan_reading, read_pages),
        Phase("correcting", plan_correcting, correct),
        Phase("extracting", plan_extracting, extract),
        Phase("checking", plan_checking, check),
        Phase("archiving", plan_archiving, archive),
        Phase("recording", plan_recording, record),
    ),
)
