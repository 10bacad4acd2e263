"""Python's readers of streams: one request in, events out, whatever they mean."""

import asyncio
from contextlib import aclosing
from typing import Protocol

import httpx
import requests
from httpx_sse import aconnect_sse

from tests.http.dialects.heard import Broke, Event, Refused, Request, Stream, read

TIMEOUT_S = 20


class Reader(Protocol):
    """Asks, and reads to the end."""

    def __call__(self, asked: Request) -> Stream:
        """The events, as they come.

        Raises:
            Refused: There are none.
            Broke: The connection did.
        """
        ...


async def by_httpx_sse(asked: Request) -> Stream:
    """Server-sent events as `httpx-sse` reads them."""
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False) as client,
        aconnect_sse(
            client, asked.method, asked.url, headers=dict(asked.headers), json=asked.body
        ) as source,
    ):
        answer = source.response
        if answer.status_code != 200:
            raise Refused(answer.status_code, read((await answer.aread()).decode()), answer.headers)
        async with aclosing(source.aiter_sse()) as events:
            try:
                async for event in events:
                    yield Event(event.event, event.id, read(event.data))
            except httpx.TransportError as broke:
                raise Broke(str(broke)) from broke


async def by_requests(asked: Request) -> Stream:
    """Lines as `requests` gives them."""
    with await asyncio.to_thread(
        requests.request,
        asked.method,
        asked.url,
        headers=dict(asked.headers),
        json=asked.body,
        stream=True,
        timeout=TIMEOUT_S,
    ) as answer:
        if answer.status_code != 200:
            raise Refused(answer.status_code, read(answer.text), answer.headers)
        lines = answer.iter_lines()
        try:
            while (line := await asyncio.to_thread(next, lines, None)) is not None:
                if line.strip():
                    yield Event("message", "", read(line.decode()))
        except requests.RequestException as broke:
            raise Broke(str(broke)) from broke
