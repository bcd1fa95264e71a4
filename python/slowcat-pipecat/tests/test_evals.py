"""The factories for Pipecat's test harness."""

import pytest
from fake_bridge import FakeBridge
from pipecat.frames.frames import ErrorFrame, TTSAudioRawFrame, TTSSpeakFrame
from pipelines import running, until
from slowcat_pipecat import evals
from test_services import speaks


async def test_the_voice_speaks_as_the_scenario_says(
    fake: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake.handlers["tts.synthesize"] = speaks(24000, 0.1)
    monkeypatch.setenv("SLOWCAT_BRIDGE_URL", fake.url)
    async with running(evals.voice({"voice": "one", "speed": 1.5})) as bot:
        # No wait for the connection: it is there when the pipeline has started.
        await bot.queue(TTSSpeakFrame("Hello."))
        await until(lambda: bot.after.of(TTSAudioRawFrame))
    (asked,) = fake.of("tts.synthesize")
    assert (asked["voice"], asked["speed"]) == ("one", 1.5)


async def test_the_listener_goes_where_its_block_says(
    fake: FakeBridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLOWCAT_BRIDGE_URL", "ws://127.0.0.1:1/bridge")
    listener = evals.listener({"url": fake.url, "token": "secret-token"})
    async with running(listener):
        assert listener.bridge.connected
    assert fake.headers[0]["Authorization"] == "Bearer secret-token"


async def test_without_a_server_the_harness_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evals, "_CONNECT_S", 0.05)
    listener = evals.listener({"url": "ws://127.0.0.1:1/bridge"})
    errors: list[ErrorFrame] = []

    @listener.event_handler("on_error")  # type: ignore[untyped-decorator]
    async def on_error(_listener: object, error: ErrorFrame) -> None:
        errors.append(error)

    async with running(listener):
        await until(lambda: errors)
    assert "SLOWCAT_BRIDGE_URL" in errors[0].error
