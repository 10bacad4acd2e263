"""Log lines are JSON on standard error, carry their request, and hold no secret."""

import json
import subprocess
import sys

import pytest

from app.telemetry import redact

PROGRAM = """
import logging, structlog
from app.telemetry import configure_logs, request_id
early = structlog.get_logger("ingest.pipeline")
configure_logs(level="info", style="json", process="web")
request_id.set("trace-12345")
loud = logging.getLogger("lumen")
loud.warning("key %s", "sk-canary1234567890", extra={"path": "/x?token=abcdefgh12"})
early.warning("document_ready", document="d1")
early.debug("not shown")
logging.getLogger("procrastinate.worker").info("not shown either")
"""


def test_both_kinds_of_logger_write_json_with_the_request_and_without_secrets() -> None:
    result = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, check=True)
    assert result.stdout == b""
    lines = [json.loads(line) for line in result.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["key sk-…", "document_ready"]
    assert {line["requestId"] for line in lines} == {"trace-12345"}
    assert lines[0]["path"] == "/x?token=…"
    assert (lines[1]["process"], lines[1]["document"]) == ("web", "d1")


@pytest.mark.parametrize(
    "secret",
    ["lumen_pat_abcDEF123456", "Bearer eyJhbGciOi.abc.def", "tvly-abcdef123456", "sk-proj-abc123"],
)
def test_what_looks_like_a_credential_is_blackened(secret: str) -> None:
    event = redact(None, "", {"event": f"sent {secret} upstream", "n": 1})
    assert secret not in str(event["event"])
    assert event["n"] == 1
