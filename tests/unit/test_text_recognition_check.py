"""What the doctor says about reading scans."""

from pathlib import Path
from typing import Any, cast

import pytest

from app.doctor.reading import Reading
from ingest.recognition import Tesseract

NO_DATABASE = cast("Any", None)


def installed(tmp_path: Path, body: str) -> Tesseract:
    path = tmp_path / "tesseract"
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return Tesseract(str(path))


def listing(*languages: str) -> str:
    return "printf '" + "\\n".join(["List of languages", *languages]) + "\\n'"


@pytest.mark.parametrize(
    ("body", "wanted", "level", "words"),
    [
        (listing("deu", "eng", "osd"), [], "ok", "reads eng, deu, of 2 languages"),
        (listing("deu", "eng", "osd"), ["deu"], "ok", "reads deu, of 2"),
        (listing("afr", "ara", "bel", "eng", "fra"), [], "ok", "reads eng, afr, ara, bel, of 5"),
        (listing("eng"), ["eng", "pol"], "warning", "lacks pol"),
        (listing("osd"), [], "warning", "tesseract-ocr-eng"),
        ("exit 1", [], "warning", "does not run"),
    ],
)
async def test_it_names_the_languages(
    tmp_path: Path, body: str, wanted: list[str], level: str, words: str
) -> None:
    reading = Reading(NO_DATABASE, installed(tmp_path, body), wanted)
    found = await reading.text_recognition()
    assert (found.status, words in found.detail) == (level, True), found


async def test_without_it_scans_end_as_no_text() -> None:
    assert "no_text" in (await Reading(NO_DATABASE, None).text_recognition()).detail
