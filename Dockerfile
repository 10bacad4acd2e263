# The image of every Lumen process; the command chooses which: serve (all of them), web, worker, models, migrate.
FROM python:3.11-slim-bookworm AS build
# Builders behind another package index name it here; pip reads it from the environment.
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
RUN python -m venv /opt/lumen
ENV PATH=/opt/lumen/bin:$PATH
# The largest part first: it changes least.
RUN pip install torch==2.13.0
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY app app
COPY ingest ingest
COPY retrieval retrieval
COPY providers providers
RUN pip install -c constraints.txt .
# The embedding model is converted once, here, instead of at the first start of each container.
RUN LUMEN_DATA_DIR=/data lumen models --prepare

FROM python:3.11-slim-bookworm
# Reads scanned pages. Another language is one more package: tesseract-ocr-deu, …
RUN apt-get update && apt-get install -y --no-install-recommends tesseract-ocr && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin lumen
# A volume mounted on the socket's folder takes this owner over.
RUN install -d -o lumen -g lumen -m 0700 /run/lumen /data
COPY --from=build /opt/lumen /opt/lumen
# The model alone: a secret made while the image is built must not be every container's.
COPY --from=build --chown=lumen:lumen /data/models /data/models
ENV PATH=/opt/lumen/bin:$PATH PYTHONUNBUFFERED=1 LUMEN_DATA_DIR=/data LUMEN_HOST=0.0.0.0 LUMEN_LOG_FORMAT=json
USER lumen
WORKDIR /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/live', timeout=4)"]
ENTRYPOINT ["lumen"]
CMD ["serve"]
