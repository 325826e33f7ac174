"""The interface is described as it is, and the process that serves it cannot parse a document."""

import subprocess
import sys
from typing import Any

from service.domain.ids import new_id
from tests.support.http_gateway import Gateway

ENDPOINTS = {
    "/api/session": {"get", "post", "delete"},
    "/api/session/links": {"post"},
    "/api/pipelines": {"get"},
    "/api/uploads": {"post"},
    "/api/jobs": {"get"},
    "/api/jobs/{job_id}": {"get", "patch"},
    "/api/jobs/{job_id}/repeat": {"post"},
    "/api/jobs/{job_id}/estimate": {"get"},
    "/api/jobs/{job_id}/start": {"post"},
    "/api/jobs/{job_id}/cancel": {"post"},
    "/api/jobs/{job_id}/pause": {"post"},
    "/api/jobs/{job_id}/resume": {"post"},
    "/api/jobs/{job_id}/retry": {"post"},
    "/api/jobs/{job_id}/answer": {"post"},
    "/api/jobs/{job_id}/sheet": {"post"},
    "/api/jobs/{job_id}/artifacts/{name}": {"get"},
    "/api/jobs/{job_id}/pages/{number}": {"get"},
    "/api/jobs/{job_id}/sentences": {"get"},
    "/api/jobs/{job_id}/sentences/{row_id}": {"patch"},
    "/api/jobs/{job_id}/sentences.{form}": {"get"},
    "/api/documents/{document_id}": {"get", "delete"},
    "/api/documents/{document_id}/content": {"get"},
    "/api/documents/{document_id}/pages/{number}.png": {"get"},
    "/api/batches": {"post"},
    "/api/batches/{batch_id}": {"get"},
    "/api/batches/{batch_id}/cancel": {"post"},
    "/api/batches/{batch_id}/retry-failed": {"post"},
    "/api/batches/{batch_id}/artifacts.zip": {"get"},
    "/api/ships": {"get", "post"},
    "/api/ships/{ship_id}": {"get", "patch", "delete"},
    "/api/certificates": {"get"},
    "/api/certificates/export": {"get"},
    "/api/certificates/{certificate_id}": {"get", "patch", "delete"},
    "/api/certificates/{certificate_id}/edits": {"get"},
    "/api/admin/jobs": {"get"},
    "/api/admin/jobs/cancel": {"post"},
    "/api/admin/jobs/retry": {"post"},
    "/api/admin/workers": {"get"},
    "/livez": {"get"},
    "/readyz": {"get"},
    "/metrics": {"get"},
    "/openapi.json": {"get"},
    "/asyncapi.json": {"get"},
    "/asyncapi": {"get"},
}


def references(value: Any) -> set[str]:
    match value:
        case {"$ref": str(target)}:
            return {target}
        case dict():
            return {each for inner in value.values() for each in references(inner)}
        case list():
            return {each for inner in value for each in references(inner)}
        case _:
            return set()


async def test_every_endpoint_is_described_with_its_parameters_and_problems(sqlite_site: Gateway) -> None:
    client = sqlite_site.client()
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    assert {path: set(document["paths"].get(path, {})) for path in ENDPOINTS} == ENDPOINTS
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert references(document) <= known
    ids: list[str] = []
    for path, methods in document["paths"].items():
        for operation in methods.values():
            ids.append(operation["operationId"])
            named = {each["name"] for each in operation.get("parameters", []) if each["in"] == "path"}
            assert named == {part.split("}")[0] for part in path.split("{")[1:]}
            assert any(int(status) < 400 for status in operation["responses"])
    assert len(set(ids)) == len(ids)


async def test_whatever_is_not_open_to_all_says_so_and_does_so(sqlite_site: Gateway) -> None:
    client = sqlite_site.client()
    document = (await client.get("/openapi.json")).json()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("security") == []:
                continue
            address = path.replace("{number}", "1").replace("{name}", "x")
            for name in ("job_id", "document_id", "batch_id"):
                address = address.replace(f"{{{name}}}", new_id())
            assert (await client.request(method, address)).status_code == 401, (method, path)


def test_the_gateway_process_holds_no_parser_of_documents() -> None:
    code = (
        "import sys, service.gateway.app\n"
        "print([m for m in sys.modules if m.split('.')[0] in ('pymupdf', 'fitz', 'google', 'workers', 'lxml')])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
