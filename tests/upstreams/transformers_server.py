"""`transformers serve`: an OpenAI-compatible server that this project did not write.

It serves a Llama of one layer with random weights, made on the spot: what it says means nothing,
how it says it is what is tested. Run as a module, with the model's name as its argument.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
MODEL = "random/tiny"
"""A folder below the one that the server runs in, and so the model's name."""
TEMPLATE = (
    "{% for message in messages %}{{ message['role'] }}: {{ message['content'] }}\n{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
_RUNNING = re.compile(r"running on (http://127\.0\.0\.1:\d+)")


def make_model(folder: Path) -> None:
    """Write a random model of some ten thousand weights, one token a byte, with a template."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers  # noqa: PLC0415
    from transformers import (  # noqa: PLC0415
        LlamaConfig,
        LlamaForCausalLM,
        PreTrainedTokenizerFast,
        set_seed,
    )

    set_seed(0)
    special = ["<s>", "</s>", "<unk>"]
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: at for at, token in enumerate(special + letters)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[], unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token="<s>", eos_token="</s>", unk_token="<unk>"
    )
    fast.chat_template = TEMPLATE
    config = LlamaConfig(
        vocab_size=len(vocabulary),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=1,
        num_attention_heads=2,
        num_key_value_heads=2,
        max_position_embeddings=16_384,
        bos_token_id=0,
        eos_token_id=1,
    )
    LlamaForCausalLM(config).save_pretrained(folder)
    fast.save_pretrained(folder)


def main(folder: Path) -> None:
    """Make the model and serve it on a free port."""
    from transformers.cli.serve import Serve  # noqa: PLC0415

    make_model(folder)
    Serve(force_model=str(folder), host="127.0.0.1", port=0, device="cpu")


@asynccontextmanager
async def running_transformers(folder: Path) -> AsyncGenerator[str]:
    """Serve `MODEL` while the block lasts; the base URL."""
    (folder / "hub").mkdir()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.upstreams.transformers_server", MODEL),
        cwd=folder,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(ROOT),
            "HF_HUB_OFFLINE": "1",
            "HF_HOME": str(folder),
            "OMP_NUM_THREADS": "1",
            "TMPDIR": str(folder),
        },
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    try:
        yield await _address(process.stderr) + "/v1"
    finally:
        process.kill()
        await process.communicate()


async def _address(stderr: asyncio.StreamReader) -> str:
    said: list[str] = []
    while line := (await stderr.readline()).decode():
        said.append(line)
        if found := _RUNNING.search(line):
            return found[1]
    raise RuntimeError("transformers serve ended:\n" + "".join(said))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
