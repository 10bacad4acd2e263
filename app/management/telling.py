"""What a person is told of proposals: plain text, and nothing in it but what would be done.

What documents, customers or a model wrote stands behind a bar on every line.
"""

from collections.abc import Sequence
from typing import Final

from app.management.changes import Fields
from app.management.drafting import Draft
from app.management.quoting import barred
from app.management.tables import Proposal

_NAMES: Final = {
    "allowedDomains": "allowed domains",
    "rateLimitPerMinute": "requests a minute",
    "customerLimitPerMinute": "requests a minute of one customer",
    "dailyBudget": "questions a day",
    "isEnabled": "switched on",
}
_ABSENT: Final = {"dailyBudget": "no limit", "error": "none"}


def proposed(rows: Sequence[Proposal], drafts: Sequence[Draft], minutes: int) -> str:
    """Each with before and after, and how to confirm it."""
    parts = [
        f"Proposal {row.code}: {row.title}.\n{_sides(draft.before, draft.wanted.after())}"
        for row, draft in zip(rows, drafts, strict=True)
    ]
    if len(rows) == 1:
        code = rows[0].code
        how = f'Write "confirm {code}" or "yes" to do it, "cancel" to drop it.'
    else:
        how = 'Write "confirm" and a code to do one of them, "cancel" to drop them all.'
    return "\n\n".join([*parts, f"Nothing has changed yet. {how} This ends in {minutes} minutes."])


def done(row: Proposal) -> str:
    """It was done."""
    return f"Done: {row.title}. The audit log has it."


def dropped(rows: Sequence[Proposal]) -> str:
    """They were dropped."""
    if not rows:
        return "Nothing is proposed, so nothing is dropped."
    codes = ", ".join(row.code for row in rows)
    return f"Dropped: {codes}. Nothing has changed."


def unknown(code: str) -> str:
    """There is none of this code."""
    return f"Nothing was proposed as {code} in this conversation. Nothing has changed."


def not_open(row: Proposal) -> str:
    """It can't be confirmed any more."""
    if row.status == "applied" and row.settled_at is not None:
        return f"{row.code} was done already, at {row.settled_at:%H:%M:%S} UTC; once is enough."
    if row.status == "dropped":
        return f"{row.code} was dropped. Nothing has changed; ask again if you want it."
    if row.status == "outdated":
        return f"{row.code} could not be done. Nothing has changed; ask again if you want it."
    return f"{row.code} was not confirmed in time. Nothing has changed; ask again if you want it."


def changed_meanwhile(row: Proposal) -> str:
    """The thing is not as it was shown."""
    return (
        f"Not done: {row.title}. Somebody has changed it since you were shown it. "
        "Look at it again, and ask again if you still want this."
    )


def not_possible(row: Proposal, why: str) -> str:
    """It can't be done any more."""
    return f"Not done: {row.title}. {why}"


def _sides(before: Fields | None, after: Fields | None) -> str:
    names = list({**(before or {}), **(after or {})})
    lines: list[str] = []
    for name in names:
        label = _NAMES.get(name, name)
        if before is not None and name in before:
            lines.append(f"{label} now:\n{barred(_text(name, before[name]))}")
        if after is not None and name in after:
            lines.append(f"{label} then:\n{barred(_text(name, after[name]))}")
    return "\n".join(lines)


def _text(name: str, value: object) -> str:
    if value is None or value == "":
        return _ABSENT.get(name, "nothing")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or "every page"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]  # Of JSON: texts alone.
    return str(value)
