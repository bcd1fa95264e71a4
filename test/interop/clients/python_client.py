"""Pipecat's Python client in a pipeline of its own, driven line by line.

Commands come on stdin, what the client is told goes out on file descriptor 3, both as JSON. Pipecat is used as it is
published; its transport speaks protobuf, or RTVI as JSON where the address asks for it. One process can be many
clients, told apart by name.
"""

import asyncio
import json
import os
import struct
import sys
import time
import uuid
from importlib.metadata import version
from typing import Any

from loguru import logger

logger.remove()
logger.add(sys.stderr, level="ERROR")

from pipecat.frames.frames import (  # noqa: E402
    BotStartedSpeakingFrame,
    BotStoppedSpeakingFrame,
    EndFrame,
    Frame,
    FunctionCallInProgressFrame,
    InputAudioRawFrame,
    InputTransportMessageFrame,
    InterruptionFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    OutputTransportMessageUrgentFrame,
    TranscriptionFrame,
    TTSTextFrame,
)
from pipecat.pipeline.pipeline import Pipeline  # noqa: E402
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor  # noqa: E402
from pipecat.transports.websocket.client import (  # noqa: E402
    WebsocketClientParams,
    WebsocketClientTransport,
)

try:
    from pipecat.pipeline.worker import PipelineParams, PipelineWorker
    from pipecat.workers.runner import WorkerRunner
except ImportError:  # Pipecat before 1.3 calls them task and runner.
    from pipecat.pipeline.runner import PipelineRunner
    from pipecat.pipeline.task import PipelineParams, PipelineTask

    WorkerRunner = None

RATE = 16_000
CHUNK_S = 0.04
CHUNK_BYTES = int(RATE * CHUNK_S) * 2
OUT = os.fdopen(3, "w")


def tell(line: dict[str, Any]) -> None:
    OUT.write(json.dumps(line) + "\n")
    OUT.flush()


class Ear(FrameProcessor):
    """Tells what arrives, and keeps the bot's voice out of the microphone."""

    def __init__(self, client: "Client"):
        super().__init__()
        self._client = client

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self._client.heard.append((time.monotonic(), frame))
        elif isinstance(frame, InterruptionFrame):
            # Goes no further: it would take the user's own words out of the queue.
            self._client.tell("interruption", None)
        elif isinstance(frame, InputTransportMessageFrame):
            if direction == FrameDirection.DOWNSTREAM:
                self._client.take(frame.message)
        elif direction == FrameDirection.DOWNSTREAM and (told := told_by(frame)) is not None:
            self._client.take({"label": "rtvi-ai", "type": told[0], "data": told[1]})
        else:
            await self.push_frame(frame, direction)


def told_by(frame: Frame) -> tuple[str, Any] | None:
    """The message that Pipecat's RTVI client has made a frame of."""
    match frame:
        case TTSTextFrame():
            return "bot-tts-text", {"text": frame.text}
        case LLMTextFrame():
            return "bot-llm-text", {"text": frame.text}
        case TranscriptionFrame():
            return "user-transcription", {"text": frame.text, "final": True}
        case LLMFullResponseStartFrame():
            return "bot-llm-started", None
        case LLMFullResponseEndFrame():
            return "bot-llm-stopped", None
        case BotStartedSpeakingFrame():
            return "bot-started-speaking", None
        case BotStoppedSpeakingFrame():
            return "bot-stopped-speaking", None
        case FunctionCallInProgressFrame():
            call = {"function_name": frame.function_name, "tool_call_id": frame.tool_call_id}
            return "llm-function-call-in-progress", {**call, "arguments": frame.arguments}
        case _:
            return None


