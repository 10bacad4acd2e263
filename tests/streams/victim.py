"""A process that generates an answer for ever: prints the message's id, then waits to be killed."""

import asyncio
import sys
from collections.abc import AsyncGenerator
from uuid import UUID

from app.chat.events import AnswerEvent, Finished, Text
from app.chat.runs import Runs
from app.db.engine import Database
from tests.streams.turns import finished, reserve_answer, started


class EndlessTurn:
    """A word every few milliseconds."""

    def __init__(self, message_id: UUID) -> None:
        self._message_id = message_id

    async def events(self) -> AsyncGenerator[AnswerEvent]:
        yield started(self._message_id)
        while True:
            yield Text("word ")
            await asyncio.sleep(0.01)

    async def stopped(self) -> Finished:
        return finished(self._message_id)


async def main() -> None:
    database = Database(sys.argv[1])
    runs = Runs(database.transaction, database.conninfo)
    await runs.open()
    message_id = await reserve_answer(database, runs)
    runs.start(message_id, EndlessTurn(message_id))
    sys.stdout.write(f"{message_id}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())
