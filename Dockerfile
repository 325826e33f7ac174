# Two targets: `gateway`, which holds no parser of documents, and `worker`. Both run without root, with their state in /data.

FROM python:3.13-slim AS base
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    HEADWAY_DATA_DIR=/data HEADWAY_HOST=0.0.0.0
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /data headway && install -d -o headway -m 0700 /data

FROM base AS gateway-packages
COPY .ci/lock/build.txt .ci/lock/gateway.txt /lock/
RUN python -m venv /venv && pip install --no-cache-dir --require-hashes -r /lock/build.txt -r /lock/gateway.txt
COPY pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && pip uninstall --yes setuptools pip

FROM base AS worker-packages
COPY .ci/lock/build.txt .ci/lock/worker.txt /lock/
RUN python -m venv /venv && pip install --no-cache-dir --require-hashes -r /lock/build.txt -r /lock/worker.txt
COPY pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && pip uninstall --yes setuptools pip

FROM base AS gateway
COPY --from=gateway-packages /venv /venv
COPY service service
COPY frontend_static frontend_static
USER headway
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/livez', timeout=2)"]
CMD ["headway", "serve"]

FROM base AS worker
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr tesseract-ocr-fra tesseract-ocr-vie \
    && rm -rf /var/lib/apt/lists/*
COPY --from=worker-packages /venv /venv
COPY service service
COPY workers workers
USER headway
HEALTHCHECK --interval=30s --timeout=10s --start-period=15s CMD ["headway", "doctor"]
CMD ["headway", "worker"]
