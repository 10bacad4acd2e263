"""The image's build steps, each checked or carried out without Docker."""

import json
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import zipfile
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

import pytest

from app.settings import Settings
from tests.architecture.checkout import PACKAGES, ROOT, tracked
from tests.architecture.settings_table import variable

INSTRUCTIONS = {
    *("FROM", "ARG", "ENV", "RUN", "WORKDIR", "COPY", "USER", "EXPOSE"),
    *("HEALTHCHECK", "ENTRYPOINT", "CMD"),
}


@dataclass(frozen=True)
class Step:
    """One instruction of the Dockerfile; stages are counted from 0."""

    stage: int
    instruction: str
    value: str

    def words(self) -> list[str]:
        """The value as JSON words (exec form), or split as a shell would."""
        if self.value.startswith("["):
            return list(json.loads(self.value))
        return shlex.split(self.value)


def steps() -> list[Step]:
    text = re.sub(r"^\s*#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    found: list[Step] = []
    stage = -1
    for line in text.replace("\\\n", " ").splitlines():
        instruction, _, value = line.strip().partition(" ")
        if not instruction:
            continue
        stage += instruction == "FROM"
        found.append(Step(stage, instruction, value.strip()))
    return found


def having(instruction: str, stage: int | None = None) -> list[Step]:
    return [
        step for step in steps() if step.instruction == instruction and stage in {None, step.stage}
    ]


def copied() -> list[str]:
    """What goes from the checkout into the image."""
    return [
        source
        for step in having("COPY")
        if not step.value.startswith("--from")
        for source in step.words()[:-1]
    ]


def let_through(path: str) -> bool:
    """Whether .dockerignore lets a path reach the builder: the last rule that fits decides."""
    ignored = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        rule = line.strip()
        if not rule or rule.startswith("#"):
            continue
        pattern = rule.removeprefix("!").removeprefix("**/")
        parts = path.split("/")
        if fnmatch(path, pattern) or any(fnmatch(part, pattern) for part in parts):
            ignored = not rule.startswith("!")
    return not ignored


def test_the_dockerfile_holds_known_instructions_only() -> None:
    assert {step.instruction for step in steps()} <= INSTRUCTIONS
    assert [step.stage for step in having("FROM")] == [0, 1]


def test_what_is_copied_exists_and_reaches_the_builder() -> None:
    assert set(PACKAGES) <= set(copied())
    for source in copied():
        assert (ROOT / source).exists(), source
        assert let_through(source), source
    assert not let_through(".git/config")
    assert not let_through(".env")
    assert not let_through("app/__pycache__/errors.pyc")


def test_the_image_is_installed_as_the_makefile_installs() -> None:
    runs = [step.value for step in having("RUN", 0) if step.value.startswith("pip ")]
    recipes = [
        line.strip().removeprefix("$(PIP) ").replace("--quiet ", "").replace("-e ", "")
        for line in (ROOT / "Makefile").read_text().splitlines()
        if "$(PIP) install" in line and "[dev]" not in line
    ]
    assert [run.removeprefix("pip ") for run in runs] == recipes


def test_the_image_runs_as_somebody_without_rights() -> None:
    (user,) = having("USER", 1)
    assert user.value not in {"root", "0"}
    (made,) = [step for step in having("RUN", 1) if "useradd" in step.value]
    assert made.words()[-1] == user.value
    assert "--uid 10001" in made.value
    # Nothing runs after the change that would need root.
    order = [step.instruction for step in steps() if step.stage == 1]
    assert "RUN" not in order[order.index("USER") :]


def test_nothing_but_libraries_and_model_comes_out_of_the_build() -> None:
    (entries,) = [step.words() for step in having("ENV", 1)]
    (data,) = [word.partition("=")[2] for word in entries if word.startswith("LUMEN_DATA_DIR=")]
    (prepared,) = [step.value for step in having("RUN", 0) if "--prepare" in step.value]
    assert prepared == f"LUMEN_DATA_DIR={data} lumen models --prepare"
    taken = [step.words()[-2] for step in having("COPY", 1)]
    assert taken == ["/opt/lumen", f"{data}/models"]


def test_the_entrypoint_is_a_script_that_gets_installed() -> None:
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    (entry,) = having("ENTRYPOINT", 1)
    assert entry.words()[0] in scripts


def test_every_variable_of_the_image_is_a_setting() -> None:
    known = {variable(name, field) for name, field in Settings.model_fields.items()}
    set_here = {
        word.partition("=")[0]
        for step in having("ENV", 1)
        for word in step.words()
        if word.startswith("LUMEN_")
    }
    assert set_here
    assert set_here <= known


def test_the_image_holds_the_python_that_is_tested() -> None:
    lowest = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["requires-python"]
    for step in having("FROM"):
        assert step.value.startswith(f"python:{lowest.removeprefix('>=')}-slim"), step.value


@pytest.mark.timeout(120)
def test_the_installed_package_holds_every_file_of_the_product(tmp_path: Path) -> None:
    """`pip install .` as in the image, from a copy of what the builder gets."""
    source = tmp_path / "src"
    for path in tracked(*copied()):
        target = source / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    built = subprocess.run(
        [
            *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-index"),
            *("--no-build-isolation", "--wheel-dir", str(tmp_path), str(source)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = tmp_path.glob("*.whl")
    inside = set(zipfile.ZipFile(wheel).namelist())
    expected = {
        path.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for path in tracked(package)
        if path.suffix != ".md"
    }
    assert not expected - inside
    assert not [name for name in inside if name.startswith("tests/")]
