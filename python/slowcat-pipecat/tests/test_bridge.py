"""The client against a scripted bridge: answers, cancellation, faults and coming back."""

import asyncio
import json
import struct

import pytest
from fake_bridge import FakeBridge, fails, hangs_up, recalls, say, says_nothing
from slowcat_pipecat import BridgeClosed, BridgeError, Piece, SlowcatBridge


async def test_greets_and_learns_what_is_offered(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    assert fake.messages[0] == {"type": "hello", "version": 1}
    assert bridge.offers["tts"]["sampleRateHz"] == 24000


async def test_shows_its_token_in_a_header_only(fake: FakeBridge) -> None:
    client = SlowcatBridge(fake.url, token="secret-token")
    client.acquire()
    assert await client.wait_connected(10)
    await client.release()
    assert fake.headers[0]["Authorization"] == "Bearer secret-token"
    assert "secret-token" not in json.dumps(fake.messages)


async def test_leaves_out_what_is_not_given(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = recalls("[Memory]")
    result = await bridge.request("memory.recall", query="dog", depth=None)
    assert result["block"] == "[Memory]"
    assert fake.of("memory.recall") == [{"type": "memory.recall", "id": 1, "query": "dog"}]
    assert bridge.open_requests == 0


async def test_answers_several_at_once_each_its_own(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    waiting: list[int] = []

    async def backwards(_fake, connection, message) -> None:  # type: ignore[no-untyped-def]
        waiting.append(message["id"])
        if len(waiting) == 10:
            for id in reversed(waiting):
                await say(connection, "result", id, text=f"to {id}", items=[])

    fake.handlers["memory.recall"] = backwards
    answers = await asyncio.gather(
        *(bridge.request("memory.recall", query=str(n)) for n in range(10))
    )
    assert [answer["text"] for answer in answers] == [f"to {n}" for n in range(1, 11)]


async def test_streams_texts_and_audio_in_order(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    async def speaks(_fake, connection, message) -> None:  # type: ignore[no-untyped-def]
        id = message["id"]
        await say(connection, "piece", id, text="Hi.", sampleRateHz=24000)
        await connection.send(struct.pack("<I", id) + b"\1\2")
        await connection.send(struct.pack("<I", id + 1) + b"of nobody")
        await say(connection, "result", id, pieces=1, samples=1)

    fake.handlers["tts.synthesize"] = speaks
    pieces = [piece async for piece in bridge.stream("tts.synthesize", text="Hi.")]
    assert pieces == [Piece("Hi.", 24000), b"\1\2"]


async def test_sends_audio_in_messages_that_any_server_takes(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    async def hears(fake: FakeBridge, connection, message) -> None:  # type: ignore[no-untyped-def]
        await say(
            connection, "result", message["id"], text=str(len(fake.audio[message["id"]])), confidence=0.5
        )

    fake.handlers["stt.end"] = hears
    assert await bridge.transcribe(bytes(300_000), 16000, prompt="x") == ("300000", 0.5)
    (asked,) = fake.of("stt.transcribe")
    assert (asked["sampleRateHz"], asked["prompt"]) == (16000, "x")


async def test_tells_refusals_by_code(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    fake.handlers["memory.recall"] = fails
    with pytest.raises(BridgeError) as caught:
        await bridge.request("memory.recall", query="dog")
    assert caught.value.code == "SLOWCAT_ENGINE_FAILED"
    assert fake.of("cancel") == []


async def test_cancels_at_the_server_what_is_cancelled_here(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    fake.handlers["memory.recall"] = says_nothing
    fake.handlers["stt.end"] = says_nothing
    for asking in (
        bridge.request("memory.recall", query="dog"),
        bridge.transcribe(bytes(320), 16000),
    ):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asking
    assert [cancel["id"] for cancel in await fake.until("cancel", 2)] == [1, 2]
    assert bridge.open_requests == 0


async def test_cancels_a_stream_that_is_left(fake: FakeBridge, bridge: SlowcatBridge) -> None:
    async def endless(_fake, connection, message) -> None:  # type: ignore[no-untyped-def]
        for _ in range(20):
            await say(connection, "piece", message["id"], text="and ")

    fake.handlers["llm.generate"] = endless
    stream = bridge.stream("llm.generate", messages=[])
    assert await anext(stream) == Piece("and ")
    await stream.aclose()
    assert [cancel["id"] for cancel in await fake.until("cancel")] == [1]
    # What still comes for it is of no use and does no harm.
    fake.handlers["memory.recall"] = recalls("still here")
    assert (await bridge.request("memory.recall", query="dog"))["block"] == "still here"


async def test_fails_what_is_open_when_the_server_goes_and_comes_back(
    fake: FakeBridge, bridge: SlowcatBridge
) -> None:
    fake.handlers["memory.recall"] = hangs_up
    with pytest.raises(BridgeClosed):
        await bridge.request("memory.recall", query="dog")
    assert bridge.open_requests == 0
    fake.handlers["memory.recall"] = recalls("again")
    assert await bridge.wait_connected(10)
    assert (await bridge.request("memory.recall", query="dog"))["block"] == "again"
    assert len(fake.connections) == 2


async def test_finds_a_server_that_starts_later(fake: FakeBridge) -> None:
    await fake.stop()
    client = SlowcatBridge(fake.url, first_wait_s=0.02, longest_wait_s=0.05)
    client.acquire()
    with pytest.raises(BridgeClosed):
        await client.request("memory.recall", query="dog")
    assert not await client.wait_connected(0.1)
    await fake.start()
    assert await client.wait_connected(10)
    await client.release()


@pytest.mark.parametrize(
    "hello",
    [
        {"type": "error", "code": "SLOWCAT_BRIDGE_VERSION", "message": "It speaks 2."},
        {"type": "something"},
    ],
)
async def test_does_not_take_another_protocol_for_the_bridge(
    fake: FakeBridge, hello: dict[str, str]
) -> None:
    fake.hello = hello
    client = SlowcatBridge(fake.url, first_wait_s=0.02, longest_wait_s=0.05)
    client.acquire()
    await fake.until("hello", 2)
    assert not client.connected
    await client.release()


async def test_is_shared_until_the_last_lets_go(fake: FakeBridge) -> None:
    client = SlowcatBridge(fake.url)
    client.acquire()
    client.acquire()
    assert await client.wait_connected(10)
    await client.release()
    assert client.connected
    await client.release()
    await client.release()
    assert not client.connected
    assert len(fake.connections) == 1
    assert fake.connections[0].close_code == 1000
    client.acquire()
    assert await client.wait_connected(10)
    await client.release()
