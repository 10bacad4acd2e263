"""A plain yes or no: a small table of words, language by language.

Only a whole message counts. Whoever writes more than one of these says something else, and that is
no word to change anything by.
"""

from collections.abc import Mapping
from typing import Final

from app.desk.requests import plain

_YES: Final[Mapping[str, str]] = {
    "en": "yes|y|yes please|yep|sure|ok|okay|do it|go ahead|confirm|confirmed|yes do it",
    "de": "ja|ja bitte|jawohl|mach das|machen sie das|einverstanden|bestatigt|bestatige|in ordnung",
    "fr": "oui|oui s'il te plait|oui s'il vous plait|d'accord|vas-y|allez-y|je confirme",
    "es": "si|si por favor|vale|de acuerdo|adelante|hazlo|confirmo",
    "it": "si|si grazie|va bene|d'accordo|fallo|procedi|confermo",
    "pt": "sim|sim por favor|pode fazer|de acordo|confirmo",
    "nl": "ja|ja graag|akkoord|doe maar|ga je gang|bevestigd",
    "pl": "tak|tak prosze|zgoda|potwierdzam",
    "tr": "evet|evet lutfen|tamam|onayliyorum",
    "ru": "да|да пожалуиста|хорошо|подтверждаю|согласен|согласна",
    "ar": "نعم|أجل|اجل|موافق|حسنا|نعم من فضلك",
    "zh": "是|是的|好|好的|可以|确认|確認|同意",
    "ja": "はい|お願いします|はい お願いします|はい、お願いします|了解|確認",
    "ko": "네|예|네 부탁합니다|좋아요|확인",
}
_NO: Final[Mapping[str, str]] = {
    "en": "no|n|no thanks|no thank you|nope|don't|do not|don't do it|stop|cancel|never mind",
    "de": "nein|nein danke|abbrechen|nicht|lass es",
    "fr": "non|non merci|annule|annuler|annulez",
    "es": "no|no gracias|cancela|cancelar",
    "it": "no|no grazie|annulla",
    "pt": "nao|nao obrigado|nao obrigada|cancela|cancelar",
    "nl": "nee|nee dank je|annuleer|annuleren",
    "pl": "nie|nie dziekuje|anuluj",
    "tr": "hayir|iptal",
    "ru": "нет|отмена|не надо",
    "ar": "لا|لا شكرا|إلغاء|الغاء",
    "zh": "不|不要|不用|取消",
    "ja": "いいえ|やめて|キャンセル",
    "ko": "아니요|아니오|취소",
}


def _words(table: Mapping[str, str]) -> frozenset[str]:
    return frozenset(plain(word) for words in table.values() for word in words.split("|"))


_YES_WORDS: Final = _words(_YES)
_NO_WORDS: Final = _words(_NO)


_ASKING: Final = frozenset("?？؟")


def says_yes(text: str) -> bool:
    """Whether the message is a plain yes, and nothing besides; “yes?” asks."""
    return not _ASKING.intersection(text) and plain(text) in _YES_WORDS


def says_no(text: str) -> bool:
    """Whether the message is a plain no, and nothing besides."""
    return plain(text) in _NO_WORDS
