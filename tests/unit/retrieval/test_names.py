"""Names are told by their capitals, and found in whatever form they stand."""

import pytest

from retrieval.names import named, names_of


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("How did Intel explain its margin in Q3 2023?", ["intel", "q3"]),
        ("What does the harbour charge?", []),
        ("Apple's margin: how large is it?", ["apple"]),
        ("Is it large? What of Lima?", ["lima"]),
        ("¿Quién ganó la Copa América?", ["copa", "américa"]),
        ("停泊费是多少?", []),
        ("", []),
    ],
)
def test_a_capital_within_a_sentence_makes_a_name(question: str, names: list[str]) -> None:
    assert names_of(question) == names


def test_the_share_of_names_that_are_there() -> None:
    texts = ["NVIDIA buys from suppliers.", "Lima is a city."]

    assert named("Where do Nvidia and Intel buy?", texts) == 0.5
    assert named("Where do Intel and Amazon buy?", texts) == 0
    assert named("where does it buy?", texts) is None
    assert named("What of the Limas?", texts) == 1  # Met by its stem.
