"""The README's table of settings, written from `Settings`.

`python -m tests.architecture.settings_table` brings the README up to date.
"""

import re
from pathlib import Path

from pydantic import AliasChoices
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from app.settings import Settings
from tests.architecture.checkout import ROOT

README = ROOT / "README.md"
BEGIN, END = "<!-- settings -->", "<!-- end of settings -->"
PLACES = {"data_dir": "the user's data folder; `/var/lib/lumen` for root"}


def variable(name: str, field: FieldInfo) -> str:
    """The environment variable that is asked for first."""
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return str(alias.choices[0])
    return f"LUMEN_{name.upper()}"


def default(name: str, field: FieldInfo) -> str:
    """The default as a person would write it."""
    if name in PLACES:
        return PLACES[name]
    value = field.default
    if value in {None, PydanticUndefined}:
        return "none"
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def table() -> str:
    """Every setting in the order of `Settings`."""
    rows = ["| variable | default | what it does |", "|---|---|---|"]
    for name, field in Settings.model_fields.items():
        row = f"| `{variable(name, field)}` | {default(name, field)} | {field.description} |"
        rows.append(row)
    return "\n".join(rows)


def shown(readme: str) -> str:
    """The table as a README shows it.

    Raises:
        ValueError: The marks around it are missing.
    """
    match = re.search(f"{BEGIN}\n(.*?)\n{END}", readme, re.DOTALL)
    if match is None:
        raise ValueError(f"The table stands between {BEGIN} and {END}.")
    return match.group(1).strip()


def write(path: Path = README) -> None:
    """Put the table into the README."""
    text = path.read_text()
    path.write_text(text.replace(shown(text), table()))


if __name__ == "__main__":
    write()
