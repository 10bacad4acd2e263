"""What is written is so: links lead somewhere, commands exist, tables are whole."""

import re
from pathlib import Path

import click
import pytest

from app.cli import main
from app.errors import STATUS
from ingest.errors import DocumentUnreadable
from tests.architecture.checkout import ROOT, sources, text_of, tracked
from tests.architecture.routes import routes
from tests.architecture.settings_table import README, shown, table

RUNBOOKS = ROOT / "runbooks"
NO_SYMPTOM = {"README.md", "dialects.md", "glossary.md", "design.md"}
PAGES = [path for path in tracked("*.md") if path.relative_to(ROOT).parts[0] != "tests"]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def anchors(path: Path) -> set[str]:
    """As they are made from headings: lower case, words joined by hyphens."""
    headings = re.findall(r"^#+ (.+)$", FENCE.sub("", text_of(path)), re.MULTILINE)
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.strip().replace(" ", "-") for heading in kept}


def shell_lines(path: Path) -> list[str]:
    """What a reader is told to type after a `$`."""
    return [
        line.removeprefix("$ ")
        for kind, body in FENCE.findall(text_of(path))
        if kind == "console"
        for line in body.splitlines()
        if line.startswith("$ ")
    ]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    text = FENCE.sub("", text_of(page))
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", link):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), f"{name_of(page)} links to {link}"
        if anchor:
            assert anchor in anchors(target), f"{name_of(page)} links to {link}"


def test_the_readme_shows_every_setting_with_its_default() -> None:
    assert shown(text_of(README)) == table(), (
        "Run: .venv/bin/python -m tests.architecture.settings_table"
    )


def test_no_page_names_a_variable_that_is_not_read() -> None:
    known = set(re.findall(r"\| `(\w+)` \|", table()))
    compose = set(re.findall(r"\$\{(\w+)", text_of(ROOT / "compose.yaml")))
    for page in PAGES:
        named = set(re.findall(r"\bLUMEN_[A-Z0-9_]*[A-Z0-9]\b", text_of(page)))
        assert named <= known | compose, f"{name_of(page)}: {named - known - compose}"


