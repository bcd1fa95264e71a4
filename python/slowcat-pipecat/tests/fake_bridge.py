"""A bridge without engines: answers as a test scripts it, and keeps what it was sent."""

import asyncio
import json
import struct
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve

Handler = Callable[["FakeBridge", ServerConnection, dict[str, Any]], Awaitable[None]]

OFFERS = {
    "memory": True,
    "tts": {"engine": "fake", "voices": ["one"], "sampleRateHz": 24000},
}


class FakeBridge:
    """Serves `/bridge` on a free port of this machine."""

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.audio: dict[int, bytearray] = {}
        self.connections: list[ServerConnection] = []
        self.headers: list[Any] = []
        self.handlers: dict[str, Handler] = {"memory.remember": stored}
        self.hello: dict[str, Any] = {"type": "hello", "version": 1, "offers": OFFERS}
        self.port = 0
        self._server: Server | None = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/bridge"

    async def start(self) -> None:
        self._server = await serve(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
            self._server = None

    def of(self, type: str) -> list[dict[str, Any]]:
        return [message for message in self.messages if message["type"] == type]

    async def until(self, type: str, count: int = 1) -> list[dict[str, Any]]:
        async with asyncio.timeout(10):
            while len(self.of(type)) < count:
                await asyncio.sleep(0.005)
        return self.of(type)

    async def _serve(self, connection: ServerConnection) -> None:
        self.connections.append(connection)
        assert connection.request is not None
        self.headers.append(connection.request.headers)
        async for data in connection:
            if isinstance(data, bytes):
                id = struct.unpack_from("<I", data)[0]
                self.audio.setdefault(id, bytearray()).extend(data[4:])
                continue
            message = json.loads(data)
            self.messages.append(message)
            if message["type"] == "hello":
                await connection.send(json.dumps(self.hello))
                continue
            handler = self.handlers.get(message["type"])
            if handler is not None:
                await handler(self, connection, message)


async def say(connection: ServerConnection, type: str, id: int, **fields: Any) -> None:
    await connection.send(json.dumps({"type": type, "id": id, **fields}))


async def stored(_bridge: FakeBridge, connection: ServerConnection, message: dict[str, Any]) -> None:
    await say(connection, "result", message["id"], stored=True, turnId=1)


def recalls(block: str, items: Sequence[dict[str, Any]] = ()) -> Handler:
    async def handler(
        _bridge: FakeBridge, connection: ServerConnection, message: dict[str, Any]
    ) -> None:
        depth = message.get("depth", "fast")
        fields = {"block": block, "items": list(items), "tokens": 5, "late": False, "depth": depth}
        await say(connection, "result", message["id"], **fields)

    return handler


async def fails(_bridge: FakeBridge, connection: ServerConnection, message: dict[str, Any]) -> None:
    await say(connection, "error", message["id"], code="SLOWCAT_ENGINE_FAILED", message="It failed.")


async def says_nothing(
    _bridge: FakeBridge, _connection: ServerConnection, _message: dict[str, Any]
) -> None:
    """The client waits."""


async def hangs_up(
    _bridge: FakeBridge, connection: ServerConnection, _message: dict[str, Any]
) -> None:
    connection.transport.abort()
