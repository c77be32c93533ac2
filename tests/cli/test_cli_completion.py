"""Completion by the shell: the script, and what it is answered."""

import os
import subprocess
import sys

import pytest


def completed(line, **env):
    """What bash is answered for a line with the cursor at its end."""
    words = line.split(" ")
    env = {
        **os.environ,
        "_KUZUSHIJI_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(words) - 1),
        **env,
    }
    done = subprocess.run(
        [sys.executable, "-m", "kuzushiji"], env=env, capture_output=True, text=True, check=True, timeout=120
    )
    assert done.stderr == ""
    return done.stdout.split()


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("kuzushiji do", {"doctor"}),
        ("kuzushiji data ex", {"export"}),
        ("kuzushiji read --ev", {"--evidence"}),
        ("kuzushiji page --no-c", {"--no-context"}),
        ("kuzushiji serve --p", {"--port"}),
    ],
)
def test_commands_and_options_are_completed(line, wanted):
    assert set(completed(line)) == wanted


def test_the_script_for_bash_asks_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "kuzushiji", "--show-completion"],
        env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert "--show-completion" in done.stderr  # without a shell to detect, its name is asked for
    done = subprocess.run(
        [sys.executable, "-m", "kuzushiji", "--show-completion", "bash"],
        env={**os.environ, "_TYPER_COMPLETE_TEST_DISABLE_SHELL_DETECTION": "1"},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert "_KUZUSHIJI_COMPLETE=complete_bash" in done.stdout
    assert "complete -o default -F" in done.stdout
