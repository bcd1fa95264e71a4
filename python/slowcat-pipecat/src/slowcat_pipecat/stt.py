"""Slowcat's speech-to-text for Pipecat."""

from collections.abc import AsyncGenerator
from typing import Any

from pipecat.frames.frames import ErrorFrame, Frame, TranscriptionFrame
from pipecat.services.settings import STTSettings
from pipecat.services.stt_latency import WHISPER_TTFS_P99
from pipecat.services.stt_service import SegmentedSTTService
from pipecat.utils.time import time_now_iso8601

from .bridge import BridgeClosed, BridgeError, describe
from .holder import BridgeHolder


class SlowcatSTTService(BridgeHolder, SegmentedSTTService):
    """Transcribes each segment of speech on a Slowcat server.

    Needs a VAD in the pipeline, as every segmented service does. A cancelled pipeline cancels what is being
    transcribed.
    """

    def __init__(
        self,
        *,
        prompt: str | None = None,
        ttfs_p99_latency: float = WHISPER_TTFS_P99,
        **kwargs: Any,
    ):
        """Make a service.

        Args:
            prompt: Words that are likely to be heard, such as names.
            ttfs_p99_latency: Seconds from the end of speech to its text that 99 of 100 segments take.
            **kwargs: Of the bridge, ``url`` and ``token`` or ``bridge``, and for the SegmentedSTTService.
        """
        super().__init__(
            settings=STTSettings(model=None, language=None),
            ttfs_p99_latency=ttfs_p99_latency,
            **kwargs,
        )
        self._prompt = prompt

    @property
    def wants_wav_segments(self) -> bool:
        """Raw PCM is what goes over the bridge."""
        return False

    def can_generate_metrics(self) -> bool:
        """This service tells how long it took."""
        return True

    async def run_stt(self, audio: bytes) -> AsyncGenerator[Frame | None, None]:
        """Transcribe one segment.

        Args:
            audio: PCM16, mono, at the pipeline's input rate.

        Yields:
            A TranscriptionFrame, nothing when nothing was said, or an ErrorFrame.
        """
        await self.start_processing_metrics()
        try:
            text, _confidence = await self._bridge.transcribe(
                audio, self.sample_rate, prompt=self._prompt
            )
        except (BridgeClosed, BridgeError) as error:
            yield ErrorFrame(error=f"Slowcat could not transcribe ({describe(error)})")
            return
        finally:
            await self.stop_processing_metrics()
        if text:
            yield TranscriptionFrame(text, self._user_id, time_now_iso8601())
