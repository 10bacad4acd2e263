"""Whether people can sign in: set-up, the superadmin, the clock, the secret, the issuer."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from sqlmodel import col, select

from app.catalog.tables import Provider
from app.db.engine import Database
from app.doctor.check import Check, Finding, failed, ok, some, warning
from app.doctor.postgres import ask
from app.doctor.sql import NEWEST_SIGN_IN, STATE, SUPERADMIN
from providers.secrets import SecretUnreadable

SKEW = timedelta(seconds=30)
"""Between two clocks; a token may not be from a later time than the reader's."""


class SignIn:
    """Checks of what lets people in.

    Args:
        database: Holds people and sessions.
        local: Whether passwords and one-time links are taken.
        issuer: Asks the issuer of single sign-on; says what is wrong, or None. None without one.
        open_key: Gives a provider's key in the clear; raises `SecretUnreadable`.
        is_current: Whether the newest secret sealed it.
        clock: The time on this host.
    """

    def __init__(
        self,
        database: Database,
        *,
        local: bool,
        issuer: Callable[[], Awaitable[str | None]] | None,
        open_key: Callable[[Provider], str | None],
        is_current: Callable[[Provider], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._local = local
        self._issuer = issuer
        self._open_key = open_key
        self._is_current = is_current
        self._clock = clock

    def checks(self) -> list[Check]:
        """In the order in which they are shown."""
        page = "sign-in-refused"
        return [
            Check(id="superadmin", name="Set-up", runbook=page, run=self.superadmin),
            Check(id="clock", name="Clock", runbook=page, run=self.clocks),
            Check(id="secret", name="Server's secret", runbook=page, run=self.secret),
            Check(
                id="single-sign-on",
                name="Single sign-on",
                runbook=page,
                run=self.single_sign_on,
                limit_s=10.0,
                needs_database=False,
            ),
        ]

    async def superadmin(self) -> Finding:
        """Whether the server was set up, and its superadmin can come in."""
        rows = await ask(self._database, SUPERADMIN)
        if not rows:
            return failed("The server is not set up yet: open the set-up link that it printed.")
        (row,) = rows
        if not row.is_active:
            return failed("The superadmin is deactivated.")
        by_password = self._local and row.has_password
        if not (by_password or (self._issuer is not None and row.is_linked)):
            return failed("The superadmin has no way in: no password that is taken, no issuer.")
        return ok("The server is set up, and its superadmin is active.")

    async def clocks(self) -> Finding:
        """Whether this host's clock, the database's and what was written agree."""
        before = self._clock()
        (state,) = await ask(self._database, STATE)
        between = before + (self._clock() - before) / 2
        apart = state.clock - between
        if abs(apart) > SKEW:
            seconds = abs(apart).total_seconds()
            return failed(f"The database's clock and this host's are {seconds:.0f} s apart.")
        (newest,) = await ask(self._database, NEWEST_SIGN_IN)
        if newest.at is not None and newest.at - between > SKEW:
            ahead = (newest.at - between).total_seconds()
            return failed(f"The newest sign-in is {ahead:.0f} s in the future: the clock is slow.")
        return ok(f"The database's clock and this host's agree within {SKEW.seconds} s.")

    async def secret(self) -> Finding:
        """Whether the secret is the one that providers' keys were sealed with."""
        async with self._database.session() as session:
            query = select(Provider).where(col(Provider.api_key).is_not(None))
            rows = (await session.exec(query.order_by(col(Provider.slug)))).all()
        closed = {row.slug: error for row in rows if (error := self._problem(row))}
        if closed:
            why = next(iter(closed.values()))
            return failed(f"The keys of {some(list(closed), ', ')} can't be opened: {why.detail}.")
        old = [row.slug for row in rows if not self._is_current(row)]
        if old:
            return warning(
                f"The keys of {some(old, ', ')} are sealed with an older secret. "
                "Run: lumen keys rotate"
            )
        return ok(f"It opens the keys of {len(rows)} providers." if rows else "No key is sealed.")

    def _problem(self, row: Provider) -> SecretUnreadable | None:
        try:
            self._open_key(row)
        except SecretUnreadable as error:
            return error
        return None

    async def single_sign_on(self) -> Finding:
        """Whether the issuer answers."""
        if self._issuer is None:
            return ok("None is set; people sign in by password.")
        problem = await self._issuer()
        if problem is None:
            return ok("The issuer answers.")
        if self._local:
            return warning(f"The issuer does not work ({problem}); passwords are taken.")
        return failed(f"Nobody can sign in: passwords are off and the issuer fails ({problem}).")
