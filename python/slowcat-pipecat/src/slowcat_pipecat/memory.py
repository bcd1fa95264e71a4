"""The memory processor: what was said comes back before the language model answers."""

import asyncio
import time
import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any, Literal

from loguru import logger
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    Frame,
    InterruptionFrame,
    LLMContextAssistantTurnFrame,
    LLMContextFrame,
    UserStartedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import (
    LLMContext,
    LLMContextMessage,
    LLMSpecificMessage,
    standard_message_text,
)
from pipecat.processors.aggregators.llm_response_universal import (
    AssistantTurnStoppedMessage,
    LLMAssistantAggregator,
)
from pipecat.processors.frame_processor import FrameDirection, FrameProcessorSetup

from .bridge import BridgeClosed, BridgeError, describe
from .holder import BridgeHolder

# Injections that the times in `get_stats` are of.
_TIMES_KEPT = 1000
# Turns that wait for a server that is away; the oldest are given up.
_MOST_UNSENT = 1000
# How long the end of a session waits for turns to be stored.
_FAREWELL_S = 2.0
# Left of the deadline for the way there and back.
_WAY_MS = 10
_RETRY_S = 5.0
# Of what went into a prompt, what scores at least this part of the best counts as used.
_USED_FROM = 0.5
_PAUSE_S = 0.05


@dataclass(frozen=True)
class MemoryStats:
    """How the memory does, since the processor was made."""

    #: Turns stored, of both sides.
    stored: int
    #: Turns given up because the server was away for too long, or refused them.
    unstored: int
    #: Prompts that got something that is remembered.
    injections: int
    #: Prompts that went on without, because the answer was late, failed or there was no server.
    missed: int
    #: Recalls that the server cut short, or that came after the deadline.
    late: int
    #: Milliseconds a prompt waited for its memory, on average and at the 95th percentile.
    average_ms: float
    p95_ms: float


@dataclass(frozen=True)
class _Turn:
    user: str
    role: Literal["user", "assistant"]
    text: str
    at_ms: int
    speaker: str | None = None
    interrupted: bool = False


