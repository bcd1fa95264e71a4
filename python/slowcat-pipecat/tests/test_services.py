"""The services in real pipelines, against a scripted bridge."""

import asyncio
import struct
from typing import Any

import numpy as np
import pytest
from fake_bridge import OFFERS, FakeBridge, fails, hangs_up, say, says_nothing
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import (
    ErrorFrame,
    InputAudioRawFrame,
    InterruptionFrame,
    LLMContextAssistantTimestampFrame,
    LLMContextFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMRunFrame,
    LLMTextFrame,
    MetricsFrame,
    TranscriptionFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    TTSStoppedFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.metrics.metrics import LLMUsageMetricsData
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection
from pipecat.services.llm_service import FunctionCallParams
from pipelines import aggregators, running, until
from slowcat_pipecat import (
    BridgeError,
    SlowcatBridge,
    SlowcatLLMService,
    SlowcatSTTService,
    SlowcatTTSService,
)

FAULTS = [fails, hangs_up]


def utterance(seconds: float = 0.2) -> list[Any]:
    audio = InputAudioRawFrame(
        audio=bytes(int(16000 * seconds) * 2), sample_rate=16000, num_channels=1
    )
    return [VADUserStartedSpeakingFrame(), audio, VADUserStoppedSpeakingFrame()]


async def spoken_part(bot: Any, frames: list[Any]) -> None:
    # System frames overtake; the segment is cut as the VAD says.
    for frame in frames:
        await bot.queue(frame)
        await asyncio.sleep(0.05)


async def test_stt_gives_the_text_of_a_segment(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    async def hears(fake: FakeBridge, connection: Any, message: Any) -> None:
        samples = len(fake.audio[message["id"]]) // 2
        await say(connection, "result", message["id"], text=f"{samples} samples", confidence=1)

    fake.handlers["stt.end"] = hears
    stt = SlowcatSTTService(bridge=bridge, prompt="Potola.", trailing_silence_secs=0.1)
    async with running(stt) as bot:
        await spoken_part(bot, utterance())
        await until(lambda: bot.after.of(TranscriptionFrame))
    (frame,) = bot.after.of(TranscriptionFrame)
    assert (frame.text, frame.finalized) == ("4800 samples", True)
    (asked,) = fake.of("stt.transcribe")
    assert (asked["sampleRateHz"], asked["prompt"]) == (16000, "Potola.")


async def test_stt_says_nothing_of_silence(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    async def silence(_fake: FakeBridge, connection: Any, message: Any) -> None:
        await say(connection, "result", message["id"], text="", confidence=0)

    fake.handlers["stt.end"] = silence
    async with running(SlowcatSTTService(bridge=bridge)) as bot:
        await spoken_part(bot, utterance())
        await fake.until("stt.end")
        await bot.end()
    assert bot.after.of(TranscriptionFrame) == []


@pytest.mark.parametrize("fault", FAULTS)
async def test_stt_reports_a_fault_and_goes_on(
    fake: FakeBridge, bridge: SlowcatBridge, fault: Any
) -> None:
    fake.handlers["stt.end"] = fault
    async with running(SlowcatSTTService(bridge=bridge)) as bot:
        await spoken_part(bot, utterance())
        await until(lambda: bot.before.of(ErrorFrame, FrameDirection.UPSTREAM))
        (error,) = bot.before.of(ErrorFrame, FrameDirection.UPSTREAM)
        assert error.error.startswith("Slowcat could not transcribe")

        async def hears(_fake: FakeBridge, connection: Any, message: Any) -> None:
            await say(connection, "result", message["id"], text="Again.", confidence=1)

        fake.handlers["stt.end"] = hears
        assert await bridge.wait_connected(10)
        await spoken_part(bot, utterance())
        await until(lambda: bot.after.of(TranscriptionFrame))


async def test_stt_cancels_at_the_server(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["stt.end"] = says_nothing
    bridge.acquire()
    async with running(SlowcatSTTService(bridge=bridge)) as bot:
        await spoken_part(bot, utterance())
        await fake.until("stt.end")
        await bot.cancel()
    assert len(await fake.until("cancel")) == 1
    await bridge.release()


TALK: list[Any] = [
    {"role": "system", "content": "Be kind."},
    {"role": "user", "content": [{"type": "text", "text": "Look"}, {"type": "text", "text": "here."}]},
    {"role": "assistant", "tool_calls": [], "content": None},
    {"role": "tool", "tool_call_id": "1", "content": "42"},
    {"role": "developer", "content": "Remember."},
]


async def counts(_fake: FakeBridge, connection: Any, message: Any) -> None:
    for text in ("One", " two", " three."):
        await say(connection, "piece", message["id"], text=text)
    await say(connection, "result", message["id"], pieces=3)


async def test_llm_answers_piece_by_piece(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["llm.generate"] = counts
    llm = SlowcatLLMService(bridge=bridge, system_instruction="Be short.", max_tokens=9)
    async with running(llm) as bot:
        await bot.queue(LLMContextFrame(LLMContext(TALK)))
        await until(lambda: bot.after.of(LLMFullResponseEndFrame))
    kinds = (LLMFullResponseStartFrame, LLMTextFrame, LLMFullResponseEndFrame)
    frames = [frame for _, frame in bot.after.frames if isinstance(frame, kinds)]
    assert [type(frame) for frame in frames] == [kinds[0], *[kinds[1]] * 3, kinds[2]]
    assert "".join(f.text for f in frames if isinstance(f, LLMTextFrame)) == "One two three."
    (asked,) = fake.of("llm.generate")
    assert asked["maxTokens"] == 9
    assert asked["messages"] == [
        {"role": "system", "content": "Be short."},
        {"role": "system", "content": "Be kind."},
        {"role": "user", "content": "Look here."},
        {"role": "developer", "content": "Remember."},
    ]


async def test_llm_infers_out_of_band(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["llm.generate"] = counts
    llm = SlowcatLLMService(bridge=bridge)
    context = LLMContext([{"role": "user", "content": "Count."}])
    assert await llm.run_inference(context, max_tokens=3, system_instruction="Now.") == "One two three."
    (asked,) = fake.of("llm.generate")
    assert (asked["maxTokens"], asked["messages"][0]["content"]) == (3, "Now.")
    fake.handlers["llm.generate"] = fails
    with pytest.raises(BridgeError):
        await llm.run_inference(context)


async def test_llm_is_cancelled_by_an_interruption(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    async def begins(_fake: FakeBridge, connection: Any, message: Any) -> None:
        await say(connection, "piece", message["id"], text="One")

    fake.handlers["llm.generate"] = begins
    async with running(SlowcatLLMService(bridge=bridge)) as bot:
        await bot.queue(LLMContextFrame(LLMContext(TALK)))
        await until(lambda: bot.after.of(LLMTextFrame))
        await bot.queue(InterruptionFrame())
        assert [cancel["id"] for cancel in await fake.until("cancel")] == [1]
        await until(lambda: bot.after.of(LLMFullResponseEndFrame))
        fake.handlers["llm.generate"] = counts
        await bot.queue(LLMContextFrame(LLMContext(TALK)))
        await until(lambda: len(bot.after.of(LLMTextFrame)) == 4)


WEATHER = FunctionSchema(
    name="weather",
    description="Of a city.",
    properties={"city": {"type": "string"}},
    required=["city"],
)


async def calls_weather(_fake: FakeBridge, connection: Any, message: Any) -> None:
    """Calls the function, then tells what came of it."""
    id, last = message["id"], message["messages"][-1]
    if last["role"] == "tool":
        await say(connection, "piece", id, text=f"It is {last['content']}.")
    else:
        call = {"callId": "a", "name": "weather", "arguments": '{"city": "Ulm"}'}
        broken = {"callId": "b", "name": "weather", "arguments": '{"city": '}
        await say(connection, "piece", id, text="Wait.")
        await say(connection, "call", id, **call)
        await say(connection, "call", id, **broken)
    await say(connection, "result", id, pieces=1, calls=0, promptTokens=7, completionTokens=2)


@pytest.fixture
def calling(fake: FakeBridge) -> FakeBridge:
    """A bridge whose model calls functions; ahead of the `bridge`, so that it hears of it."""
    fake.hello = {**fake.hello, "offers": {**OFFERS, "llm": {"engine": "fake", "tools": True}}}
    return fake


async def test_llm_runs_functions_and_answers_with_their_results(
    calling: FakeBridge, bridge: SlowcatBridge
) -> None:
    calling.handlers["llm.generate"] = calls_weather
    context = LLMContext([{"role": "user", "content": "Is it warm?"}], [WEATHER], "required")
    llm = SlowcatLLMService(bridge=bridge)
    asked: list[Any] = []

    async def weather(params: FunctionCallParams) -> None:
        asked.append(params.arguments)
        await params.result_callback("warm")

    llm.register_function("weather", weather)
    pair = aggregators(context)
    async with running(pair.user(), llm, pair.assistant(), enable_usage_metrics=True) as bot:
        await bot.queue(LLMRunFrame())
        requests = await calling.until("llm.generate", 2)
        await until(lambda: len(bot.after.of(LLMContextAssistantTimestampFrame)) == 2)
        usage = [
            data.value
            for frame in bot.after.of(MetricsFrame)
            for data in frame.data
            if isinstance(data, LLMUsageMetricsData)
        ]
    assert asked == [{"city": "Ulm"}]
    parameters = {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
    }
    tool = {"name": "weather", "description": "Of a city.", "parameters": parameters}
    assert [(request["tools"], request["toolChoice"]) for request in requests] == [([tool], "required")] * 2
    called = {"id": "a", "name": "weather", "arguments": '{"city": "Ulm"}'}
    said = {"role": "assistant", "content": "Wait."}
    assert requests[1]["messages"][0] == {"role": "user", "content": "Is it warm?"}
    assert [m for m in requests[1]["messages"][1:] if m != said] == [
        {"role": "assistant", "content": "", "toolCalls": [called]},
        {"role": "tool", "content": '"warm"', "toolCallId": "a"},
    ]
    assert [(each.prompt_tokens, each.completion_tokens) for each in usage] == [(7, 2)] * 2


async def test_llm_leaves_functions_out_where_the_model_calls_none(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    fake.handlers["llm.generate"] = counts
    async with running(SlowcatLLMService(bridge=bridge)) as bot:
        await bot.queue(LLMContextFrame(LLMContext(TALK, [WEATHER])))
        await until(lambda: bot.after.of(LLMFullResponseEndFrame))
    (asked,) = fake.of("llm.generate")
    assert "tools" not in asked
    assert {message["role"] for message in asked["messages"]} == {"system", "user", "developer"}


@pytest.mark.parametrize("fault", FAULTS)
async def test_llm_reports_a_fault_and_goes_on(
    fake: FakeBridge, bridge: SlowcatBridge, fault: Any
) -> None:
    fake.handlers["llm.generate"] = fault
    async with running(SlowcatLLMService(bridge=bridge)) as bot:
        await bot.queue(LLMContextFrame(LLMContext(TALK)))
        await until(lambda: bot.after.of(LLMFullResponseEndFrame))
        (error,) = bot.before.of(ErrorFrame, FrameDirection.UPSTREAM)
        assert error.error.startswith("Slowcat could not answer")
        fake.handlers["llm.generate"] = counts
        assert await bridge.wait_connected(10)
        await bot.queue(LLMContextFrame(LLMContext(TALK)))
        await until(lambda: len(bot.after.of(LLMTextFrame)) == 3)


def tone(rate: int, seconds: float) -> bytes:
    t = np.arange(int(rate * seconds))
    return (3000 * np.sin(2 * np.pi * 300 * t / rate)).astype("<i2").tobytes()


def speaks(rate: int, seconds: float) -> Any:
    async def handler(_fake: FakeBridge, connection: Any, message: Any) -> None:
        id = message["id"]
        await say(connection, "piece", id, text=message["text"], sampleRateHz=rate)
        audio = tone(rate, seconds)
        for start in range(0, len(audio), 32768):
            await connection.send(struct.pack("<I", id) + audio[start : start + 32768])
        await say(connection, "result", id, pieces=1, samples=len(audio) // 2)

    return handler


@pytest.mark.parametrize("rate", [24000, 16000])
async def test_tts_speaks_at_the_rate_of_the_pipeline(
    fake: FakeBridge, bridge: SlowcatBridge, rate: int
) -> None:
    fake.handlers["tts.synthesize"] = speaks(24000, 1.0)
    tts = SlowcatTTSService(bridge=bridge, voice="one", speed=1.5, stop_frame_timeout_s=0.2)
    async with running(tts, audio_out_sample_rate=rate) as bot:
        await bot.queue(TTSSpeakFrame("Hello."))
        await until(lambda: bot.after.of(TTSStoppedFrame))
    audio = bot.after.of(TTSAudioRawFrame)
    assert {frame.sample_rate for frame in audio} == {rate}
    samples = sum(len(frame.audio) for frame in audio) // 2
    assert abs(samples - rate) <= rate * 0.02
    (asked,) = fake.of("tts.synthesize")
    assert (asked["text"], asked["voice"], asked["speed"]) == ("Hello.", "one", 1.5)


async def test_tts_is_cancelled_by_an_interruption(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    async def begins(_fake: FakeBridge, connection: Any, message: Any) -> None:
        await say(connection, "piece", message["id"], text="Hello.", sampleRateHz=24000)
        await connection.send(struct.pack("<I", message["id"]) + tone(24000, 0.1))

    fake.handlers["tts.synthesize"] = begins
    async with running(SlowcatTTSService(bridge=bridge, stop_frame_timeout_s=0.2)) as bot:
        await bot.queue(TTSSpeakFrame("Hello."))
        await until(lambda: bot.after.of(TTSAudioRawFrame))
        await bot.queue(InterruptionFrame())
        assert [cancel["id"] for cancel in await fake.until("cancel")] == [1]
        fake.handlers["tts.synthesize"] = speaks(24000, 0.1)
        count = len(bot.after.of(TTSAudioRawFrame))
        await bot.queue(TTSSpeakFrame("Again."))
        await until(lambda: len(bot.after.of(TTSAudioRawFrame)) > count)


@pytest.mark.parametrize("fault", FAULTS)
async def test_tts_reports_a_fault_and_goes_on(
    fake: FakeBridge, bridge: SlowcatBridge, fault: Any
) -> None:
    fake.handlers["tts.synthesize"] = fault
    async with running(SlowcatTTSService(bridge=bridge, stop_frame_timeout_s=0.2)) as bot:
        await bot.queue(TTSSpeakFrame("Hello."))
        await until(
            lambda: [
                error
                for error in bot.before.of(ErrorFrame, FrameDirection.UPSTREAM)
                if error.error.startswith("Slowcat could not speak")
            ]
        )
        fake.handlers["tts.synthesize"] = speaks(24000, 0.1)
        assert await bridge.wait_connected(10)
        await bot.queue(TTSSpeakFrame("Again."))
        await until(lambda: bot.after.of(TTSAudioRawFrame))
