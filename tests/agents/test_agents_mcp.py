"""The MCP server as a client sees it: the SDK's own client, over standard input and output."""

import json
import os
import sys

import pytest

from kuzushiji.images import samples

mcp = pytest.importorskip("mcp", reason='needs the "mcp" extra')
anyio = pytest.importorskip("anyio")

CALLS = {
    "a character": ("read_character", {"path": "synthetic-tsu-1.png", "top": 2}),
    "outside": ("read_character", {"path": "../synthetic-tsu-1.png"}),
    "a wrong type": ("read_character", {"path": "synthetic-tsu-1.png", "top": "many"}),
    "a word": ("look_up", {"text": "haru", "limit": 3}),
    "alike": ("look_alikes", {"char": "U+304A"}),
    "a list": ("list_pictures", {}),
    "no page": ("read_page", {"path": "../synthetic-tsu-1.png"}),
}


async def talk(*words, calls):
    """Starts the server, and gives its greeting, its tools by name and an answer for each call."""
    command = mcp.StdioServerParameters(
        command=sys.executable,
        args=["-m", "kuzushiji", "mcp", *map(str, words)],
        env={"PYTHONPATH": os.environ.get("PYTHONPATH", "")},  # the SDK hands over little of the environment
    )
    async with mcp.Client(mcp.stdio_client(command), read_timeout_seconds=300) as connected:
        tools = {tool.name: tool for tool in (await connected.list_tools()).tools}
        answers = {name: await connected.call_tool(*call) for name, call in calls.items()}
        return connected.server_info.name, connected.instructions, tools, answers


@pytest.fixture(scope="module")
def talked(tmp_path_factory):
    folder = tmp_path_factory.mktemp("agents")
    samples.write(folder)
    (folder / "opened").mkdir()
    samples.write(folder / "opened")
    return anyio.run(lambda: talk(folder / "opened", "--model", "kmnist", calls=CALLS))


def value(answer):
    assert not answer.is_error
    found = json.loads(answer.content[0].text)
    assert answer.structured_content == found
    return found


def test_a_client_sees_the_tools_with_their_arguments(talked):
    name, instructions, tools, _ = talked
    assert name == "kuzushiji"
    assert set(tools) == {"list_pictures", "read_character", "read_page", "look_up", "look_alikes"}
    assert all(tool in instructions for tool in tools)
    assert tools["read_character"].input_schema["required"] == ["path"]
    assert set(tools["read_character"].input_schema["properties"]) == {"path", "box", "top"}
    for tool in tools.values():
        assert tool.annotations.read_only_hint
        assert tool.description
        assert "Raises" not in tool.description


def test_without_a_folder_only_looking_up_is_offered():
    tools = anyio.run(lambda: talk(calls={}))[2]
    assert set(tools) == {"look_up", "look_alikes"}


def test_a_character_is_read_over_the_protocol(talked):
    found = value(talked[3]["a character"])
    assert found["candidates"][0]["char"] == "つ"
    assert len(found["candidates"]) == 2
    assert found["file"] == "synthetic-tsu-1.png"


@pytest.mark.parametrize("call", ["outside", "no page"])
def test_a_path_outside_of_the_folders_is_refused_in_one_line(talked, call):
    answer = talked[3][call]
    said = answer.content[0].text
    assert answer.is_error
    assert "no such file in the folders that the user opened" in said
    assert "Traceback" not in said
    assert said.count("\n") == 0


def test_arguments_of_a_wrong_type_are_an_error_that_names_them(talked):
    assert talked[3]["a wrong type"].is_error
    assert "top" in talked[3]["a wrong type"].content[0].text


def test_characters_are_looked_up_and_listed_over_the_protocol(talked):
    assert "春" in [each["char"] for each in value(talked[3]["a word"])["characters"]]
    assert value(talked[3]["alike"])["char"] == "お"
    assert len(value(talked[3]["a list"])["files"]) == 20
