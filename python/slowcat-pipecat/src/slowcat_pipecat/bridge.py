"""The client of Slowcat's bridge: one WebSocket, many requests at once.

``docs/bridge.md`` of Slowcat describes the protocol; this is version 1 of it.
"""

import asyncio
import json
import struct
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from loguru import logger
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

PROTOCOL_VERSION = 1

#: Where a Slowcat server listens unless it is told otherwise.
DEFAULT_URL = "ws://127.0.0.1:7860/bridge"

# Largest message that is taken; the server's pieces are smaller, lists of facts may not be.
_MAX_MESSAGE_BYTES = 16 * 1024 * 1024
# Audio goes out in messages well below the server's limit of 1 MiB.
_AUDIO_MESSAGE_BYTES = 64 * 1024
_FIRST_WAIT_S = 0.2
_LONGEST_WAIT_S = 5.0
_HELLO_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 1.0
_MAX_ID = 0xFFFF_FFFF
# Messages behind which more comes on the same request.
_PIECES = ("piece", "call")


class BridgeError(Exception):
    """The server refused a request, or failed at it.

    The text names the fault and the next step, and never holds what somebody said.
    """

    def __init__(self, code: str, message: str):
        """Keep the code, one of Slowcat's ``docs/errors.md``.

        Args:
            code: For instance ``SLOWCAT_BRIDGE_OFF``.
            message: For people.
        """
        super().__init__(f"{code}: {message}")
        self.code = code


class BridgeClosed(Exception):
    """There is no connection to the server, or it went away before the answer."""


@dataclass(frozen=True)
class Piece:
    """A part of an answer: text of a language model, or the text of a chunk of speech."""

    text: str
    sample_rate: int | None = None


@dataclass(frozen=True)
class ToolCall:
    """A function that the language model asks for."""

    id: str
    name: str
    #: JSON as the model wrote it: it may be none.
    arguments: str


