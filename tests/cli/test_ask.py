"""`lumen ask` answers about files, names what it could not read, and tidies up behind it."""

import fcntl
import signal
from pathlib import Path

import pytest

from tests.cli.conftest import Terminal
from tests.fixtures.pdf import lines, pdf

HARBOUR = """# Harbour

The harbour crane lifts forty tonnes and was built in 1931.

## Ferry

The ferry to Oland leaves at seven every morning from pier nine.
"""


@pytest.fixture(scope="module")
def harbour(terminal: Terminal) -> Path:
    return terminal.write("harbour.md", HARBOUR)


@pytest.fixture(scope="module")
def report(terminal: Terminal) -> Path:
    first = lines("The museum opens on weekdays.", "Tickets are sold at the gate.")
    second = lines("The lighthouse keeper retired in 1987.", "The lamp turns by itself since.")
    return terminal.write("lighthouse.pdf", pdf([first, second]))


@pytest.mark.timeout(240)
def test_the_answer_cites_the_page_and_a_second_question_reads_nothing_again(
    terminal: Terminal, harbour: Path, report: Path
) -> None:
    broken = terminal.write("broken.pdf", b"%PDF-1.7\nnothing more")
    empty = terminal.write("empty.txt", b"")

    first = terminal.run("ask", harbour, broken, empty, report, "When did the keeper retire?")

    assert first.returncode == 0, first.stderr
    answer, _, sources = first.stdout.partition("\nSources\n")
    assert "retired in 1987" in answer
    assert sources.startswith("[1] lighthouse.pdf, page 2: “The lighthouse keeper retired in 1987")
    told = first.stderr.splitlines()
    assert "broken.pdf: not read (corrupt_file)." in first.stderr
    assert "empty.txt: not read (empty_file). This file is empty." in told
    assert "lighthouse.pdf: read, 2 pages, 1 passage." in told

    second = terminal.run("ask", harbour, "When does the ferry to Oland leave?")

    assert second.returncode == 0, second.stderr
    assert second.stderr == "harbour.md: read before, 1 passage.\n"
    assert "leaves at seven" in second.stdout
    assert "lighthouse" not in second.stdout
    assert not terminal.postmaster("terminal").exists()


def test_it_ends_with_an_error_when_no_file_could_be_read(terminal: Terminal) -> None:
    broken = terminal.write("torn.pdf", b"%PDF-1.7\ntorn")

    ended = terminal.run("ask", broken, "Why?")

    assert ended.returncode == 1
    assert ended.stdout == ""
    assert "torn.pdf: not read (corrupt_file)." in ended.stderr
    assert ended.stderr.endswith("Error: None of these files could be read.\n")


def test_a_signal_ends_it_and_its_database(terminal: Terminal, harbour: Path) -> None:
    with terminal.start("ask", harbour, "When does the ferry leave?") as process:
        assert process.stderr is not None
        process.stderr.readline()  # The file is named: everything is open by now.
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)

    assert process.returncode == 128 + signal.SIGINT
    assert err.strip().endswith("Stopping.")
    assert not terminal.postmaster("terminal").exists()


def test_a_second_command_at_the_same_time_says_so(terminal: Terminal, harbour: Path) -> None:
    with (terminal.data / "terminal.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = terminal.run("ask", harbour, "When?")

    assert ended.returncode == 1
    assert "Another command works in" in ended.stderr


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["missing.md", "When?"], "missing.md. The question comes last, in quotes."),
        (["", "When?"], "is a folder. Name the files in it."),
        (["note.md", "  "], "Write a question, last and in quotes."),
        (["note.md"], "Name the files, and the question last and in quotes."),
        (["note.md", "why? " * 2000], "The question is longer than 8000 letters."),
    ],
)
def test_wrong_words_are_a_usage_error_with_a_sentence(
    terminal: Terminal, words: list[str], sentence: str
) -> None:
    terminal.write("note.md", "Something to read.")

    ended = terminal.invoke("ask", terminal.folder / words[0], *words[1:])

    assert ended.exit_code == 2
    assert sentence in ended.stderr
    assert ended.stdout == ""


def test_a_file_in_the_question_s_place_is_a_usage_error(terminal: Terminal) -> None:
    note = terminal.write("note.md", "Something to read.")

    ended = terminal.invoke("ask", note, note)

    assert ended.exit_code == 2
    assert f"Write a question behind {note}, in quotes." in ended.stderr


def test_a_server_is_asked_with_a_project_and_a_token_and_no_files(
    terminal: Terminal, harbour: Path
) -> None:
    for words in (
        ["--server", "http://127.0.0.1:1", "Why?"],
        ["--server", "http://127.0.0.1:1", "--project", "x", harbour, "--token", "t", "Why?"],
    ):
        ended = terminal.run("ask", *words)
        assert ended.returncode == 2
        assert "--server goes with --project, a token, and no files." in ended.stderr
