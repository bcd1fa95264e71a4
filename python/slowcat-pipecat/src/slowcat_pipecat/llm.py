"""Slowcat's language model for Pipecat."""

import json
from typing import Any

from loguru import logger
from pipecat.frames.frames import (
    Frame,
    FunctionCallFromLLM,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
)
from pipecat.metrics.metrics import LLMTokenUsage
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import LLMService
from pipecat.services.settings import LLMSettings

from .bridge import BridgeClosed, BridgeError, Piece, ToolCall, describe
from .holder import BridgeHolder
from .prompt import messages_of, tool_choice_of, tools_of


class SlowcatLLMService(BridgeHolder, LLMService):
    """Has a Slowcat server's language model answer, piece by piece.

    An interruption cancels the answer at the server. Functions of the context are given to the model, and those that it
    calls run as with any service of Pipecat; where the server's model calls none they are left out, with one warning.
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
            **self._prompt_of(context, system_instruction),
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
        await self.start_ttfb_metrics()
        took: dict[str, Any] = {}
        calls: list[ToolCall] = []
        stream = self._bridge.stream(
            "llm.generate",
            on_result=took.update,
            **self._prompt_of(context, None),
            **self._functions_of(context),
            maxTokens=self._settings.max_tokens,
        )
        try:
            async for piece in stream:
                await self.stop_ttfb_metrics()
                if isinstance(piece, Piece):
                    await self._push_llm_text(piece.text)
                elif isinstance(piece, ToolCall):
                    calls.append(piece)
        finally:
            # At once, so that an interrupted answer is cancelled now and not when the garbage is collected.
            await stream.aclose()
        await self._tell_usage(took)
        await self._run_calls(calls, context)

    async def _run_calls(self, calls: list[ToolCall], context: LLMContext) -> None:
        """Have the functions run that the model called; their results come back with the next context."""
        wanted = []
        for call in calls:
            try:
                arguments = json.loads(call.arguments or "{}")
            except ValueError:
                arguments = None
            if not isinstance(arguments, dict):
                logger.warning(f"{self}: a call of {call.name} is left out: its arguments are no JSON object")
                continue
            wanted.append(
                FunctionCallFromLLM(
                    context=context,
                    tool_call_id=call.id,
                    function_name=call.name,
                    arguments=arguments,
                )
            )
        if wanted:
            await self.run_function_calls(wanted)

    async def _tell_usage(self, took: dict[str, Any]) -> None:
        prompt, completion = took.get("promptTokens"), took.get("completionTokens")
        if prompt is None or completion is None:
            return
        await self.start_llm_usage_metrics(
            LLMTokenUsage(
                prompt_tokens=prompt,
                completion_tokens=completion,
                total_tokens=prompt + completion,
                cache_read_input_tokens=took.get("cachedPromptTokens"),
            )
        )

    def _prompt_of(self, context: LLMContext, system_instruction: str | None) -> dict[str, Any]:
        instruction = system_instruction or self._settings.system_instruction
        text = str(instruction) if instruction else None
        return {"messages": messages_of(context, text, with_calls=self._model_calls_functions())}

    def _functions_of(self, context: LLMContext) -> dict[str, Any]:
        tools = tools_of(context)
        if not tools:
            return {}
        if self._model_calls_functions():
            return {"tools": tools, "toolChoice": tool_choice_of(context)}
        if not self._warned_of_tools:
            self._warned_of_tools = True
            logger.warning(f"{self}: the server's model calls no functions; they are left out")
        return {}

    def _model_calls_functions(self) -> bool:
        return bool(self._bridge.offers.get("llm", {}).get("tools"))
