"""Fixed commands: what can be said to the assistant without a model that understands people."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

HELP: Final = """\
You can write:
  project                      what this project is set to
  instructions                 what every answer is told
  instructions set TEXT        replace them
  instructions add TEXT        add to them
  memories                     the facts that answers remember
  remember TEXT                add one
  reword N TEXT                say number N in other words
  forget N                     forget number N
  documents                    what is there; "documents failed" for what could not be read
  retry NAME                   read a failed document again
  delete document NAME         delete one
  integrations                 who else may ask here
  enable NAME, disable NAME    switch an integration on or off
  rename integration NAME to NEW
  domains NAME: a.example, *.b.example     whose pages may ask; "all" for every page
  limit NAME: N                requests a minute of all its customers
  customer limit NAME: N       requests a minute of one customer
  budget NAME: N               questions a day; "none" for no limit
  unanswered                   what customers asked that found no answer; "unanswered 7" for 7 days
  inbox                        how many customers' conversations wait
  confirm CODE, cancel CODE    do what was proposed, or drop it
  help                         this list
Nothing is changed before you confirm it."""


@dataclass(frozen=True, slots=True)
class UseTool:
    """A tool, as a model could call for it."""

    name: str
    arguments: Mapping[str, object] = field(default_factory=dict[str, object])


@dataclass(frozen=True, slots=True)
class Confirm:
    """Do what was proposed under this code."""

    code: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Drop what was proposed under this code; None for all that is open."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Say what can be said."""


Command: TypeAlias = UseTool | Confirm | Cancel | Help
_Make: TypeAlias = Callable[[re.Match[str]], Command]


def parse(text: str) -> Command | None:
    """The command that a message is; None where it is none."""
    line = text.strip()
    for pattern, make in _TABLE:
        if (match := pattern.fullmatch(line)) is not None:
            return make(match)
    return None


def _use(name: str, **fixed: object) -> _Make:
    """Named groups become arguments of their names."""

    def make(match: re.Match[str]) -> Command:
        given = {key: value.strip() for key, value in match.groupdict().items() if value}
        return UseTool(name, {**given, **fixed})

    return make


def _number(name: str, key: str) -> _Make:
    """The group `number` becomes a number; where a word stands there, none at all."""

    def make(match: re.Match[str]) -> Command:
        given = match.group("number")
        number = int(given) if given.isdecimal() else 0
        return UseTool(name, {"integration": match.group("integration").strip(), key: number})

    return make


def _domains(match: re.Match[str]) -> Command:
    given = match.group("domains").strip()
    domains = (
        [] if given.casefold() == "all" else [each for each in re.split(r"[\s,]+", given) if each]
    )
    integration = match.group("integration").strip()
    return UseTool("change_integration", {"integration": integration, "allowedDomains": domains})


def _documents(match: re.Match[str]) -> Command:
    return UseTool("list_documents", {"status": match["status"].lower()})


def _unanswered(match: re.Match[str]) -> Command:
    days = match.group("days")
    return UseTool("unanswered_questions", {"days": int(days)} if days else {})


_CODE: Final = r"(?P<code>[A-Za-z0-9]{1,12})"
_INTEGRATION: Final = r"(?P<integration>[^\n]{1,120}?)"
_COUNT: Final = r"(?P<number>\d{1,9})"
_ROWS: Final[tuple[tuple[str, _Make], ...]] = (
    (r"help|commands|\?", lambda _: Help()),
    (rf"confirm {_CODE}", lambda match: Confirm(match["code"].upper())),
    (rf"cancel(?: {_CODE})?", lambda match: Cancel(match["code"] and match["code"].upper())),
    (r"project|settings", _use("read_project")),
    (r"instructions", _use("read_project")),
    (r"instructions set\s+(?P<text>.+)", _use("set_instructions")),
    (r"instructions add\s+(?P<text>.+)", _use("append_instructions")),
    (r"memories", _use("list_memories")),
    (r"remember:?\s+(?P<text>.+)", _use("add_memory")),
    (r"reword (?P<memory>\d{1,3})\s+(?P<text>.+)", _use("change_memory")),
    (r"forget (?P<memory>\d{1,3})", _use("delete_memory")),
    (r"documents", _use("list_documents")),
    (r"documents (?P<status>queued|parsing|embedding|ready|failed)", _documents),
    (r"retry (?P<document>[^\n]{1,255})", _use("retry_document")),
    (r"delete document (?P<document>[^\n]{1,255})", _use("delete_document")),
    (r"integrations", _use("list_integrations")),
    (rf"enable {_INTEGRATION}", _use("change_integration", isEnabled=True)),
    (rf"disable {_INTEGRATION}", _use("change_integration", isEnabled=False)),
    (rf"rename integration {_INTEGRATION} to (?P<name>[^\n]{{1,120}})", _use("change_integration")),
    (rf"domains {_INTEGRATION}: ?(?P<domains>.+)", _domains),
    (rf"limit {_INTEGRATION}: ?{_COUNT}", _number("change_integration", "rateLimitPerMinute")),
    (
        rf"customer limit {_INTEGRATION}: ?{_COUNT}",
        _number("change_integration", "customerLimitPerMinute"),
    ),
    (
        rf"budget {_INTEGRATION}: ?(?P<number>\d{{1,9}}|none)",
        _number("change_integration", "dailyBudget"),
    ),
    (r"unanswered(?: (?P<days>\d{1,3})(?: days?)?)?", _unanswered),
    (r"inbox", _use("inbox_counts")),
)
_TABLE: Final = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), make) for pattern, make in _ROWS
)
