"""Slowcat's language model for Pipecat."""

from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.processors.aggregators.llm_context import (
    LLMContext,
    LLMSpecificMessage,
    standard_message_text,
)
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from .bridge import BridgeClosed, BridgeError, Piece, describe
from .holder import BridgeHolder

_ROLES = ("system", "developer", "user", "assistant")


class SlowcatLLMService(BridgeHolder, LLMService):
    """Has a Slowcat server's language model answer, piece by piece.

    An interruption cancels the answer at the server. Function calling does not go over the bridge: tools of the
    context are left out, with one warning.
    """

    def __init__(
        self,
        *,
        system_instruction: str | None = None,
        max_tokens: int | None = None,
        **kwargs: Any,
    ):
        """Make a service.

        Args:
            system_instruction: Goes before all messages of the context.
            max_tokens: Most tokens of an answer; the server's default is 256.
            **kwargs: Of the bridge, ``url`` and ``token`` or ``bridge``, and for the LLMService.
        """
        super().__init__(
            settings=LLMSettings(
                model=None,
                system_instruction=system_instruction,
                temperature=None,
                max_tokens=max_tokens,
                top_p=None,
                top_k=None,
                frequency_penalty=None,
                presence_penalty=None,
                seed=None,
                filter_incomplete_user_turns=False,
                user_turn_completion_config=None,
                use_provider_thinking_default=False,
            ),
            **kwargs,
        )
        self._warned_of_tools = False

    def can_generate_metrics(self) -> bool:
        """This service tells how long it took."""
        return True

    async def run_inference(
        self,
        context: LLMContext,
        max_tokens: int | None = None,
        system_instruction: str | None = None,
        response_schema: dict[str, Any] | None = None,
    ) -> str | None:
        """Answer outside of the pipeline.

        Args:
            context: The conversation.
            max_tokens: Most tokens of the answer.
            system_instruction: Instead of that of the service.
            response_schema: Not enforced; ignored with a warning.

        Returns:
            The whole answer.
        """
        self._check_response_schema(response_schema)
        texts = []
        async for piece in self._bridge.stream(
            "llm.generate",
            messages=self._messages(context, system_instruction),
            maxTokens=max_tokens or self._settings.max_tokens,
        ):
            if isinstance(piece, Piece):
                texts.append(piece.text)
        return "".join(texts) or None

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Answer each context that comes.

        Args:
            frame: Any.
            direction: Of the frame.
        """
        await super().process_frame(frame, direction)
        if not isinstance(frame, LLMContextFrame):
            await self.push_frame(frame, direction)
            return
        try:
            await self.push_frame(LLMFullResponseStartFrame())
            await self.start_processing_metrics()
            await self._answer(frame.context)
        except (BridgeClosed, BridgeError) as error:
            await self.push_error(f"Slowcat could not answer ({describe(error)})", exception=error)
        finally:
            await self.stop_processing_metrics()
            await self.push_frame(LLMFullResponseEndFrame())

    async def _answer(self, context: LLMContext) -> None:
        self._warn_of_tools(context)
        await self.start_ttfb_metrics()
        stream = self._bridge.stream(
            "llm.generate",
            messages=self._messages(context, None),
            maxTokens=self._settings.max_tokens,
        )
        try:
            async for piece in stream:
                if isinstance(piece, Piece):
                    await self.stop_ttfb_metrics()
                    await self._push_llm_text(piece.text)
        finally:
            # At once, so that an interrupted answer is cancelled now and not when the garbage is collected.
            await stream.aclose()

    def _messages(
        self, context: LLMContext, system_instruction: str | None
    ) -> list[dict[str, str]]:
        instruction = system_instruction or self._settings.system_instruction
        messages = [{"role": "system", "content": str(instruction)}] if instruction else []
        for message in context.get_messages():
            if isinstance(message, LLMSpecificMessage) or message.get("role") not in _ROLES:
                continue
            text = standard_message_text(message)
            if text:
                messages.append({"role": str(message["role"]), "content": text})
        return messages

    def _warn_of_tools(self, context: LLMContext) -> None:
        tools = getattr(context.tools, "standard_tools", None)
        if tools and not self._warned_of_tools:
            self._warned_of_tools = True
            logger.warning(f"{self}: tools are not available over the bridge and are left out")
