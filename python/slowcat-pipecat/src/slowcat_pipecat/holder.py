"""What the processors of this package have in common: a connection that is open while their pipeline runs."""

from typing import Any

from pipecat.processors.frame_processor import FrameProcessor, FrameProcessorSetup

from .bridge import DEFAULT_URL, SlowcatBridge


class BridgeHolder(FrameProcessor):
    """Holds a bridge from its pipeline's setup to the cleanup.

    Stands first among the bases, so that the options of the bridge do not reach the base of Pipecat::

        class SlowcatSTTService(BridgeHolder, SegmentedSTTService): ...
    """

    def __init__(
        self,
        *,
        url: str = DEFAULT_URL,
        token: str | None = None,
        bridge: SlowcatBridge | None = None,
        **kwargs: Any,
    ):
        """Prepare a connection; nothing is opened yet.

        Args:
            url: The server's ``/bridge``.
            token: Secret of a server that listens beyond localhost.
            bridge: A connection to share, instead of `url` and `token`.
            **kwargs: For the base of Pipecat.
        """
        super().__init__(**kwargs)
        self._bridge = bridge or SlowcatBridge(url, token=token)
        self._holds_bridge = False

    @property
    def bridge(self) -> SlowcatBridge:
        """The connection, for other services to share."""
        return self._bridge

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Connect in the background; the pipeline does not wait for it.

        Args:
            setup: Of the pipeline.
        """
        await super().setup(setup)
        if not self._holds_bridge and self._wants_bridge():
            self._holds_bridge = True
            self._bridge.acquire()

    async def cleanup(self) -> None:
        """Let the connection go."""
        await super().cleanup()
        if self._holds_bridge:
            self._holds_bridge = False
            await self._bridge.release()

    def _wants_bridge(self) -> bool:
        """Whether there is anything to ask the server for."""
        return True
