"""Python bots against a real Slowcat server whose engines are scripted and whose memory is real."""

import asyncio
from typing import Any

import numpy as np
import pytest
from conftest import RealServer
from pipecat.adapters.llm.schemas.function_schema import FunctionSchema
from pipecat.frames.frames import (
    InputAudioRawFrame,
    InterruptionFrame,
    LLMContextFrame,
    LLMRunFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    TTSAudioRawFrame,
    TTSSpeakFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.services.llm_service import FunctionCallParams
from pipelines import Bot, Recorder, aggregators, running, until
from slowcat_pipecat import (
    BridgeError,
    Piece,
    SlowcatBridge,
    SlowcatLLMService,
    SlowcatMemoryProcessor,
    SlowcatSTTService,
    SlowcatTTSService,
)


async def connected(server: RealServer) -> SlowcatBridge:
    bridge = SlowcatBridge(server.url, first_wait_s=0.02)
    bridge.acquire()
    assert await bridge.wait_connected(20)
    return bridge


class Talker:
    """A whole bot: ears, memory, model and voice of the server, turns of Pipecat."""

    def __init__(self, bridge: SlowcatBridge, user_id: str) -> None:
        self.context = LLMContext([{"role": "system", "content": "Be kind."}])
        pair = aggregators(self.context)
        self.memory = SlowcatMemoryProcessor(bridge=bridge, user_id=user_id, deadline_ms=5000)
        self.memory.watch(pair.assistant())
        self.processors = [
            SlowcatSTTService(bridge=bridge, ttfs_p99_latency=0.2),
            pair.user(),
            self.memory,
            SlowcatLLMService(bridge=bridge, max_tokens=500),
            SlowcatTTSService(bridge=bridge, stop_frame_timeout_s=0.2),
            pair.assistant(),
        ]

    async def hear(self, bot: Bot, loud: bool) -> None:
        samples = np.full(4800, 24000 if loud else 3000, dtype="<i2")
        for frame in (
            VADUserStartedSpeakingFrame(),
            InputAudioRawFrame(audio=samples.tobytes(), sample_rate=16000, num_channels=1),
            VADUserStoppedSpeakingFrame(stop_secs=0.2),
        ):
            await bot.queue(frame)
            await asyncio.sleep(0.05)

    def said(self, role: str) -> list[Any]:
        return [m["content"] for m in self.context.get_messages() if m["role"] == role]  # type: ignore[index,call-overload]


async def test_a_bot_hears_remembers_answers_and_speaks(server: RealServer) -> None:
    bridge = await connected(server)
    first = Talker(bridge, "anna")
    async with running(*first.processors) as bot:
        await first.hear(bot, loud=False)
        await until(lambda: first.said("assistant"))
        assert first.said("user") == ["My dog is called Potola."]
        assert first.said("assistant") == ["I do not know."]
        assert bot.after.of(TTSAudioRawFrame) or bot.after.of(OutputAudioRawFrame)
        await bot.end()
    assert first.memory.get_stats().stored == 2

    second = Talker(bridge, "anna")
    async with running(*second.processors) as bot:
        await second.hear(bot, loud=True)
        await until(lambda: second.said("assistant"))
        assert second.said("assistant") == ["My dog is called Potola."]
        # Memory was in the prompt and is nowhere in the context.
        assert len(second.context.get_messages()) == 3
        await bot.end()
    assert second.memory.get_stats().injections == 1

    stranger = Talker(bridge, "ben")
    async with running(*stranger.processors) as bot:
        await stranger.hear(bot, loud=True)
        await until(lambda: stranger.said("assistant"))
        assert stranger.said("assistant") == ["I do not know."]
        await bot.end()
    await bridge.release()
    assert (await server.ask("state"))["llm"] == 0


async def test_an_interrupted_answer_stops_at_the_server_and_is_not_remembered(
    server: RealServer,
) -> None:
    bridge = await connected(server)
    talker = Talker(bridge, "anna")
    written = Recorder()
    *before, tts, assistant = talker.processors
    async with running(*before, written, tts, assistant) as bot:
        await bot.queue(LLMContextFrame(LLMContext([{"role": "user", "content": "Count dogs."}])))
        await until(lambda: written.of(LLMTextFrame))
        assert (await server.ask("state"))["llm"] == 1
        await bot.queue(InterruptionFrame())
        async with asyncio.timeout(10):
            while (await server.ask("state"))["llm"]:
                await asyncio.sleep(0.01)
        assert len(written.of(LLMTextFrame)) < 200
        await bot.end()
    recalled = await bridge.request(
        "memory.recall", user="anna", query="Count", deadlineMs=2000, minItems=3
    )
    assert [item["text"] for item in recalled["items"]] == ["Count dogs."]
    await bridge.release()


async def test_functions_of_the_bot_are_called_by_the_server(server: RealServer) -> None:
    bridge = await connected(server)
    weather = FunctionSchema("weather", "Of a city.", {"city": {"type": "string"}}, ["city"])
    context = LLMContext([{"role": "user", "content": "How is the weather?"}], [weather])
    llm = SlowcatLLMService(bridge=bridge)

    async def tell(params: FunctionCallParams) -> None:
        await params.result_callback(f"rain in {params.arguments['city']}")

    llm.register_function("weather", tell)
    pair = aggregators(context)
    async with running(pair.user(), llm, pair.assistant()) as bot:
        await bot.queue(LLMRunFrame())
        await until(lambda: context.get_messages()[-1].get("role") == "assistant")  # type: ignore[union-attr]
        last: Any = context.get_messages()[-1]
        assert last["content"] == 'I am told "rain in Ulm".'
        await bot.end()
    await bridge.release()


async def test_speech_stops_at_the_server_when_interrupted(server: RealServer) -> None:
    bridge = await connected(server)
    tts = SlowcatTTSService(bridge=bridge, stop_frame_timeout_s=0.2)
    async with running(tts) as bot:
        await bot.queue(TTSSpeakFrame(" ".join(["And on."] * 400)))
        await until(lambda: bot.after.of(TTSAudioRawFrame))
        await bot.queue(InterruptionFrame())
        async with asyncio.timeout(10):
            while (await server.ask("state"))["tts"]:
                await asyncio.sleep(0.01)
        count = len(bot.after.of(TTSAudioRawFrame))
        await asyncio.sleep(0.2)
        assert len(bot.after.of(TTSAudioRawFrame)) == count
    await bridge.release()


async def test_the_server_refuses_by_code(server: RealServer) -> None:
    bridge = await connected(server)
    assert bridge.offers["tts"]["voices"] == ["fake_one", "fake_two"]
    for request, code in (
        (bridge.request("memory.recall", user="a/b", query="x"), "SLOWCAT_MEMORY_USER"),
        (bridge.request("memory.drop"), "SLOWCAT_BRIDGE_MESSAGE"),
        (bridge.request("tts.synthesize", text="x", voice="nobody"), "SLOWCAT_CONFIG_INVALID"),
    ):
        with pytest.raises(BridgeError) as caught:
            await request
        assert caught.value.code == code
    answer = [p async for p in bridge.stream("llm.generate", messages=[{"role": "user", "content": "x"}])]
    assert "".join(p.text for p in answer if isinstance(p, Piece)) == "I do not know."
    await bridge.release()


async def test_bots_that_die_in_mid_sentence_leave_nothing(server: RealServer) -> None:
    async def dies() -> None:
        bridge = await connected(server)
        speech = bridge.stream("tts.synthesize", text="And on. " * 400)
        counting = bridge.stream("llm.generate", messages=[{"role": "user", "content": "Count."}])
        await anext(speech)
        await anext(counting)
        assert bridge._socket is not None
        bridge._socket.transport.abort()
        await speech.aclose()
        await counting.aclose()
        await bridge.release()

    for _ in range(5):
        await asyncio.gather(*(dies() for _ in range(5)))
    async with asyncio.timeout(10):
        while await server.ask("state") != {"llm": 0, "tts": 0, "bridges": 0}:
            await asyncio.sleep(0.02)
