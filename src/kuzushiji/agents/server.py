"""The tools as an MCP server, by the protocol's official SDK."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeAlias

from kuzushiji._version import __version__
from kuzushiji.agents.tools import Tools
from kuzushiji.errors import KuzushijiError, need

_Tool: TypeAlias = Callable[..., dict[str, Any]]
INSTRUCTIONS = (
    "Reads cursive classical Japanese (kuzushiji). Start with list_pictures, then read_page for a page or "
    "read_character for one character or a box of a page. A result that is not sure needs a look: compare "
    "its candidates with look_alikes and look_up. Every reading is a machine's."
)


def create_server(tools: Tools) -> Any:
    """The server; ``run()`` serves it on standard input and output.

    Args:
        tools: what it offers. Without an open folder these are only `Tools.look_up` and `Tools.look_alikes`.

    Returns:
        An ``mcp.server.mcpserver.MCPServer``.

    Raises:
        UsageError: the ``mcp`` extra is not installed.
    """
    sdk = need("mcp.server.mcpserver", extra="mcp")
    failure = need("mcp.server.mcpserver.exceptions", extra="mcp").ToolError
    # The tools only read, from folders that the user named: a client may run them without asking each time.
    harmless = need("mcp.types", extra="mcp").ToolAnnotations(
        read_only_hint=True, idempotent_hint=True, open_world_hint=False
    )
    offered: dict[str, _Tool] = {
        "Look up a character": tools.look_up,
        "Characters that look alike": tools.look_alikes,
    }
    if tools.folders.roots:
        offered |= {
            "List pictures": tools.list_pictures,
            "Read a character": tools.read_character,
            "Read a page": tools.read_page,
        }
    server = sdk.MCPServer(
        "kuzushiji", title="Kuzushiji", version=__version__, instructions=INSTRUCTIONS, log_level="WARNING"
    )
    for title, tool in offered.items():
        about = (inspect.getdoc(tool) or "").partition("\n\nRaises:")[0]
        server.add_tool(_reporting(tool, failure), title=title, description=about, annotations=harmless)
    return server


def _reporting(tool: _Tool, failure: type[Exception]) -> _Tool:
    """A fault of the input reaches the agent as its one line, not as a crash."""

    @functools.wraps(tool)
    def reporting(**arguments: Any) -> dict[str, Any]:
        try:
            return tool(**arguments)
        except (KuzushijiError, OSError) as e:
            raise failure(" ".join(str(e).split())) from e

    return reporting
