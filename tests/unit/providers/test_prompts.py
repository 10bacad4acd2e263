import pytest

from app.bootstrap.endpoint_models import space_name
from providers.prompts import Prompts, demanded, marked


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("intfloat/multilingual-e5-small", Prompts("query: ", "passage: ")),
        ("e5-base-v2", Prompts("query: ", "passage: ")),
        ("Multilingual-E5-Large", Prompts("query: ", "passage: ")),
        ("BAAI/bge-m3", Prompts("", "")),
        ("all-MiniLM-L6-v2", Prompts("", "")),
        ("notes-about-e5-small", Prompts("", "")),
    ],
)
def test_a_name_tells_what_its_card_demands(name: str, wanted: Prompts) -> None:
    assert demanded(name) == wanted


def test_instructions_go_before_questions_alone() -> None:
    for name in ("intfloat/multilingual-e5-large-instruct", "BAAI/bge-small-en-v1.5"):
        prompts = demanded(name)
        assert prompts.query
        assert prompts.passage == ""


def test_each_prompt_of_passages_has_a_space_of_its_own() -> None:
    names = {marked("m@1", prompt) for prompt in ("", "a", "b")}
    assert len(names | {"m@1"}) == 4
    assert marked("m@1", "a") == marked("m@1", "a")


def test_an_endpoint_s_space_follows_the_prompt_of_passages_alone() -> None:
    plain = space_name("m", 4)
    assert space_name("m", 4, Prompts(query="ask: ")) == plain
    assert space_name("m", 4, Prompts(passage="")) == plain
    assert space_name("m", 4, Prompts(passage="text: ")) != plain