class Client:
    def __init__(self, name: str):
        self.name = name
        self.heard: list[tuple[float, InputAudioRawFrame]] = []
        self._functions: dict[str, Any] = {}
        self._answers: dict[str, asyncio.Future] = {}
        self._speech = b""
        self._played = asyncio.Event()
        self._worker: Any = None
        self._running: asyncio.Task | None = None
        self._microphone: asyncio.Task | None = None

    def tell(self, event: str, data: Any) -> None:
        tell({"client": self.name, "event": event, "data": data, "atMs": time.monotonic() * 1000})

    def take(self, message: Any) -> None:
        if not isinstance(message, dict) or message.get("label") != "rtvi-ai":
            return
        kind, data = message["type"], message.get("data")
        waiting = self._answers.pop(message.get("id") or "", None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)
        call = self._functions.get((data or {}).get("function_name") or "") if isinstance(data, dict) else None
        if kind == "llm-function-call-in-progress" and call is not None:
            result = {**call, "heard": data.get("arguments")}
            answer = {key: data[key] for key in ("function_name", "tool_call_id")}
            answer |= {"arguments": data.get("arguments") or {}, "result": result}
            asyncio.ensure_future(self.send("llm-function-call-result", answer))
        self.tell(kind, data)

    async def connect(self, url: str) -> Any:
        params = WebsocketClientParams(audio_in_enabled=True, audio_out_enabled=True)
        speaks_json = "format=rtvi" in url
        if speaks_json:
            from pipecat.transports.websocket.rtvi_client import RTVIClientTransport

            transport = RTVIClientTransport(url, params)
        else:
            transport = WebsocketClientTransport(url, params)
        connected = asyncio.Event()

        @transport.event_handler("on_connected")
        async def on_connected(*_: Any) -> None:
            connected.set()

        @transport.event_handler("on_disconnected")
        async def on_disconnected(*_: Any) -> None:
            self.tell("disconnected", None)

        pipeline = Pipeline([transport.input(), Ear(self), transport.output()])
        options: dict[str, Any] = {
            "enable_rtvi": False,
            "idle_timeout_secs": None,
            "params": PipelineParams(audio_in_sample_rate=24_000, audio_out_sample_rate=RATE),
        }
        started = asyncio.Event()
        ready = self._expect("client-ready")
        if speaks_json:

            @transport.event_handler("on_bot_ready")
            async def on_bot_ready(*_: Any) -> None:
                # What the bot said of itself is kept from the pipeline.
                ready.set_result({"data": {"version": None}})

        if WorkerRunner is not None:
            self._worker = PipelineWorker(pipeline, **options)
            runner = WorkerRunner(handle_sigint=False)
            await runner.add_workers(self._worker)
            running = runner.run()
        else:
            self._worker = PipelineTask(pipeline, **options)
            running = PipelineRunner(handle_sigint=False).run(self._worker)

        @self._worker.event_handler("on_pipeline_started")
        async def on_pipeline_started(*_: Any) -> None:
            started.set()

        self._running = asyncio.create_task(running)
        await asyncio.wait_for(asyncio.gather(connected.wait(), started.wait()), 20)
        if not speaks_json:
            about = {"library": "pipecat", "library_version": version("pipecat-ai")}
            # What RTVI the package itself speaks, so that the server is told the truth.
            await self.send("client-ready", {"version": protocol_version(), "about": about}, "client-ready")
        message = await asyncio.wait_for(ready, 20)
        self._microphone = asyncio.create_task(self._record())
        return message["data"]

    async def disconnect(self) -> None:
        if self._microphone is not None:
            self._microphone.cancel()
        await self._worker.queue_frame(EndFrame())
        await asyncio.wait_for(self._running, 20)

    async def speak(self, file: str) -> None:
        with open(file, "rb") as wav:
            self._speech += wav.read()[44:]
        self._played.clear()
        await self._played.wait()

    async def send(self, kind: str, data: Any, id: str | None = None) -> None:
        message = {"label": "rtvi-ai", "type": kind, "id": id or str(uuid.uuid4()), "data": data}
        await self._worker.queue_frame(OutputTransportMessageUrgentFrame(message=message))

    async def request(self, kind: str, data: Any) -> dict[str, Any]:
        id = str(uuid.uuid4())
        answer = self._expect(id)
        await self.send("client-message", {"t": kind, "d": data}, id)
        message = await asyncio.wait_for(answer, 20)
        if message["type"] == "error-response":
            return {"refused": message["data"]["error"]}
        return {"answer": message["data"]["d"]}

    def register_function(self, name: str, result: Any) -> None:
        self._functions[name] = result

    def summary(self) -> dict[str, float]:
        """Length and pitch of what was heard; the pitch from upward zero crossings."""
        pieces, self.heard = self.heard, []
        rate = pieces[0][1].sample_rate if pieces else 24_000
        at, before, crossings = 0, 0, []
        for _, frame in pieces:
            for (sample,) in struct.iter_unpack("<h", frame.audio):
                if before < 0 <= sample:
                    crossings.append(at)
                before = sample
                at += 1
        span = (crossings[-1] - crossings[0]) / rate if crossings else 0
        return {
            "seconds": at / rate,
            "hz": (len(crossings) - 1) / span if span > 0 else 0,
            "lastMs": pieces[-1][0] * 1000 if pieces else 0,
        }

    def _expect(self, id: str) -> asyncio.Future:
        self._answers[id] = asyncio.get_running_loop().create_future()
        return self._answers[id]

    async def _record(self) -> None:
        """Silence, or what is to be said, in real time."""
        start = time.monotonic()
        sent = 0
        while True:
            sent += 1
            await asyncio.sleep(max(0, start + sent * CHUNK_S - time.monotonic()))
            chunk, self._speech = self._speech[:CHUNK_BYTES], self._speech[CHUNK_BYTES:]
            frame = OutputAudioRawFrame(chunk.ljust(CHUNK_BYTES, b"\0"), RATE, 1)
            await self._worker.queue_frame(frame)
            if chunk and not self._speech:
                self._played.set()


def protocol_version() -> str:
    from pipecat.processors.frameworks.rtvi import models

    return models.PROTOCOL_VERSION


async def run(client: Client, command: str, args: dict[str, Any]) -> Any:
    match command:
        case "connect":
            return await client.connect(args["url"])
        case "disconnect":
            return await client.disconnect()
        case "speak":
            return await client.speak(args["file"])
        case "type":
            return await client.send("send-text", {"content": args["text"]})
        case "request":
            return await client.request(args["kind"], args["data"])
        case "registerFunction":
            return client.register_function(args["name"], args["result"])
        case "disconnectBot":
            return await client.send("disconnect-bot", {})
        case "heard":
            return client.summary()
        case "version":
            return version("pipecat-ai")
        case _:
            raise ValueError(f"no command {command}")


async def serve(client: Client, id: int, command: str, args: dict[str, Any]) -> None:
    try:
        tell({"id": id, "result": await run(client, command, args)})
    except Exception as error:
        tell({"id": id, "error": f"{type(error).__name__}: {error}"})


async def main() -> None:
    clients: dict[str, Client] = {}
    running = set()
    while line := await asyncio.to_thread(sys.stdin.readline):
        args = json.loads(line)
        name, id, command = args.pop("client"), args.pop("id"), args.pop("run")
        client = clients.setdefault(name, Client(name))
        task = asyncio.create_task(serve(client, id, command, args))
        running.add(task)
        task.add_done_callback(running.discard)
    os._exit(0)


asyncio.run(main())
