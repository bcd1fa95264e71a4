"""Slowcat's memory and local engines for Pipecat bots."""

from .bridge import BridgeClosed, BridgeError, Piece, SlowcatBridge, ToolCall
from .llm import SlowcatLLMService
from .memory import MemoryStats, SlowcatMemoryProcessor
from .stt import SlowcatSTTService
from .tts import SlowcatTTSService

__all__ = [
    "BridgeClosed",
    "BridgeError",
    "MemoryStats",
    "Piece",
    "SlowcatBridge",
    "SlowcatLLMService",
    "SlowcatMemoryProcessor",
    "SlowcatSTTService",
    "SlowcatTTSService",
    "ToolCall",
]