class SlowcatMemoryProcessor(BridgeHolder):
    """Gives the model what is remembered, and has stored what was said.

    Stands between the user aggregator and the LLM service::

        pipeline = Pipeline([transport.input(), stt, aggregators.user(), memory, llm, tts,
                             transport.output(), aggregators.assistant()])

    What is recalled goes into a copy of the context, by default late: before the user's last message, so that the
    history before it stays the same from turn to turn and a model's prompt cache keeps it. The shared context never
    holds it, so that it is never stored again. Whatever goes wrong with the memory, the turn is answered.
    """

    def __init__(
        self,
        *,
        user_id: str = "default",
        separate_speakers: bool = False,
        session_id: str | None = None,
        max_context_tokens: int = 1024,
        max_items: int = 8,
        deadline_ms: int = 50,
        depth: Literal["fast", "medium", "deep"] = "fast",
        position: Literal["late", "after_system"] = "late",
        role: Literal["developer", "system", "user"] = "developer",
        enabled: bool = True,
        **kwargs: Any,
    ):
        """Make a memory for one session.

        Args:
            user_id: Whose memory it is: 1 to 128 letters, digits or ``. _ - @ : +``.
            separate_speakers: Whether a speaker that a frame names (``metadata["speaker_id"]`` of a
                UserStartedSpeakingFrame or an LLMContextFrame) has a memory of their own. Otherwise all share that of
                `user_id`, and turns carry the speakers' names.
            session_id: Binds turns that belong together. Made up by default.
            max_context_tokens: Most tokens of what is put into a prompt.
            max_items: Most remembered turns in a prompt.
            deadline_ms: Most milliseconds that a prompt waits; after that it goes on without.
            depth: How thoroughly to look; `medium` and `deep` want a longer deadline.
            position: Where it goes: before the user's last message, or behind the leading system messages.
            role: Of the message that holds it. Pipecat gives ``developer`` to each provider as it wants it.
            enabled: False lets everything through: nothing is recalled or stored.
            **kwargs: Of the bridge, ``url`` and ``token`` or ``bridge``, and for the FrameProcessor.
        """
        super().__init__(**kwargs)
        self._user_id = user_id
        self._separate_speakers = separate_speakers
        self._speaker: str | None = None
        self._session_id = session_id or uuid.uuid4().hex
        self._max_context_tokens = max_context_tokens
        self._max_items = max_items
        self._deadline_ms = deadline_ms
        self._depth = depth
        self._position = position
        self._role = role
        self._enabled = enabled
        self._unsent: deque[_Turn] = deque(maxlen=_MOST_UNSENT)
        self._to_send = asyncio.Event()
        self._sent_all = asyncio.Event()
        self._sent_all.set()
        self._writer: asyncio.Task[None] | None = None
        # User messages of the context that are stored, or were there before the first turn.
        self._known_user_turns: int | None = None
        self._interrupted = False
        self._watches_aggregator = False
        self._answered_user = user_id
        # Of the prompt that waits for its answer: what is used once the answer begins.
        self._in_prompt: list[int] = []
        self._in_full = False
        self._stored = 0
        self._unstored = 0
        self._injections = 0
        self._missed = 0
        self._late = 0
        self._times_ms: deque[float] = deque(maxlen=_TIMES_KEPT)

    def watch(self, aggregator: LLMAssistantAggregator) -> None:
        """Have answers stored as this aggregator commits them.

        Without it answers are taken from the frames that the aggregator sends upstream. Those of a session that is
        cut do not arrive any more, and whether they were interrupted is inferred; the aggregator knows.

        Args:
            aggregator: The assistant's, at the end of the same pipeline.
        """
        self._watches_aggregator = True

        @aggregator.event_handler("on_assistant_turn_stopped")  # type: ignore[untyped-decorator]
        async def on_assistant_turn_stopped(
            _aggregator: LLMAssistantAggregator, message: AssistantTurnStoppedMessage
        ) -> None:
            self._assistant_said(message.content, message.interrupted)

    async def recall(self, query: str, **options: Any) -> dict[str, Any]:
        """What is remembered about something, for a greeting say.

        Args:
            query: Words to look for.
            **options: Fields of ``memory.recall``, such as ``budgetTokens``.

        Returns:
            ``block``, ``items``, ``tokens``, ``late`` and ``tookMs``.

        Raises:
            BridgeError: The server refused or failed.
            BridgeClosed: There is no server.
        """
        return await self._bridge.request(
            "memory.recall", user=self._memory_user(), query=query, **options
        )

    async def facts(self, *, history: bool = False) -> list[dict[str, Any]]:
        """What is known of the user.

        Args:
            history: Past values as well.

        Returns:
            Facts with ``line``, ``subject``, ``relation``, ``value``, ``sourceTurn`` and ``validFromMs``.

        Raises:
            BridgeError: The server refused or failed.
            BridgeClosed: There is no server.
        """
        result = await self._bridge.request(
            "memory.facts", user=self._memory_user(), history=history
        )
        facts: list[dict[str, Any]] = result["facts"]
        return facts

    def get_stats(self) -> MemoryStats:
        """How the memory does.

        Returns:
            Counts and times since this processor was made.
        """
        times = sorted(self._times_ms)
        return MemoryStats(
            stored=self._stored,
            unstored=self._unstored,
            injections=self._injections,
            missed=self._missed,
            late=self._late,
            average_ms=sum(times) / len(times) if times else 0.0,
            p95_ms=times[min(len(times) - 1, int(0.95 * len(times)))] if times else 0.0,
        )

    async def setup(self, setup: FrameProcessorSetup) -> None:
        """Connect in the background; the pipeline does not wait for it.

        Args:
            setup: Of the pipeline.
        """
        await super().setup(setup)
        if self._holds_bridge and self._writer is None:
            self._writer = self.create_task(self._write(), name="slowcat_memory_writer")

    async def cleanup(self) -> None:
        """Store what is still to be stored, but not for long, and let the connection go."""
        if self._writer is not None:
            await self._farewell()
            await self.cancel_task(self._writer)
            self._writer = None
        await super().cleanup()

    def _wants_bridge(self) -> bool:
        return self._enabled

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Enrich prompts, and notice what was said.

        Args:
            frame: Any.
            direction: Of the frame.
        """
        await super().process_frame(frame, direction)
        if not self._enabled:
            await self.push_frame(frame, direction)
            return
        if isinstance(frame, UserStartedSpeakingFrame | LLMContextFrame):
            speaker = frame.metadata.get("speaker_id")
            if isinstance(speaker, str) and speaker:
                self._speaker = speaker
        if isinstance(frame, LLMContextFrame) and direction == FrameDirection.DOWNSTREAM:
            await self.push_frame(await self._enriched(frame), direction)
            return
        if isinstance(frame, InterruptionFrame):
            self._interrupted = True
        elif isinstance(frame, BotStartedSpeakingFrame):
            self._reinforce()
        elif (
            isinstance(frame, LLMContextAssistantTurnFrame)
            and direction == FrameDirection.UPSTREAM
            and not self._watches_aggregator
        ):
            self._assistant_said(frame.text, self._interrupted)
        await self.push_frame(frame, direction)

    async def _enriched(self, frame: LLMContextFrame) -> LLMContextFrame:
        messages = frame.context.get_messages()
        if not messages or not _is_user(messages[-1]):
            return frame
        query = standard_message_text(messages[-1])
        if not query.strip():
            return frame
        self._interrupted = False
        self._in_prompt = []
        try:
            block = await self._recalled(query)
        finally:
            # Behind the recall, which would find it. A prompt on trial is not part of the talk; what it says comes
            # again when it holds.
            if not frame.speculation:
                self._user_said(messages)
        return self._inject(frame, messages, block) if block else frame

    async def _recalled(self, query: str) -> str:
        started = time.perf_counter()
        deadline_s = self._deadline_ms / 1000
        try:
            async with asyncio.timeout(deadline_s):
                recalled = await self._bridge.request(
                    "memory.recall",
                    user=self._memory_user(),
                    query=query,
                    budgetTokens=self._max_context_tokens,
                    maxItems=self._max_items,
                    minItems=min(3, self._max_items),
                    depth=self._depth,
                    deadlineMs=max(1, self._deadline_ms - _WAY_MS),
                )
        except TimeoutError:
            self._late += 1
            self._missed += 1
            return ""
        except (BridgeClosed, BridgeError) as error:
            self._missed += 1
            logger.debug(f"{self}: answering without memory ({describe(error)})")
            return ""
        finally:
            self._times_ms.append((time.perf_counter() - started) * 1000)
        self._late += bool(recalled.get("late"))
        block = str(recalled.get("block", ""))
        self._injections += bool(block)
        items = recalled.get("items", [])
        best = max((item["score"] for item in items), default=0.0)
        self._in_prompt = [
            item["turnId"] for item in items if best > 0 and item["score"] >= best * _USED_FROM
        ]
        # A deep look brings turns as they were said, and not as they have faded.
        self._in_full = recalled.get("depth") == "deep"
        return block

    def _reinforce(self) -> None:
        """Tell, beside the conversation, what the answer used: it fades later."""
        used, self._in_prompt = self._in_prompt, []
        in_full = self._in_full
        if not used:
            return

        async def tell(user: str) -> None:
            try:
                await self._bridge.request(
                    "memory.reinforce", user=user, turnIds=used, inFull=in_full
                )
            except (BridgeClosed, BridgeError) as error:
                logger.debug(f"{self}: what was used is not told ({describe(error)})")

        self.create_task(tell(self._answered_user), name="slowcat_memory_reinforce")

    def _inject(
        self, frame: LLMContextFrame, messages: list[LLMContextMessage], block: str
    ) -> LLMContextFrame:
        at = len(messages) - 1 if self._position == "late" else _leading_system(messages)
        remembered: Any = {"role": self._role, "content": block}
        context = LLMContext(
            [*messages[:at], remembered, *messages[at:]],
            frame.context.tools,
            frame.context.tool_choice,
        )
        copy = LLMContextFrame(context=context, speculation=frame.speculation)
        copy.pts = frame.pts
        copy.metadata = {**frame.metadata, "slowcat_memory": True}
        return copy

    def _user_said(self, messages: list[LLMContextMessage]) -> None:
        said = [standard_message_text(message) for message in messages if _is_user(message)]
        known = self._known_user_turns
        if known is None or known > len(said):
            # The first prompt of a session, or a context that was replaced: only the last is new for sure.
            known = len(said) - 1
        self._known_user_turns = len(said)
        self._answered_user = self._memory_user()
        for text in said[known:]:
            self._store("user", text)

    def _assistant_said(self, text: str, interrupted: bool) -> None:
        if self._enabled:
            self._store("assistant", text, interrupted)

    def _store(
        self, role: Literal["user", "assistant"], text: str, interrupted: bool = False
    ) -> None:
        if not text.strip():
            return
        user = self._memory_user() if role == "user" else self._answered_user
        speaker = self._speaker if role == "user" and self._speaker != user else None
        if len(self._unsent) == _MOST_UNSENT:
            self._unstored += 1
        self._unsent.append(
            _Turn(user, role, text, int(time.time() * 1000), speaker, interrupted)
        )
        self._sent_all.clear()
        self._to_send.set()

    async def _write(self) -> None:
        """Sends turns one after the other; while the server is away they wait."""
        while True:
            await self._to_send.wait()
            self._to_send.clear()
            while self._unsent:
                turn = self._unsent[0]
                try:
                    result = await self._bridge.request(
                        "memory.remember",
                        user=turn.user,
                        role=turn.role,
                        text=turn.text,
                        atMs=turn.at_ms,
                        speaker=turn.speaker,
                        session=self._session_id,
                        interrupted=turn.interrupted or None,
                    )
                    self._stored += bool(result.get("stored"))
                    self._unstored += not result.get("stored")
                except BridgeClosed:
                    # The same turn again, once the server is back.
                    await asyncio.sleep(_PAUSE_S)
                    await self._bridge.wait_connected(_RETRY_S)
                    continue
                except BridgeError as error:
                    self._unstored += 1
                    logger.warning(f"{self}: a turn is not stored ({error.code})")
                if self._unsent and self._unsent[0] is turn:
                    self._unsent.popleft()
            self._sent_all.set()

    async def _farewell(self) -> None:
        if not self._bridge.connected:
            self._unstored += len(self._unsent)
            return
        try:
            async with asyncio.timeout(_FAREWELL_S):
                await self._sent_all.wait()
        except TimeoutError:
            self._unstored += len(self._unsent)
            logger.warning(f"{self}: {len(self._unsent)} turns are not stored")

    def _memory_user(self) -> str:
        return (self._speaker or self._user_id) if self._separate_speakers else self._user_id


def _is_user(message: LLMContextMessage) -> bool:
    return not isinstance(message, LLMSpecificMessage) and message.get("role") == "user"


def _leading_system(messages: list[LLMContextMessage]) -> int:
    for index, message in enumerate(messages):
        if isinstance(message, LLMSpecificMessage) or message.get("role") not in (
            "system",
            "developer",
        ):
            return index
    return len(messages)