def test_every_command_is_in_the_readme() -> None:
    readme = text_of(README)
    missing = [
        name for name in main.list_commands(click.Context(main)) if f"`lumen {name}" not in readme
    ]
    assert not missing


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_commands_that_a_page_tells_to_type_exist(page: Path) -> None:
    goals = set(re.findall(r"^([a-z]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    context = click.Context(main)
    told = [*shell_lines(page), *re.findall(r"`((?:lumen|make) [^`]+)`", text_of(page))]
    for line in told:
        words = re.sub(r"^(?:[A-Z_]+=\S+ )+", "", line).split()
        if words[0] == "make":
            assert words[1] in goals, f"{name_of(page)}: {line}"
        elif words[0] in {"lumen", ".venv/bin/lumen"} and not words[1].startswith("-"):
            command = main.get_command(context, words[1])
            assert command is not None, f"{name_of(page)}: {line}"
            options = {option for parameter in command.params for option in parameter.opts}
            given = {word.split("=")[0] for word in words[2:] if word.startswith("--")}
            assert given <= options | {"--help"}, f"{name_of(page)}: {line}"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_calls_that_a_page_shows_are_answered(page: Path) -> None:
    answered = routes()
    text = text_of(page)
    told = re.findall(r"\b(GET|POST|PUT|PATCH|DELETE) (/[\w/{}$-]+)", text)
    told += [
        ("GET", path) for path in re.findall(r"curl (?!.*-X).*127\.0\.0\.1:8000(/[\w/$-]+)", text)
    ]
    for method, path in re.findall(r"curl .*-X (\w+).*127\.0\.0\.1:8000(/[\w/$-]+)", text):
        told.append((method, path))
    for method, path in told:
        known = any(route.method == method and route.fits(path) for route in answered)
        assert known, f"{name_of(page)}: {method} {path}"


def test_every_runbook_that_the_product_names_exists() -> None:
    named = {
        (name_of(path), place)
        for path in tracked("app", "ingest", "retrieval", "providers")
        for place in re.findall(r"runbooks/[\w/-]+\.md", text_of(path))
    }
    assert named
    gone = [f"{path}: {place}" for path, place in named if not (ROOT / place).exists()]
    assert not gone


def test_the_map_shows_every_runbook() -> None:
    shown_pages = set(re.findall(r"\]\(([\w/-]+\.md)", text_of(RUNBOOKS / "README.md")))
    pages = {path.relative_to(RUNBOOKS).as_posix() for path in tracked("runbooks/*.md")}
    hidden = {page for page in pages if not page.startswith("decisions/0")} - shown_pages
    assert hidden <= {"README.md"}
    decided = set(re.findall(r"\]\(([\w/-]+\.md)", text_of(RUNBOOKS / "decisions" / "README.md")))
    written = {path.name for path in tracked("runbooks/decisions/0*.md")}
    assert written == decided


def test_a_symptom_page_says_when_check_act_and_verify() -> None:
    for page in tracked("runbooks/*.md"):
        if page.parent != RUNBOOKS or page.name in NO_SYMPTOM:
            continue
        found = re.findall(r"^## (\w+)", text_of(page), re.MULTILINE)
        steps = [heading for heading in found if heading in {"When", "Check", "Act", "Verify"}]
        assert steps == ["When", "Check", "Act", "Verify"], name_of(page)


def test_the_map_has_a_row_for_every_error_code() -> None:
    text = text_of(RUNBOOKS / "README.md")
    rows = re.findall(r"^\| (\d{3}) \| (.*?) \|", text, re.MULTILINE)
    written = {
        (code, int(status)) for status, codes in rows for code in re.findall(r"`(\w+)`", codes)
    }
    assert written == set(STATUS.items())


def test_what_a_page_tells_to_click_is_on_the_screens() -> None:
    words = "\n".join(text_of(path) for path in tracked("app/ui/static/js/**/*.js"))
    told = {
        (name_of(page), label)
        for page in tracked("runbooks/*.md")
        for path in re.findall(r"(?<!\*)\*([A-Z][^*\n]+)\*(?!\*)", text_of(page))
        for label in path.split(" → ")
    }
    assert len(told) > 5
    assert not [each for each in told if each[1] not in words]


def test_every_part_of_readiness_is_explained() -> None:
    source = text_of(ROOT / "app" / "bootstrap" / "readiness.py")
    parts = re.findall(r'^ +"(\w+)": [\w.]+,$', source, re.MULTILINE)
    assert len(parts) >= 3
    page = text_of(RUNBOOKS / "does-not-start.md")
    assert not [part for part in parts if f"| the part `{part}` |" not in page]


def test_every_way_in_which_a_document_fails_is_explained() -> None:
    page = text_of(RUNBOOKS / "document-queued-or-failed.md")
    codes = {failure.code for failure in DocumentUnreadable.__subclasses__()}
    assert {"no_text", "password_protected", "parse_timeout"} <= codes
    assert not [code for code in codes if f"`{code}`" not in page]


def test_streaming_codes_are_all_explained() -> None:
    codes: set[str] = set()
    for path in sources():
        codes |= set(re.findall(r'"((?:LLM|SEARCH|EMBEDDER)_[A-Z_]+)"', text_of(path)))
    assert {"LLM_API_ERROR", "LLM_TIMEOUT"} <= codes
    for code in codes:
        assert f"`{code}`" in text_of(RUNBOOKS / "README.md"), code


def test_the_version_is_the_same_everywhere() -> None:
    found = re.search(r'^version = "([\d.]+)"', text_of(ROOT / "pyproject.toml"), re.MULTILINE)
    assert found is not None
    version = found.group(1)
    assert version in text_of(ROOT / "CHANGELOG.md")
    assert f"image: lumen:{version}" in text_of(ROOT / "compose.yaml")


def test_the_architecture_names_places_that_are_there() -> None:
    text = text_of(ROOT / "ARCHITECTURE.md")
    named = set(
        re.findall(
            r"`((?:app|ingest|retrieval|providers|tests|runbooks|benchmarks)/[\w/.]*)`", text
        )
    )
    assert len(named) > 15
    assert not [place for place in named if not (ROOT / place).exists()]
    parts = {
        f"app/{path.parent.name}/"
        for path in tracked("app/*/__init__.py")
        if path.parent.parent.name == "app"
    }
    assert parts <= named
