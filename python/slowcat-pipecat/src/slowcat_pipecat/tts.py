"""Slowcat's text-to-speech for Pipecat."""

from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

from pipecat.audio.utils import create_stream_resampler
from pipecat.frames.frames import ErrorFrame, Frame, TTSAudioRawFrame
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.utils.types import NOT_GIVEN, NotGiven

from .bridge import BridgeClosed, BridgeError, Piece, describe
from .holder import BridgeHolder


@dataclass
class SlowcatTTSSettings(TTSSettings):
    """Settings that may change while the bot speaks.

    Parameters:
        speed: 0.5 to 2.
    """

    speed: float | None | NotGiven = field(default_factory=lambda: NOT_GIVEN)


class SlowcatTTSService(BridgeHolder, TTSService):
    """Speaks with a Slowcat server's voice, clause by clause.

    An interruption cancels what is being synthesised at the server.
    """

    Settings = SlowcatTTSSettings
    _settings: SlowcatTTSSettings

    def __init__(
        self,
        *,
        voice: str | None = None,
        speed: float | None = None,
        **kwargs: Any,
    ):
        """Make a service.

        Args:
            voice: One of ``bridge.offers["tts"]["voices"]``; the server's first by default.
            speed: 0.5 to 2; 1 by default.
            **kwargs: Of the bridge, ``url`` and ``token`` or ``bridge``, and for the TTSService.
        """
        super().__init__(
            push_start_frame=True,
            push_stop_frames=True,
            settings=SlowcatTTSSettings(model=None, voice=voice, language=None, speed=speed),
            **kwargs,
        )

    def can_generate_metrics(self) -> bool:
        """This service tells how long it took."""
        return True

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame | None, None]:
        """Speak one text.

        Args:
            text: A sentence or more.
            context_id: Of the answer that it belongs to.

        Yields:
            Audio at the pipeline's output rate, or an ErrorFrame.
        """
        await self.start_tts_usage_metrics(text)
        resampler = create_stream_resampler()
        rate = self.sample_rate
        stream = self._bridge.stream(
            "tts.synthesize", text=text, voice=self._settings.voice, speed=self._settings.speed
        )
        try:
            async for piece in stream:
                if isinstance(piece, Piece):
                    rate = piece.sample_rate or rate
                if not isinstance(piece, bytes):
                    continue
                await self.stop_ttfb_metrics()
                audio = await resampler.resample(piece, rate, self.sample_rate)
                if audio:
                    yield self._audio(audio, context_id)
            tail = await resampler.flush() if rate != self.sample_rate else b""
            if tail:
                yield self._audio(tail, context_id)
        except (BridgeClosed, BridgeError) as error:
            yield ErrorFrame(error=f"Slowcat could not speak ({describe(error)})")
        finally:
            await stream.aclose()
            await self.stop_ttfb_metrics()

    def _audio(self, audio: bytes, context_id: str) -> TTSAudioRawFrame:
        return TTSAudioRawFrame(
            audio=audio, sample_rate=self.sample_rate, num_channels=1, context_id=context_id
        )
