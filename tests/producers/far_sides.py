"""Far sides for the transports: a real gateway on a real port, and one that answers what a test wants."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI, Request, Response

from daybook.producers.gateway import KeyRing, create_gateway
from daybook.producers.gateway.keys import ANY, new_key
from daybook.producers.records import OutgoingRecord, Publisher, RecordsRefused, Refusal, Unavailable


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(app: FastAPI, port: int = 0) -> AsyncIterator[str]:
    """The application on a loopback port of its own; its URL."""
    listening = socket.create_server(("127.0.0.1", port))
    server = _Server(uvicorn.Config(app, log_config=None, access_log=False, lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    while not server.started:
        await asyncio.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving
        listening.close()


@contextlib.asynccontextmanager
async def gateway(publish: Publisher, *, store: str = ANY) -> AsyncIterator[tuple[str, str]]:
    """The project's gateway over a publisher: its URL, and a key for one store or all."""
    made = new_key("tests", stores=[store], sources=[ANY], now=datetime.now(UTC))
    async with served(create_gateway(publish, KeyRing([made.key]))) as url:
        yield url, made.token


def answering(*answers: Response) -> FastAPI:
    """An application that gives these answers to events, one after the other, and the last for ever."""
    app = FastAPI()
    waiting = list(answers)

    @app.post("/v1/events")
    async def post_events(request: Request) -> Response:
        await request.body()
        return waiting.pop(0) if len(waiting) > 1 else waiting[0]

    return app


class FarSide:
    """A transport in memory, for what no real far side does on demand."""

    def __init__(self) -> None:
        self.calls: list[list[OutgoingRecord]] = []
        self.taken: list[OutgoingRecord] = []
        self.away = False
        self.lost_answers = 0
        """So many of the next calls store their records, and say that they did not."""
        self.refuses = set[bytes]()
        self.stopped = False

    async def send(self, records: Sequence[OutgoingRecord]) -> None:
        """Take the records as told."""
        self.calls.append(list(records))
        if self.away:
            raise Unavailable("the far side is away")
        self.taken += [record for record in records if record.key not in self.refuses]
        if self.lost_answers:
            self.lost_answers -= 1
            raise Unavailable("the answer was lost")
        refused = {n: [Refusal("order_sum")] for n, r in enumerate(records) if r.key in self.refuses}
        if refused:
            raise RecordsRefused(refused)

    async def ready(self) -> bool:
        """Whether it would take records."""
        return not self.away

    async def stop(self, seconds: float | None = None) -> None:
        """Remember that it was stopped."""
        del seconds
        self.stopped = True
