"""Endpoints that people commonly use: where they are, what they need, which models to begin with.

The suggested models are a beginning for a form, from the makers' own pages; what an endpoint really
offers is read from the endpoint. All addresses speak OpenAI's chat completions.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One kind of endpoint.

    Attributes:
        id: What a provider's row remembers.
        slug: A suggestion; first half of a model id.
        base_url: To be used as it is, or with its capital letters replaced; empty where it is
            unknown.
        needs_key: Whether it answers nobody without a key.
        is_local: Whether it usually runs on the machine or net that Lumen runs on.
        models: Suggestions, the first for the default; empty where they depend on the machine.
        key_url: Where a key is made; empty where none is needed.
        note: What to look out for, for an admin.
    """

    id: str
    name: str
    base_url: str
    note: str
    slug: str = ""
    needs_key: bool = True
    is_local: bool = False
    models: tuple[str, ...] = ()
    key_url: str = ""


OTHER: Final = "other"

PRESETS: Final[tuple[Preset, ...]] = (
    Preset(
        id="openai",
        name="OpenAI",
        slug="openai",
        base_url="https://api.openai.com/v1",
        models=("gpt-4o-mini", "gpt-4o", "gpt-4.1-mini", "gpt-4.1"),
        key_url="https://platform.openai.com/api-keys",
        note="A new account has to be paid into before its key answers: until then it is 429.",
    ),
    Preset(
        id="deepseek",
        name="DeepSeek",
        slug="deepseek",
        base_url="https://api.deepseek.com/v1",
        models=("deepseek-chat", "deepseek-reasoner"),
        key_url="https://platform.deepseek.com/api_keys",
        note="402 means that the account has run out of money.",
    ),
    Preset(
        id="mistral",
        name="Mistral",
        slug="mistral",
        base_url="https://api.mistral.ai/v1",
        models=("mistral-small-latest", "mistral-medium-latest", "mistral-large-latest"),
        key_url="https://console.mistral.ai/api-keys",
        note="A free account is asked to slow down often: limit its concurrent answers to 1.",
    ),
    Preset(
        id="groq",
        name="Groq",
        slug="groq",
        base_url="https://api.groq.com/openai/v1",
        models=("llama-3.3-70b-versatile", "llama-3.1-8b-instant"),
        key_url="https://console.groq.com/keys",
        note="The address ends in /openai/v1. Tokens a minute are limited: long prompts meet 429.",
    ),
    Preset(
        id="openrouter",
        name="OpenRouter",
        slug="openrouter",
        base_url="https://openrouter.ai/api/v1",
        models=("openrouter/auto", "meta-llama/llama-3.3-70b-instruct"),
        key_url="https://openrouter.ai/settings/keys",
        note="Models have a slash in their name: openrouter/meta-llama/llama-3.3-70b-instruct.",
    ),
    Preset(
        id="azure",
        name="Azure OpenAI",
        slug="azure",
        base_url="https://YOUR-RESOURCE.openai.azure.com/openai/v1",
        key_url="https://ai.azure.com/",
        note=(
            "Put your resource's name into the address, and your deployments' names as models: "
            "a deployment's name need not be its model's. This is the v1 API, without api-version."
        ),
    ),
    Preset(
        id="ollama",
        name="Ollama",
        slug="ollama",
        base_url="http://127.0.0.1:11434/v1",
        needs_key=False,
        is_local=True,
        note=(
            "Begin with `ollama pull llama3.2`. The context is short by default: set "
            "OLLAMA_CONTEXT_LENGTH=16384, or passages are cut off without a word."
        ),
    ),
    Preset(
        id="lmstudio",
        name="LM Studio",
        slug="lmstudio",
        base_url="http://127.0.0.1:1234/v1",
        needs_key=False,
        is_local=True,
        note="Load a model and start the server in its Developer tab; raise the context length.",
    ),
    Preset(
        id="vllm",
        name="vLLM",
        slug="vllm",
        base_url="http://127.0.0.1:8000/v1",
        needs_key=False,
        is_local=True,
        note=(
            "Lumen listens on 8000, too: start vLLM with another --port. With --api-key it needs "
            "that key."
        ),
    ),
    Preset(
        id=OTHER,
        name="Any other",
        base_url="",
        needs_key=False,
        note="Anything that speaks OpenAI's chat completions. Most addresses end in /v1.",
    ),
)

PRESET_IDS: Final = frozenset(preset.id for preset in PRESETS)
