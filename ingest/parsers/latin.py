"""Which of the Latin code pages a text is in, told by the letters of the languages."""

import re

_ALPHABETS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "cp1252",
        (
            "äöüß", "àâæçéèêëîïôœùûüÿ", "áéíóúüñºª", "áâãàçéêíóôõúü", "àèéìíîòóùú", "åäöéü",
            "æøåéö", "éëïóöüè", "áéíóúýþæöð", "àçèéíïòóúü",
        ),
    ),
    (
        "cp1250",
        ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áäčďéíĺľňóôŕšťúýž", "áéíóöőúüű", "ăâîşţ", "čćđšž"),
    ),
    ("cp1254", ("çğıöşüâîû",)),
    ("cp1257", ("ąčęėįšųūž", "āčēģīķļņšūž", "äöõüšž")),
    ("iso8859_2", ("ąćęłńóśźż", "áčďéěíňóřšťúůýž", "áéíóöőúüű")),
)  # fmt: skip
"""Letters beyond ASCII: German, French, Spanish, Portuguese, Italian, Swedish, Danish, Dutch,
Icelandic, Catalan; Polish, Czech, Slovak, Hungarian, Romanian, Croatian; Turkish; Lithuanian,
Latvian, Estonian. Earlier ones are likelier where the letters leave it open."""
_FAMILY = re.compile(
    r"latin_1|cp125[02478]|iso8859_(?:1|2|3|4|9|10|13|14|15|16)$|mac_(?:latin2|roman|iceland|turkish)"
    r"|hp_roman8|cp(?:437|775|850|852|857|858|860|861|863|865)$"
)
_WORD = re.compile(r"[^\W\d_]+")
_SYMBOLS = re.compile(r"(?<=[^\W\d_])[¹²³¿¡¼½¾±¶¦¬¤](?=[^\W\d_])")
"""Signs inside a word: letters read by the wrong code page."""


def is_latin(codec: str) -> bool:
    """Whether a code page holds Latin letters, which guesses by statistics mix up."""
    return _FAMILY.match(codec) is not None


def latin_codec(sample: bytes) -> str:
    """The code page by which most words are of letters that one language has."""
    best, best_share = "cp1252", -1.0
    for codec, alphabets in _ALPHABETS:
        text = sample.decode(codec, "replace").lower()
        words = [word for word in _WORD.findall(text) if not word.isascii()]
        known = sum(any(_beyond(word) <= set(each) for each in alphabets) for word in words)
        wrong = len(_SYMBOLS.findall(text)) + text.count("\ufffd")
        share = (known - wrong) / max(1, len(words) + wrong)
        if share > best_share:
            best, best_share = codec, share
    return best


def _beyond(word: str) -> set[str]:
    """The letters that ASCII has not."""
    return {letter for letter in word if not letter.isascii()}
