"""A customer who plainly asks for a person is heard, in several languages; others are not."""

import pytest

from app.desk.requests import wants_person

ASKS = (
    "Can I talk to a human?",
    "I want to speak with a real person, please",
    "connect me to an agent",
    "Please transfer me to a representative.",
    "HUMAN PLEASE!",
    "operator",
    "I need a person",
    "Kann ich mit einem Menschen sprechen?",
    "Ich möchte bitte mit einem echten Mitarbeiter reden.",
    "Verbinden Sie mich bitte mit einem Mitarbeiter",
    "Je voudrais parler à un conseiller",
    "Puis-je parler à quelqu’un ?",
    "Quiero hablar con una persona",
    "¿Puedo hablar con un agente?",
    "Vorrei parlare con un operatore",
    "Vorrei parlare con un essere umano",
    "Quero falar com um atendente",
    "Ik wil een medewerker spreken",
    "Kan ik met iemand praten? Ik wil praten met een mens",
    "Chcę porozmawiać z człowiekiem",
    "Bir temsilciyle görüşmek istiyorum",
    "Позовите оператора",
    "Хочу поговорить с живым человеком",
    "أريد التحدث مع شخص",
    "أريد التحدث إلى موظف",
    "转人工",
    "我要人工客服",
    "担当者と話したいです",
    "オペレーターに繋いでください",
    "상담원 연결해 주세요",
    "사람과 대화하고 싶어요",
)
ASKS_NOT = (
    "",
    "How do I add a person to my account?",
    "Is the agent included in the licence?",
    "What does the operator of the machine have to sign?",
    "I don't want to talk to a human, just tell me the price",
    "Ich möchte keinen Menschen sprechen",
    "Wie viele Mitarbeiter hat die Firma?",
    "Can a person with a wheelchair enter?",
    "I need a person to sign the contract, who may do that?",
    "Who is the representative of the tenants?",
    "Combien de personnes travaillent ici ?",
    "¿Cuántas personas caben?",
    "人工智能是什么?",
    "I was told to speak to a person about it. " * 20,
)


@pytest.mark.parametrize("text", ASKS)
def test_a_plain_request_is_heard(text: str) -> None:
    assert wants_person(text)


@pytest.mark.parametrize("text", ASKS_NOT)
def test_what_only_speaks_of_people_is_no_request(text: str) -> None:
    assert not wants_person(text)
