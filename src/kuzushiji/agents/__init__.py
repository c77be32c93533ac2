"""Tools for agents over the Model Context Protocol: read a page or a character, look a character up.

``kuzushiji mcp`` starts the server. `Tools` holds what the tools do and needs nothing but the core;
`create_server` offers them by the official SDK (extra ``mcp``). Pictures are read from the folders that the
user names, and from nowhere else.
"""

from __future__ import annotations

from kuzushiji.agents.folders import Folders
from kuzushiji.agents.server import create_server
from kuzushiji.agents.tools import Tools

__all__ = ["Folders", "Tools", "create_server"]
