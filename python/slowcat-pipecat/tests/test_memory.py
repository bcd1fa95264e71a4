"""The memory processor in real pipelines, against a scripted bridge."""

import asyncio
import time
from typing import Any

import pytest
from fake_bridge import FakeBridge, fails, hangs_up, recalls, says_nothing
from pipecat.frames.frames import (
    BotStartedSpeakingFrame,
    InterruptionFrame,
    LLMContextAssistantTurnFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    TextFrame,
    TTSTextFrame,
    UserStartedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.utils.text.base_text_aggregator import TextType
from pipelines import Bot, aggregators, running, until
from slowcat_pipecat import SlowcatBridge, SlowcatMemoryProcessor

BLOCK = "[Memory Context - 1 items]:\n- user: My dog is called Potola."


def make(bridge: SlowcatBridge, **options: Any) -> SlowcatMemoryProcessor:
    return SlowcatMemoryProcessor(
        bridge=bridge, **{"deadline_ms": 5000, "user_id": "anna", "session_id": "s1", **options}
    )


def context(*messages: tuple[str, str]) -> LLMContext:
    return LLMContext([{"role": role, "content": text} for role, text in messages])  # type: ignore[misc,list-item]


async def prompt(bot: Bot, given: LLMContext, **options: Any) -> LLMContextFrame:
    count = len(bot.after.of(LLMContextFrame))
    frame = LLMContextFrame(given, **options)
    await bot.queue(frame)
    await until(lambda: len(bot.after.of(LLMContextFrame)) > count)
    return bot.after.of(LLMContextFrame)[-1]


TALK = (
    ("system", "Be kind."),
    ("user", "Hello."),
    ("assistant", "Hi."),
    ("user", "What is my dog called?"),
)


async def test_puts_memory_late_into_a_copy(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls(BLOCK)
    given = context(*TALK)
    async with running(make(bridge, max_context_tokens=300, max_items=5)) as bot:
        frame = await prompt(bot, given)
        assert [(m["role"], m["content"]) for m in frame.context.get_messages()] == [
            *TALK[:3],
            ("developer", BLOCK),
            TALK[3],
        ]
        assert len(given.get_messages()) == 4
        assert frame.metadata["slowcat_memory"]
    (asked,) = fake.of("memory.recall")
    assert {name: asked[name] for name in ("user", "query", "budgetTokens", "maxItems", "depth")} == {
        "user": "anna",
        "query": "What is my dog called?",
        "budgetTokens": 300,
        "maxItems": 5,
        "depth": "fast",
    }


async def test_puts_memory_behind_the_system_messages(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    fake.handlers["memory.recall"] = recalls(BLOCK)
    async with running(make(bridge, position="after_system", role="system")) as bot:
        frame = await prompt(bot, context(*TALK))
        assert [m["role"] for m in frame.context.get_messages()] == [
            *("system", "system", "user", "assistant", "user")
        ]


async def test_keeps_tools_and_trial_of_the_frame(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls(BLOCK)
    given = context(*TALK)
    given.set_tool_choice("auto")
    async with running(make(bridge)) as bot:
        frame = await prompt(bot, given, speculation=True)
        assert frame.speculation and frame.context.tool_choice == "auto"
    # A prompt on trial gets memory but is not part of the talk yet.
    assert fake.of("memory.remember") == []


@pytest.mark.parametrize("behaviour", [says_nothing, fails, hangs_up])
async def test_answers_whatever_the_memory_does(
    fake: FakeBridge, bridge: SlowcatBridge, behaviour: Any
) -> None:
    fake.handlers["memory.recall"] = behaviour
    memory = make(bridge, deadline_ms=50)
    given = context(*TALK)
    async with running(memory) as bot:
        started = time.monotonic()
        frame = await prompt(bot, given)
        assert frame.context is given
        # The deadline is 50 ms; a busy machine adds to it, but not minutes.
        assert time.monotonic() - started < 5
    assert memory.get_stats().missed == 1
    if behaviour is says_nothing:
        assert len(await fake.until("cancel")) == 1


async def test_answers_without_a_server_and_stores_when_it_comes(fake: FakeBridge) -> None:
    await fake.stop()
    bridge = SlowcatBridge(fake.url, first_wait_s=0.02, longest_wait_s=0.05)
    memory = make(bridge)
    async with running(memory) as bot:
        given = context(*TALK)
        assert (await prompt(bot, given)).context is given
        await fake.start()
        (turn,) = await fake.until("memory.remember")
        assert (turn["role"], turn["text"]) == ("user", "What is my dog called?")
        await until(lambda: memory.get_stats().stored == 1)
        await bot.end()


async def test_ends_in_time_without_a_server(fake: FakeBridge) -> None:
    await fake.stop()
    memory = make(SlowcatBridge(fake.url, first_wait_s=0.02))
    async with running(memory) as bot:
        await prompt(bot, context(*TALK))
        await bot.end()
    assert memory.get_stats().unstored == 1


async def test_stores_each_user_turn_once(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls("")
    memory = make(bridge)
    given = context(*TALK)
    async with running(memory) as bot:
        await prompt(bot, given)
        # A tool has answered: the same turn again, and the last message is not the user's.
        await prompt(bot, given)
        given.add_messages(
            [
                {"role": "assistant", "content": "Potola."},
                {"role": "user", "content": "Yes,"},
                {"role": "user", "content": "and how old is she?"},
            ]
        )
        await prompt(bot, given)
        given.add_message({"role": "assistant", "content": "Three."})
        frame = await prompt(bot, given)
        assert frame.context is given
        await bot.end()
    assert [turn["text"] for turn in fake.of("memory.remember")] == [
        *("What is my dog called?", "Yes,", "and how old is she?")
    ]
    assert all(turn["session"] == "s1" and turn["atMs"] > 1e12 for turn in fake.of("memory.remember"))
    assert memory.get_stats().stored == 3


async def test_stores_what_was_spoken_and_that_it_was_cut(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    fake.handlers["memory.recall"] = recalls("")
    given = context(("user", "Tell me a story."))
    async with running(make(bridge), aggregators(given).assistant()) as bot:
        await bot.queue(LLMContextFrame(given))
        await bot.queue(
            LLMFullResponseStartFrame(),
            TTSTextFrame("Once upon a time.", text_type=TextType.SENTENCE),
            LLMFullResponseEndFrame(),
        )
        await fake.until("memory.remember", 2)
        given.add_message({"role": "user", "content": "Another."})
        await bot.queue(LLMContextFrame(given), LLMFullResponseStartFrame())
        await bot.queue(TTSTextFrame("There was", text_type=TextType.SENTENCE))
        await until(lambda: len(fake.of("memory.remember")) == 3)
        await asyncio.sleep(0.1)
        await bot.queue(InterruptionFrame())
        turns = await fake.until("memory.remember", 4)
    assert [(t["role"], t["text"], t.get("interrupted")) for t in turns] == [
        ("user", "Tell me a story.", None),
        ("assistant", "Once upon a time.", None),
        ("user", "Another.", None),
        ("assistant", "There was", True),
    ]


async def test_watches_an_aggregator_to_the_last_word(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    fake.handlers["memory.recall"] = recalls("")
    given = context(("user", "Tell me a story."))
    memory = make(bridge)
    assistant = aggregators(given).assistant()
    memory.watch(assistant)
    async with running(memory, assistant) as bot:
        await bot.queue(LLMContextFrame(given), LLMFullResponseStartFrame())
        await bot.queue(TTSTextFrame("There was.", text_type=TextType.SENTENCE))
        await bot.queue(LLMFullResponseEndFrame())
        # Once, though a frame tells of it as well.
        await fake.until("memory.remember", 2)
        given.add_message({"role": "user", "content": "Another."})
        await bot.queue(LLMContextFrame(given), LLMFullResponseStartFrame())
        await bot.queue(TTSTextFrame("Once upon", text_type=TextType.SENTENCE))
        await fake.until("memory.remember", 3)
        await asyncio.sleep(0.1)
        await bot.cancel()
    turns = fake.of("memory.remember")
    assert [(t["role"], t["text"], t.get("interrupted")) for t in turns] == [
        ("user", "Tell me a story.", None),
        ("assistant", "There was.", None),
        ("user", "Another.", None),
        ("assistant", "Once upon", True),
    ]


async def test_names_speakers_in_a_shared_memory(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls("")
    started = UserStartedSpeakingFrame()
    started.metadata["speaker_id"] = "ben"
    async with running(make(bridge)) as bot:
        await bot.queue(started)
        await prompt(bot, context(("user", "I am Ben.")))
        await bot.end()
    (turn,) = fake.of("memory.remember")
    assert (turn["user"], turn["speaker"]) == ("anna", "ben")


async def test_keeps_speakers_apart_when_told_to(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls("")
    started = UserStartedSpeakingFrame()
    started.metadata["speaker_id"] = "ben"
    async with running(make(bridge, separate_speakers=True)) as bot:
        await prompt(bot, context(("user", "I am Anna.")))
        await bot.queue(started)
        await prompt(bot, context(("user", "I am Anna."), ("user", "I am Ben.")))
        await bot.worker.queue_frame(
            LLMContextAssistantTurnFrame(text="Hi Ben.", timestamp=""), FrameDirection.UPSTREAM
        )
        await bot.end()
    assert [(m["user"], m["query"]) for m in fake.of("memory.recall")] == [
        ("anna", "I am Anna."),
        ("ben", "I am Ben."),
    ]
    assert [(t["user"], t["text"]) for t in fake.of("memory.remember")] == [
        ("anna", "I am Anna."),
        ("ben", "I am Ben."),
        ("ben", "Hi Ben."),
    ]
    assert all("speaker" not in turn for turn in fake.of("memory.remember"))


async def test_lets_everything_else_through(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    async with running(make(bridge)) as bot:
        empty = context()
        assert (await prompt(bot, empty)).context is empty
        await bot.queue(TextFrame("x"))
        await until(lambda: bot.after.of(TextFrame))
    assert [m["type"] for m in fake.messages] == ["hello"]


async def test_does_nothing_when_it_is_off(fake: FakeBridge) -> None:
    memory = make(SlowcatBridge(fake.url), enabled=False)
    async with running(memory) as bot:
        given = context(*TALK)
        assert (await prompt(bot, given)).context is given
        await bot.end()
    assert fake.messages == []


async def test_tells_what_was_used_once_the_answer_begins(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    items = [{"turnId": 4, "score": 0.9}, {"turnId": 2, "score": 0.5}, {"turnId": 3, "score": 0.1}]
    fake.handlers["memory.recall"] = recalls(BLOCK, items)
    fake.handlers["memory.reinforce"] = fails
    async with running(make(bridge, depth="deep")) as bot:
        await prompt(bot, context(*TALK))
        assert fake.of("memory.reinforce") == []
        for _ in range(2):
            await bot.worker.queue_frame(BotStartedSpeakingFrame(), FrameDirection.UPSTREAM)
        (told,) = await fake.until("memory.reinforce")
        assert (told["user"], told["turnIds"], told["inFull"]) == ("anna", [4, 2], True)
        await bot.end()
    assert len(fake.of("memory.reinforce")) == 1


async def test_counts(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls(BLOCK)
    memory = make(bridge)
    async with running(memory) as bot:
        for _ in range(3):
            await prompt(bot, context(*TALK))
        await bot.end()
    stats = memory.get_stats()
    assert (stats.injections, stats.missed, stats.late, stats.unstored) == (3, 0, 0, 0)
    assert 0 < stats.average_ms <= stats.p95_ms * 3
