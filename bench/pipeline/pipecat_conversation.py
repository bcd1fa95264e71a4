"""Pipecat's side of the latency bench: the conversation of `conversation.ts`, with services that take no time."""

import asyncio
import time
from collections import deque

from pipecat.frames.frames import (
    EndFrame,
    InputAudioRawFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import (
    LLMContextAggregatorPair,
    LLMUserAggregatorParams,
)
from pipecat.processors.frame_processor import FrameProcessor
from pipecat.services.llm_service import LLMService
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.services.tts_service import TTSService
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.utils.time import time_now_iso8601
from pipecat.workers.runner import WorkerRunner

# Messages that an answer may take; it is lost then.
PATIENCE = 500


class FakeSTT(SegmentedSTTService):
    @property
    def wants_wav_segments(self):
        return False

    async def run_stt(self, audio):
        yield TranscriptionFrame("What is new?", self._user_id, time_now_iso8601())


class FakeLLM(LLMService):
    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        await self.push_frame(LLMFullResponseStartFrame())
        for text in ("Not", " much."):
            await self._push_llm_text(text)
        await self.push_frame(LLMFullResponseEndFrame())


class FakeTTS(TTSService):
    def __init__(self, sample_rate):
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            stop_frame_timeout_s=0.05,
            sample_rate=sample_rate,
        )
        self._silence = bytes(sample_rate * 40 // 1000 * 2)

    async def run_tts(self, text, context_id):
        yield TTSAudioRawFrame(self._silence, self.sample_rate, 1, context_id=context_id)


class Sink(FrameProcessor):
    """Notes when audio arrives: the user's in the order that it was sent, and the first of each answer."""

    def __init__(self):
        super().__init__()
        self.turn_ms = []
        self.audio_ms = []
        self.sent = deque()
        self.stopped = None

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, InputAudioRawFrame):
            self.audio_ms.append((time.perf_counter() - self.sent.popleft()) * 1000)
        elif isinstance(frame, TTSAudioRawFrame) and self.stopped is not None:
            self.turn_ms.append((time.perf_counter() - self.stopped) * 1000)
            self.stopped = None
        await self.push_frame(frame, direction)


async def converse(turns, frame_ms, speech_frames, listen_frames, sample_rate):
    """Talks at the pace of real time. Returns the latencies of turns and of audio, milliseconds."""
    stop = [SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0)]
    aggregators = LLMContextAggregatorPair(
        LLMContext(),
        user_params=LLMUserAggregatorParams(user_turn_strategies=UserTurnStrategies(stop=stop)),
    )
    sink = Sink()
    processors = [
        FakeSTT(trailing_silence_secs=0),
        aggregators.user(),
        FakeLLM(),
        FakeTTS(24000),
        sink,
        aggregators.assistant(),
    ]
    worker = PipelineWorker(
        Pipeline(processors), idle_timeout_secs=None, enable_rtvi=False, enable_turn_tracking=False
    )
    started = asyncio.Event()

    @worker.event_handler("on_pipeline_started")
    async def on_pipeline_started(_worker, _frame):
        started.set()

    runner = WorkerRunner(handle_sigint=False)
    await runner.add_workers(worker)
    running = asyncio.create_task(runner.run(auto_end=True))
    await started.wait()
    await asyncio.sleep(0.05)

    samples = sample_rate * frame_ms // 1000
    speech = b"".join(i.to_bytes(2, "little") for i in range(samples))
    begun = time.perf_counter()
    sent = 0

    async def send():
        nonlocal sent
        # One that is late does not delay the next.
        due = begun + sent * frame_ms / 1000
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        sent += 1
        sink.sent.append(time.perf_counter())
        await worker.queue_frame(InputAudioRawFrame(speech, sample_rate, 1))

    for _ in range(turns):
        await worker.queue_frame(VADUserStartedSpeakingFrame())
        for _ in range(speech_frames):
            await send()
        sink.stopped = time.perf_counter()
        await worker.queue_frame(VADUserStoppedSpeakingFrame())
        # Nobody interrupts: who waits for an answer listens on.
        listened = 0
        while listened < listen_frames or (sink.stopped is not None and listened < PATIENCE):
            await send()
            listened += 1
    await worker.queue_frame(EndFrame())
    await running
    if len(sink.turn_ms) != turns or len(sink.audio_ms) != sent:
        raise RuntimeError(f"{len(sink.turn_ms)} answers and {len(sink.audio_ms)} messages arrived")
    return {"turnMs": sink.turn_ms, "audioMs": sink.audio_ms}