class SlowcatBridge:
    """A connection to a Slowcat server that comes back when it is lost.

    Several processors and services may share one: it is open while any of them has it (:meth:`acquire`,
    :meth:`release`). Everything runs on the event loop of the first :meth:`acquire`.
    """

    def __init__(
        self,
        url: str = DEFAULT_URL,
        *,
        token: str | None = None,
        first_wait_s: float = _FIRST_WAIT_S,
        longest_wait_s: float = _LONGEST_WAIT_S,
    ):
        """Prepare a connection; nothing is opened yet.

        Args:
            url: The server's ``/bridge``.
            token: Secret of a server that listens beyond localhost. Goes into a header, not into the URL.
            first_wait_s: Seconds before the first attempt to reconnect; doubled after each that fails.
            longest_wait_s: Most seconds between two attempts.
        """
        self._url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._first_wait_s = first_wait_s
        self._longest_wait_s = longest_wait_s
        self._owners = 0
        self._keeper: asyncio.Task[None] | None = None
        self._socket: ClientConnection | None = None
        self._ready = asyncio.Event()
        self._open: dict[int, asyncio.Queue[dict[str, Any] | bytes | None]] = {}
        self._last_id = 0
        self._farewells: set[asyncio.Task[None]] = set()
        self._offers: Mapping[str, Any] = {}

    @property
    def connected(self) -> bool:
        """Whether a server has said hello and is there."""
        return self._ready.is_set()

    @property
    def offers(self) -> Mapping[str, Any]:
        """What the server said it has: ``memory``, ``stt``, ``llm``, ``tts``. Empty before the first connection."""
        return self._offers

    @property
    def open_requests(self) -> int:
        """Requests that have not had their last message."""
        return len(self._open)

    def acquire(self) -> None:
        """Have the connection kept open, and opened in the background if it is not."""
        self._owners += 1
        if self._keeper is None:
            self._keeper = asyncio.get_running_loop().create_task(
                self._keep(), name="slowcat-bridge"
            )

    async def release(self) -> None:
        """Give up what :meth:`acquire` got. The last one closes the connection."""
        if self._owners == 0:
            return
        self._owners -= 1
        if self._owners > 0 or self._keeper is None:
            return
        keeper, self._keeper = self._keeper, None
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)

    async def wait_connected(self, timeout_s: float) -> bool:
        """Wait until the server is there.

        Args:
            timeout_s: Most seconds to wait.

        Returns:
            Whether it is.
        """
        try:
            async with asyncio.timeout(timeout_s):
                await self._ready.wait()
        except TimeoutError:
            pass
        return self.connected

    async def request(self, type: str, **fields: Any) -> dict[str, Any]:
        """Ask for something that is answered in one message.

        Cancelling the call cancels the request at the server.

        Args:
            type: For instance ``memory.recall``.
            **fields: Its fields; those that are None are left out.

        Returns:
            The fields of the result.

        Raises:
            BridgeError: The server refused or failed.
            BridgeClosed: There is no server.
        """
        result: dict[str, Any] = {}
        async with aclosing(self._ask(type, fields)) as answers:
            async for message in answers:
                if isinstance(message, dict):
                    result = message
        return result

    async def stream(
        self,
        type: str,
        *,
        on_result: Callable[[Mapping[str, Any]], None] | None = None,
        **fields: Any,
    ) -> AsyncGenerator[Piece | ToolCall | bytes, None]:
        """Ask for something that is answered piece by piece.

        Closing the generator before its end cancels the request at the server.

        Args:
            type: ``llm.generate`` or ``tts.synthesize``.
            on_result: Told the fields of the result, such as how many tokens an answer took.
            **fields: Its fields; those that are None are left out.

        Yields:
            Texts as :class:`Piece`, functions that the model calls as :class:`ToolCall`, and audio, PCM16 mono, as bytes
            behind the piece that announces it.

        Raises:
            BridgeError: The server refused or failed.
            BridgeClosed: There is no server.
        """
        # Closed here and at once: left to the garbage collector, the cancel would come too late.
        async with aclosing(self._ask(type, fields)) as answers:
            async for message in answers:
                if isinstance(message, bytes):
                    yield message
                elif message["type"] == "piece":
                    yield Piece(message["text"], message.get("sampleRateHz"))
                elif message["type"] == "call":
                    yield ToolCall(message["callId"], message["name"], message["arguments"])
                elif on_result is not None:
                    on_result(message)

    async def transcribe(
        self, pcm16: bytes, sample_rate: int, *, prompt: str | None = None
    ) -> tuple[str, float]:
        """Have speech turned into text.

        Args:
            pcm16: Mono, little-endian.
            sample_rate: Samples a second, 4000 to 192000.
            prompt: Words that are likely to be heard.

        Returns:
            The text, empty when nothing was said, and its confidence, 0 to 1.

        Raises:
            BridgeError: The server refused or failed.
            BridgeClosed: There is no server.
        """
        result: dict[str, Any] = {}
        fields = {"sampleRateHz": sample_rate, "prompt": prompt}
        async with aclosing(self._ask("stt.transcribe", fields, audio=pcm16)) as answers:
            async for message in answers:
                if isinstance(message, dict):
                    result = message
        return str(result.get("text", "")), float(result.get("confidence", 0.0))

    async def _ask(
        self, type: str, fields: Mapping[str, Any], audio: bytes | None = None
    ) -> AsyncGenerator[dict[str, Any] | bytes, None]:
        socket = self._socket
        if socket is None or not self._ready.is_set():
            raise BridgeClosed("the Slowcat server is not there")
        id = self._next_id()
        answers: asyncio.Queue[dict[str, Any] | bytes | None] = asyncio.Queue()
        self._open[id] = answers
        over = False
        try:
            given = {name: value for name, value in fields.items() if value is not None}
            await self._send(socket, {"type": type, "id": id, **given})
            if audio is not None:
                header = struct.pack("<I", id)
                for start in range(0, len(audio), _AUDIO_MESSAGE_BYTES):
                    await self._send(socket, header + audio[start : start + _AUDIO_MESSAGE_BYTES])
                await self._send(socket, {"type": "stt.end", "id": id})
            while True:
                message = await answers.get()
                if message is None:
                    over = True
                    raise BridgeClosed("the Slowcat server went away")
                if isinstance(message, dict):
                    kind = message["type"]
                    over = kind not in _PIECES
                    if kind == "error":
                        raise BridgeError(
                            str(message.get("code", "")), str(message.get("message", ""))
                        )
                    if kind == "cancelled":
                        raise BridgeClosed("the request was cancelled")
                yield message
                if over:
                    return
        finally:
            self._open.pop(id, None)
            if not over and self._socket is socket:
                self._say_later(socket, {"type": "cancel", "id": id})

    def _next_id(self) -> int:
        while True:
            self._last_id = self._last_id % _MAX_ID + 1
            if self._last_id not in self._open:
                return self._last_id

    async def _send(self, socket: ClientConnection, message: Mapping[str, Any] | bytes) -> None:
        try:
            await socket.send(message if isinstance(message, bytes) else json.dumps(message))
        except ConnectionClosed as error:
            raise BridgeClosed("the Slowcat server went away") from error

    def _say_later(self, socket: ClientConnection, message: Mapping[str, Any]) -> None:
        """Send without waiting: whoever is being cancelled must not wait for a socket."""

        async def say() -> None:
            try:
                await socket.send(json.dumps(message))
            except ConnectionClosed:
                pass  # what was asked there has ended with it

        task = asyncio.get_running_loop().create_task(say())
        self._farewells.add(task)
        task.add_done_callback(self._farewells.discard)

    async def _keep(self) -> None:
        wait_s = self._first_wait_s
        told = False
        while True:
            try:
                async with connect(
                    self._url,
                    additional_headers=self._headers,
                    max_size=_MAX_MESSAGE_BYTES,
                    close_timeout=_CLOSE_TIMEOUT_S,
                    compression=None,
                    proxy=None,
                ) as socket:
                    await self._greet(socket)
                    self._socket = socket
                    self._ready.set()
                    wait_s, told = self._first_wait_s, False
                    logger.debug("slowcat: connected")
                    try:
                        await self._read(socket)
                    except asyncio.CancelledError:
                        # Said in so many words: otherwise the server is told of an internal error.
                        await socket.close()
                        raise
            except (OSError, TimeoutError, WebSocketException, BridgeError, ValueError) as error:
                # Once per outage: a server that is off for the night is no news every five seconds.
                if not told:
                    logger.warning(f"slowcat: not connected ({describe(error)}); trying again")
                told = True
            finally:
                self._drop()
            await asyncio.sleep(wait_s)
            wait_s = min(wait_s * 2, self._longest_wait_s)

    async def _greet(self, socket: ClientConnection) -> None:
        async with asyncio.timeout(_HELLO_TIMEOUT_S):
            await socket.send(json.dumps({"type": "hello", "version": PROTOCOL_VERSION}))
            answer = json.loads(await socket.recv())
        if answer.get("type") == "error":
            raise BridgeError(str(answer.get("code", "")), str(answer.get("message", "")))
        if answer.get("type") != "hello":
            raise ValueError("this is not Slowcat's bridge")
        self._offers = answer.get("offers", {})

    async def _read(self, socket: ClientConnection) -> None:
        async for data in socket:
            if isinstance(data, bytes):
                if len(data) < 4:
                    continue
                answers = self._open.get(struct.unpack_from("<I", data)[0])
                if answers is not None:
                    answers.put_nowait(data[4:])
                continue
            message = json.loads(data)
            answers = self._open.get(message.get("id", 0))
            if answers is not None:
                answers.put_nowait(message)
            elif message.get("type") == "error":
                logger.warning(f"slowcat: {message.get('code')}")

    def _drop(self) -> None:
        self._ready.clear()
        self._socket = None
        for answers in self._open.values():
            answers.put_nowait(None)


def describe(error: BaseException) -> str:
    """What went wrong, for a log: never what somebody said.

    Args:
        error: Anything.

    Returns:
        The code of a Slowcat error, or the name of the exception and, of a closed socket, its reason.
    """
    if isinstance(error, BridgeError):
        return error.code
    if isinstance(error, ConnectionClosed) and error.rcvd is not None:
        return f"closed with {error.rcvd.code} {error.rcvd.reason}".strip()
    return type(error).__name__
