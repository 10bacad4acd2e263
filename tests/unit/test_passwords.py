"""Which passwords are taken, and what guards them."""

from time import perf_counter, process_time

import pytest

from app.accounts.guessing import SIGNS
from app.accounts.passwords import MAX_LENGTH, Passwords, weakness
from tests.fixtures.passwords import QUICK

ADA = ("Ada Lovelace", "ada.lovelace@example.org")


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "x7Gh2kPq91",
        "a long pass phrase of ada's",
        "d" * 8 + "abc7 heron sky",
    ],
)
def test_what_is_hard_to_guess_is_taken(password: str) -> None:
    assert weakness(password, *ADA) is None


@pytest.mark.parametrize(
    "password",
    [
        "password123!",
        "Passw0rd2024",
        "P@$$w0rd!!",
        "qwertyuiop",
        "1234567890",
        "iloveyou12",
        "trustno1trustno1",
        "drowssap1234",
        "abcdefghijkl",
    ],
)
def test_what_is_tried_first_is_refused_with_what_to_do(password: str) -> None:
    complaint = weakness(password)
    assert complaint is not None
    assert "Choose three or four words" in complaint


@pytest.mark.parametrize(
    "password",
    [
        "adalovelace1815",
        "Ada.Lovelace@example.org",
        "ecalevol ada 1",
        "4d4 L0v3lace!",
        "lovelacelovelace",
        "lumen ada 2026",
    ],
)
def test_what_is_made_of_name_or_address_is_refused(password: str) -> None:
    complaint = weakness(password, *ADA)
    assert complaint is not None
    assert "your name or e-mail address" in complaint


def test_two_letters_of_a_name_harm_no_password() -> None:
    assert weakness("x7jo2kPq91al", "Jo Al", "jo@al.io") is None


@pytest.mark.parametrize(
    "password",
    ["".join(sorted(SIGNS)) * 11, "4@8({[!1|0$5" * 20, "19870612" * 32, "qwertyuiop" * 25],
)
def test_judging_takes_no_time_that_an_attacker_could_use(password: str) -> None:
    weakness("load the lists first")
    began = perf_counter()
    weakness(password[:MAX_LENGTH], *ADA)
    assert perf_counter() - began < 0.5  # Without the bounds: 1 to 20 s.


async def test_a_hash_costs_what_the_rfc_recommends() -> None:
    hashed = await Passwords().hash("correct horse battery")
    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


async def test_a_hash_is_good_for_its_own_password_whatever_it_cost() -> None:
    hashed = await QUICK.hash("correct horse battery")
    passwords = Passwords()
    assert await passwords.matches(hashed, "correct horse battery")
    assert not await passwords.matches(hashed, "correct horse batterz")
    assert not await passwords.matches("-", "correct horse battery")


async def test_an_account_that_is_not_there_takes_as_long_as_one_that_is() -> None:
    passwords = Passwords()
    hashed = await passwords.hash("correct horse battery")

    async def took(encoded: str | None) -> float:
        began = process_time()
        assert not await passwords.matches(encoded, "nobody's password")
        return process_time() - began

    assert await took(None) > 0.4 * await took(hashed)
