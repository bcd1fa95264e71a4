"""Bridges to test against: a scripted one, and a real Slowcat server with scripted engines where node is there."""

import asyncio
import json
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from fake_bridge import FakeBridge
from slowcat_pipecat import SlowcatBridge

#: Where results go for another test runner, a line of JSON each.
REPORT = os.environ.get("SLOWCAT_TEST_REPORT")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if REPORT is None or (report.when != "call" and report.outcome == "passed"):
        return
    line = {"name": report.nodeid, "outcome": report.outcome, "text": report.longreprtext}
    with open(REPORT, "a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


REPOSITORY = Path(__file__).resolve().parents[3]
SERVER = REPOSITORY / "test" / "interop" / "bridge-server.ts"


@pytest_asyncio.fixture
async def fake() -> AsyncIterator[FakeBridge]:
    server = FakeBridge()
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture
async def bridge(fake: FakeBridge) -> AsyncIterator[SlowcatBridge]:
    """Connected to the scripted one."""
    client = SlowcatBridge(fake.url, first_wait_s=0.02, longest_wait_s=0.1)
    client.acquire()
    assert await client.wait_connected(10)
    yield client
    await client.release()


class RealServer:
    """A Slowcat server in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self.url = url

    async def ask(self, question: str) -> Any:
        """Ask how the server is: `state` tells sessions, requests of engines, and what was cancelled."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.write(f"{question}\n".encode())
        await self._process.stdin.drain()
        return json.loads(await self._process.stdout.readline())


@pytest_asyncio.fixture
async def server(tmp_path: Path) -> AsyncIterator[RealServer]:
    node = os.environ.get("SLOWCAT_TEST_NODE") or shutil.which("node")
    if node is None or not SERVER.exists() or not (REPOSITORY / "node_modules" / "tsx").exists():
        pytest.skip("SKIPPED: node and the installed packages of Slowcat's repository are needed")
    process = await asyncio.create_subprocess_exec(
        node,
        *("--import", "tsx", str(SERVER), str(tmp_path)),
        cwd=REPOSITORY,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        async with asyncio.timeout(60):
            port = json.loads(await process.stdout.readline())["port"]
        yield RealServer(process, f"ws://127.0.0.1:{port}/bridge")
    finally:
        process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
