"""Pipelines around one processor, and what came out of them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

from pipecat.frames.frames import EndFrame, Frame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

F = TypeVar("F", bound=Frame)


class Recorder(FrameProcessor):
    """Keeps the frames that pass."""

    def __init__(self) -> None:
        super().__init__()
        self.frames: list[tuple[FrameDirection, Frame]] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        self.frames.append((direction, frame))
        await self.push_frame(frame, direction)

    def of(
        self, kind: type[F], direction: FrameDirection = FrameDirection.DOWNSTREAM
    ) -> list[F]:
        return [frame for way, frame in self.frames if way == direction and isinstance(frame, kind)]


class Bot:
    """A pipeline that runs: `before`, what is tested, `after`."""

    def __init__(self, *processors: FrameProcessor, **params: Any) -> None:
        self.before = Recorder()
        self.after = Recorder()
        self.worker = PipelineWorker(
            Pipeline([self.before, *processors, self.after]),
            params=PipelineParams(**params),
            enable_rtvi=False,
            idle_timeout_secs=None,
        )
        self._runner = WorkerRunner(handle_sigint=False)
        self._running: asyncio.Task[None] | None = None

    async def start(self) -> None:
        started = asyncio.Event()

        @self.worker.event_handler("on_pipeline_started")
        async def on_started(*_: Any) -> None:
            started.set()

        await self._runner.add_workers(self.worker)
        self._running = asyncio.create_task(self._runner.run(auto_end=True))
        async with asyncio.timeout(10):
            await started.wait()

    async def queue(self, *frames: Frame) -> None:
        await self.worker.queue_frames(frames)

    async def end(self) -> None:
        await self.worker.queue_frame(EndFrame())
        await self.finished()

    async def cancel(self) -> None:
        await self.worker.cancel()
        await self.finished()

    async def finished(self) -> None:
        assert self._running is not None
        async with asyncio.timeout(20):
            await asyncio.gather(self._running, return_exceptions=True)


def aggregators(context: LLMContext) -> LLMContextAggregatorPair:
    """A pair that ends turns by silence alone, so that no model of Pipecat's is needed."""
    stop = [SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.1)]
    return LLMContextAggregatorPair(
        context,
        user_params=LLMUserAggregatorParams(user_turn_strategies=UserTurnStrategies(stop=stop)),
    )


@asynccontextmanager
async def running(*processors: FrameProcessor, **params: Any) -> AsyncIterator[Bot]:
    bot = Bot(*processors, **params)
    await bot.start()
    try:
        yield bot
    finally:
        if not bot.worker.has_finished():
            await bot.cancel()


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)
