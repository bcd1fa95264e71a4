"""A context of Pipecat as the fields of ``llm.generate``."""

from typing import Any

from pipecat.processors.aggregators.llm_context import (
    LLMContext,
    LLMSpecificMessage,
    standard_message_text,
)

_SPOKEN = ("system", "developer", "user", "assistant")


def messages_of(
    context: LLMContext, instruction: str | None, *, with_calls: bool
) -> list[dict[str, Any]]:
    """The conversation.

    Args:
        context: Of the pipeline.
        instruction: Goes before all messages.
        with_calls: Whether calls of functions and their results belong to it: only a model that can call some
            understands them.

    Returns:
        Messages; those without text are left out, as are results whose call is not there.
    """
    messages: list[dict[str, Any]] = []
    if instruction:
        messages.append({"role": "system", "content": instruction})
    known: set[str] = set()
    for message in context.get_messages():
        if isinstance(message, LLMSpecificMessage):
            continue
        role = message.get("role")
        content = standard_message_text(message)
        calls = _calls_of(message) if with_calls and role == "assistant" else []
        if calls:
            known.update(call["id"] for call in calls)
            messages.append({"role": role, "content": content, "toolCalls": calls})
        elif role == "tool" and message.get("tool_call_id") in known:
            messages.append(
                {"role": role, "content": content, "toolCallId": message.get("tool_call_id")}
            )
        elif role in _SPOKEN and content:
            messages.append({"role": role, "content": content})
    return messages


def tools_of(context: LLMContext) -> list[dict[str, Any]]:
    """The functions that the context offers.

    Args:
        context: Of the pipeline.

    Returns:
        Their ``name``, ``description`` and ``parameters``, a JSON schema.
    """
    functions = getattr(context.tools, "standard_tools", None) or []
    return [function.to_default_dict() for function in functions]


def tool_choice_of(context: LLMContext) -> str | dict[str, str] | None:
    """Whether the model calls.

    Args:
        context: Of the pipeline.

    Returns:
        ``auto``, ``none``, ``required``, the name of one function, or None where the context leaves it open.
    """
    choice: Any = context.tool_choice
    if isinstance(choice, str):
        return choice
    function = choice.get("function") if isinstance(choice, dict) else None
    return {"name": str(function["name"])} if function else None


def _calls_of(message: Any) -> list[dict[str, str]]:
    return [
        {
            "id": str(call["id"]),
            "name": str(call["function"]["name"]),
            "arguments": str(call["function"].get("arguments") or "{}"),
        }
        for call in message.get("tool_calls") or []
        if call.get("function")
    ]
