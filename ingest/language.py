"""The language of a text, as the name of a Postgres text search configuration."""

from functools import cache

from lingua import Language, LanguageDetector, LanguageDetectorBuilder

SIMPLE = "simple"
"""The configuration without a stemmer, for languages that have none."""
SAMPLE = 3_000
"""Characters looked at, from three places; more changes nothing and costs time."""
MIN_LETTERS = 20
"""Below this a guess is worth nothing."""

CONFIGURATIONS = {
    Language.ARABIC: "arabic",
    Language.ARMENIAN: "armenian",
    Language.BASQUE: "basque",
    Language.CATALAN: "catalan",
    Language.DANISH: "danish",
    Language.DUTCH: "dutch",
    Language.ENGLISH: "english",
    Language.ESTONIAN: "estonian",
    Language.FINNISH: "finnish",
    Language.FRENCH: "french",
    Language.GERMAN: "german",
    Language.GREEK: "greek",
    Language.HINDI: "hindi",
    Language.HUNGARIAN: "hungarian",
    Language.INDONESIAN: "indonesian",
    Language.IRISH: "irish",
    Language.ITALIAN: "italian",
    Language.LITHUANIAN: "lithuanian",
    Language.BOKMAL: "norwegian",
    Language.NYNORSK: "norwegian",
    Language.PORTUGUESE: "portuguese",
    Language.ROMANIAN: "romanian",
    Language.RUSSIAN: "russian",
    Language.SERBIAN: "serbian",
    Language.SPANISH: "spanish",
    Language.SWEDISH: "swedish",
    Language.TAMIL: "tamil",
    Language.TURKISH: "turkish",
}
_LOOKALIKES = (
    Language.CHINESE, Language.JAPANESE, Language.KOREAN, Language.POLISH, Language.CZECH,
    Language.SLOVAK, Language.CROATIAN, Language.UKRAINIAN, Language.BULGARIAN,
    Language.VIETNAMESE, Language.PERSIAN, Language.URDU, Language.HEBREW, Language.THAI,
    Language.LATIN,
)  # fmt: skip
"""Languages without a configuration that would else be taken for one that has."""


@cache
def _detector() -> LanguageDetector:
    """Trigrams only: about 40 MB; the full models would take several hundred."""
    known = (*CONFIGURATIONS, *_LOOKALIKES)
    return LanguageDetectorBuilder.from_languages(*known).with_low_accuracy_mode().build()


def search_configuration(text: str) -> str:
    """Name of the configuration for most of the text; `simple` where none fits."""
    step = max(1, len(text) // 3)
    share = SAMPLE // 3
    sample = " ".join(text[start : start + share] for start in range(0, step * 3, step))
    if sum(map(str.isalpha, sample)) < MIN_LETTERS:
        return SIMPLE
    language = _detector().detect_language_of(sample)
    return SIMPLE if language is None else CONFIGURATIONS.get(language, SIMPLE)
