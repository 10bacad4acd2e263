"""`lumen evaluate` measures the real search on golden sets, and leaves nothing behind."""

import csv
import json
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.fixtures.tiny_models import make_cross_encoder

SENTENCES = {
    "harbour": "The harbour crane lifts forty tonnes.",
    "museum": "The museum owns nine hundred paintings.",
}
QUESTIONS = {
    "harbour": "How much does the crane lift?",
    "museum": "How many paintings does the museum own?",
}


@pytest.fixture(scope="module")
def golden(terminal: Terminal) -> Path:
    """Two texts, each with one question and the sentence that answers it."""
    folder = terminal.folder / "golden" / "chunking"
    folder.mkdir(parents=True)
    with (folder / "questions.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(["question", "references", "corpus_id"])
        for name, sentence in SENTENCES.items():
            text = f"# About the {name}\n\n{sentence}\n"
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
            start = text.index(sentence)
            span = {"content": sentence, "start_index": start, "end_index": start + len(sentence)}
            table.writerow([QUESTIONS[name], json.dumps([span]), name])
    return folder.parent


@pytest.mark.timeout(240)
def test_it_prints_the_channels_side_by_side_and_deletes_its_database(
    terminal: Terminal, golden: Path
) -> None:
    ended = terminal.run("evaluate", "--data", golden, "--sets", "chunking", "--limit", "1")

    assert ended.returncode == 0, ended.stderr
    rows = [line.split(" | ") for line in ended.stdout.splitlines() if line]
    channels = {row[1]: row[2:4] for row in rows if len(row) == 8}
    assert channels["dense"] == channels["lexical"] == channels["hybrid"] == ["1", "100.0%"]
    assert channels["fixed windows, dense"] == ["1", "100.0%"]
    (judged,) = (row for row in rows if len(row) == 11 and row[0] == "| chunking")
    assert judged[1:6] == ["1", "100.0%", "1", "100.0%", "100.0%"]  # Found here, refused elsewhere.
    (cited,) = (row for row in rows if len(row) == 7 and row[0] == "| chunking")
    assert cited[1] == "1"
    assert cited[3:] == ["100.0%", "100.0%", "100.0%", "100.0% |"]
    assert "There is no xquad/" in ended.stderr
    assert "chunking: 2 documents read, 2 passages." in ended.stderr
    assert not (terminal.data / "evaluation").exists()


@pytest.mark.timeout(240)
def test_a_reranker_that_is_set_is_measured_beside_them(
    terminal: Terminal, golden: Path, tmp_path: Path
) -> None:
    model = str(make_cross_encoder(tmp_path))

    ended = terminal.run(
        *("evaluate", "--data", golden, "--sets", "chunking"), LUMEN_RERANKER_MODEL=model
    )

    assert ended.returncode == 0, ended.stderr
    rows = [line.split(" | ") for line in ended.stdout.splitlines() if line]
    channels = [row[1] for row in rows if len(row) == 8]
    assert channels[1:] == ["dense", "lexical", "hybrid", "reranked", "fixed windows, dense"]


def test_an_unknown_set_is_named_with_those_that_are_there(
    terminal: Terminal, golden: Path
) -> None:
    ended = terminal.invoke("evaluate", "--data", golden, "--sets", "chunks")

    assert ended.exit_code == 2
    assert "There is no set chunks" in ended.stderr
    assert "there are chunking." in ended.stderr


def test_a_folder_without_golden_sets_is_a_usage_error(terminal: Terminal) -> None:
    ended = terminal.invoke("evaluate", "--data", terminal.folder)

    assert ended.exit_code == 2
    assert "holds none of chunking/, xquad/ and sec-10q/." in ended.stderr
