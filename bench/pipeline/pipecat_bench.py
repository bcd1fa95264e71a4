"""Pipecat's side of the pipeline bench: one measurement per line of standard input, both ways JSON.

`measure` is answered with the seconds from before the first frame was queued until the last one reached the sink,
`converse` with the latencies of a conversation. The first line out is the version. Observers, RTVI and metrics are off.
"""

import asyncio
import json
import sys
import time
from importlib.metadata import version

from loguru import logger

logger.remove()

from pipecat.frames.frames import EndFrame, OutputAudioRawFrame  # noqa: E402
from pipecat.pipeline.pipeline import Pipeline  # noqa: E402
from pipecat.pipeline.worker import PipelineWorker  # noqa: E402
from pipecat.processors.frame_processor import FrameProcessor  # noqa: E402
from pipecat.workers.runner import WorkerRunner  # noqa: E402
from pipecat_conversation import converse  # noqa: E402

SILENCE = bytes(1280)


class Pass(FrameProcessor):
    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)


class Sink(FrameProcessor):
    def __init__(self, expected):
        super().__init__()
        self.left = expected
        self.ended = 0.0

    async def process_frame(self, frame, direction):
        await super().process_frame(frame, direction)
        if isinstance(frame, OutputAudioRawFrame):
            self.left -= 1
            if self.left == 0:
                self.ended = time.perf_counter()
        await self.push_frame(frame, direction)


async def measure(frames: int, processors: int) -> float:
    sink = Sink(frames)
    worker = PipelineWorker(
        Pipeline([Pass() for _ in range(processors)] + [sink]),
        idle_timeout_secs=None,
        enable_rtvi=False,
        enable_turn_tracking=False,
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
    begun = time.perf_counter()
    for _ in range(frames):
        await worker.queue_frame(OutputAudioRawFrame(SILENCE, 16000, 1))
    await worker.queue_frame(EndFrame())
    await running
    if sink.left != 0:
        raise RuntimeError(f"{sink.left} frames did not arrive")
    return sink.ended - begun


print(f"{version('pipecat-ai')} {sys.version.split()[0]}", flush=True)
RUNS = {"measure": measure, "converse": converse}
for line in sys.stdin:
    settings = json.loads(line)
    print(json.dumps(asyncio.run(RUNS[settings.pop("run")](**settings))), flush=True)
