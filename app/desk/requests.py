"""How customers ask for a person: a small table of plain phrases, language by language."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

LONGEST_REQUEST: Final = 300
"""Characters; a longer message speaks of something else, even where it names a person."""

_PERSON = (
    r"(?:an? |the |your )?(?:real |live |actual )?(?:human(?: being)?|person|agent|operator|"
    r"representative|someone|somebody|staff member|member of staff|support team)"
)
_MENSCH = (
    r"(?:eine[mnr]? |jemande[mn] ?)?(?:echten |richtigen |menschlichen )?"
    r"(?:mensch(?:en)?|mitarbeiter(?:in)?|person|(?:kunden)?berater(?:in)?|ansprechpartner)"
)
_HUMAIN = r"(?:humain|etre humain|personne|conseiller|conseillere|agent|operateur)"
_UMANO = r"(?:persona|umano|essere umano|operatore|operatrice|qualcuno)"
_CHELOVEK = r"(?:человек|оператор|сотрудник)"
_PHRASES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": (
        rf"\b(?:speak|talk|chat) (?:to|with) {_PERSON}\b(?! about my )",
        rf"\b(?:connect|transfer|put) me (?:through )?(?:to|with) {_PERSON}\b",
        rf"\b(?:i want|i need|i would like|i'd like|get me|give me) {_PERSON}(?: please| now)?$",
        r"^(?:human|agent|operator|representative|real person)(?: please)?$",
    ),
    "de": (
        rf"\bmit {_MENSCH}\b.*\b(?:sprechen|reden|chatten|verbunden|verbinden)\b",
        rf"\b(?:verbinden sie mich|verbinde mich)(?: bitte)? mit {_MENSCH}\b",
        r"^(?:mensch|mitarbeiter)(?: bitte)?$",
    ),
    "fr": (
        r"\b(?:parler|discuter) (?:a|avec) quelqu'un\b",
        rf"\b(?:parler|discuter) (?:a|avec) une? (?:vraie? )?{_HUMAIN}\b",
    ),
    "es": (r"\bhablar con (?:una? )?(?:persona|humano|agente|operador|asesor|alguien)\b",),
    "it": (rf"\bparlare con (?:una? |un')?{_UMANO}\b",),
    "pt": (r"\bfalar com (?:uma? )?(?:pessoa|humano|atendente|operador|alguem)\b",),
    "nl": (
        r"\b(?:praten|spreken) met (?:een )?(?:echte? )?(?:mens|persoon|medewerker|iemand)\b",
        r"\b(?:een )?(?:mens|medewerker|iemand) (?:spreken|aan de lijn)\b",
    ),
    "pl": (r"\b(?:po)?rozmawiac z (?:czlowiekiem|konsultantem|pracownikiem|kims)\b",),
    "tr": (r"\b(?:insanla|temsilciyle|yetkiliyle|gercek biriyle) (?:gorusmek|konusmak)\b",),
    "ru": (
        rf"(?:позовите|соедините(?: меня)? с) (?:живым |живого )?{_CHELOVEK}",
        rf"(?:поговорить|связаться) с (?:живым )?{_CHELOVEK}",
    ),
    "ar": (r"(?:التحدث|اتكلم|أتكلم|الكلام) (?:مع|إلى|الى) (?:شخص|موظف|إنسان|انسان)",),
    "zh": (r"(?:转|轉|找|要)人工|人工客服|真人客服",),
    "ja": (r"(?:人間|担当者|オペレーター?)(?:と|に)(?:話|繋|つな|代わ)",),
    "ko": (r"(?:상담원|사람)(?:과|이랑|하고|에게)? ?(?:연결|통화|대화|이야기)",),
}
_REQUESTS: Final = tuple(re.compile(each) for phrases in _PHRASES.values() for each in phrases)
_REFUSED: Final = re.compile(
    r"\b(?:don't|do not|never|rather not) (?:want|need|wish)\b|\bkeine[nm]? "
)
_ACCENTS: Final = re.compile("[\u0300-\u036f]")
_LETTERS: Final = str.maketrans({"ł": "l", "ı": "i", "’": "'"})


def wants_person(text: str) -> bool:
    """Whether a customer plainly asks for a person, in one of the languages of the table."""
    said = plain(text)
    if len(said) > LONGEST_REQUEST or _REFUSED.search(said):
        return False
    return any(request.search(said) for request in _REQUESTS)


def plain(text: str) -> str:
    """In small letters, without accents, on one line: as the table is written."""
    letters = _ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold()))
    words = unicodedata.normalize("NFC", letters).translate(_LETTERS)
    words = words.replace(",", " ")
    return " ".join(words.split()).strip(" .!?…。！？")
