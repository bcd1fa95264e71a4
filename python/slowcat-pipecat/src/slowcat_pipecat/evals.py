"""A voice and a listener for Pipecat's test harness, ``pipecat eval``: Slowcat's own, so that nothing is downloaded.

A scenario names them as factories::

    user:
      modality: audio
      speech: {factory: slowcat_pipecat.evals.voice, voice: am_michael}
    judge:
      modality: audio
      transcription: {factory: slowcat_pipecat.evals.listener}

The server is the one of ``url`` in the same block, of ``SLOWCAT_BRIDGE_URL``, or the one on this machine. It may be the
server that is tested: what speaks for the user and what listens to the bot share nothing with the bot but the engines.
"""

import os
from collections.abc import Mapping
from typing import Any

from pipecat.processors.frame_processor import FrameProcessorSetup

from .bridge import DEFAULT_URL
from .holder import BridgeHolder
from .stt import SlowcatSTTService
from .tts import SlowcatTTSService

# The harness speaks as soon as the bot is ready, and asks once.
_CONNECT_S = 10.0


class _Connected(BridgeHolder):
    """Is set up when the server is there; a harness without ears or voice should fail at once."""

    async def setup(self, setup: FrameProcessorSetup) -> None:
        await super().setup(setup)
        if not await self.bridge.wait_connected(_CONNECT_S):
            raise RuntimeError("Slowcat's server is not there: start it, or name it in SLOWCAT_BRIDGE_URL")


class _Voice(_Connected, SlowcatTTSService):
    pass


class _Listener(_Connected, SlowcatSTTService):
    pass


def voice(config: Mapping[str, Any]) -> SlowcatTTSService:
    """What speaks the user's turns, for ``user.speech``.

    Args:
        config: The block of the scenario: ``voice``, ``speed``, ``url`` and ``token`` count, all of them optional.

    Returns:
        A service for the harness's pipeline.
    """
    return _Voice(**_server(config), voice=config.get("voice"), speed=config.get("speed"))


def listener(config: Mapping[str, Any]) -> SlowcatSTTService:
    """What listens to the bot, for ``judge.transcription``.

    Args:
        config: The block of the scenario: ``prompt`` (words that are likely to be heard), ``url`` and ``token`` count.

    Returns:
        A service for the harness's pipeline.
    """
    return _Listener(**_server(config), prompt=config.get("prompt"))


def _server(config: Mapping[str, Any]) -> dict[str, Any]:
    url = config.get("url") or os.environ.get("SLOWCAT_BRIDGE_URL") or DEFAULT_URL
    return {"url": url, "token": config.get("token") or os.environ.get("SLOWCAT_TOKEN")}
