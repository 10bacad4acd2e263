"""How soon a password is guessed, by what attackers try first."""

import re
from collections.abc import Sequence
from functools import cache
from importlib import import_module
from typing import NotRequired, Protocol, TypedDict, cast

# What is read of a password: what comes behind can only make it better, and the time goes up
# with the square of the length.
READ = 48
# zxcvbn tries every combination of signs that stand for letters (4 for a, $ for s …): with all of
# them it takes a second, with these many kinds some 30 ms.
SIGN_KINDS = 5
SIGNS = frozenset("4@8({[<369&#!1|0$57+2%")
LEAST_SCORE = 3  # Of 0 to 4: more than 10^8 guesses.
LEAST_OWN = 8  # Characters that must be left without what is known of the person.
_COMMON = frozenset({"passwords", "surnames", "male_names", "female_names"})


class Match(TypedDict):
    """A part of a password, and the list of words that it is from."""

    token: str
    dictionary_name: NotRequired[str]


class Estimate(TypedDict):
    """What zxcvbn says of a password."""

    score: int
    sequence: list[Match]


class _Estimator(Protocol):
    def __call__(self, password: str, user_inputs: list[str]) -> Estimate: ...


def easy_to_guess(password: str, known: Sequence[str] = ()) -> str | None:
    """Why the password would be guessed, as a sentence that says what to do; None if it holds.

    Takes 30 ms at most, and 25 more the first time, when the lists of words are loaded.

    Args:
        password: Of any length.
        known: What everybody knows of the person: their name, their e-mail address.
    """
    parts = _parts(known)
    estimate = _estimator()(_readable(password), user_inputs=parts)
    sequence = estimate["sequence"]
    if _made_of(parts, password, sequence):
        return (
            "This password is made of your name or e-mail address. "
            "Choose three or four words that have nothing to do with you."
        )
    if estimate["score"] >= LEAST_SCORE:
        return None
    if any(match.get("dictionary_name") in _COMMON for match in sequence):
        return (
            "This password is among the first that are tried, or close to one. "
            "Choose three or four words that don't belong together."
        )
    return "This password is easy to guess. Choose three or four words that don't belong together."


def _made_of(parts: list[str], password: str, sequence: list[Match]) -> bool:
    text = password[:READ].lower()
    rest = text
    for part in sorted(parts, key=len, reverse=True):
        rest = rest.replace(part, "")
    # The estimator sees them backwards, and with signs for letters, too.
    foreign = [m["token"] for m in sequence if m.get("dictionary_name") != "user_inputs"]
    named = rest != text or len(foreign) < len(sequence)
    left = min(sum(letter.isalnum() for letter in rest), len("".join(foreign)))
    return named and left < LEAST_OWN


def _readable(password: str) -> str:
    kinds: set[str] = set()
    letters: list[str] = []
    for letter in password[:READ]:
        if letter in SIGNS and letter not in kinds and len(kinds) == SIGN_KINDS:
            letters.append("~")  # Neither a letter nor a sign for one: as hard to guess.
            continue
        kinds |= SIGNS & {letter}
        letters.append(letter)
    return "".join(letters)


def _parts(known: Sequence[str]) -> list[str]:
    # Two letters are in every password by chance.
    words = {word for text in known for word in re.split(r"[\W_]+", text.lower())}
    whole = {re.sub(r"[\W_]+", "", text.lower()) for text in known}
    return sorted(part[:READ] for part in words | whole | {"lumen"} if len(part) > 2)  # noqa: PLR2004


@cache
def _estimator() -> _Estimator:
    # Loaded when a password is first chosen: its lists take 14 MiB, and most processes need none.
    return cast("_Estimator", import_module("zxcvbn").zxcvbn)
