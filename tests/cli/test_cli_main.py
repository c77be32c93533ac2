import importlib.util
import os
import signal
import subprocess
import sys
import warnings
from types import SimpleNamespace

import pytest
import typer

from kuzushiji import __version__, cli
from kuzushiji.cli import COMMANDS
from kuzushiji.cli.command_line import app as _app
from kuzushiji.datasets.layouts.folders import OwnDataWarning
from kuzushiji.errors import KuzushijiError, UsageError


@pytest.fixture
def command(monkeypatch):
    """Puts a command of one's own in the place of ``demo``."""

    def put(function, **options):
        module = type(
            "group", (), {"register": staticmethod(lambda app: app.command("demo", **options)(function))}
        )
        only_here = SimpleNamespace(import_module=lambda name: module, util=importlib.util)
        monkeypatch.setattr(_app, "importlib", only_here)

    return put


def kuzushiji(*words, **options):
    return subprocess.run(
        [sys.executable, "-m", "kuzushiji", *words],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_version_shows_licences_and_attribution(capsys):
    assert cli.main(["--version"]) == 0
    shown = capsys.readouterr().out
    assert f"kuzushiji {__version__}" in shown
    assert "MIT" in shown
    assert "CC BY-SA 4.0" in shown
    assert "created by CODH" in shown


def test_help_lists_every_command_that_is_there(capsys):
    assert cli.main(["--help"]) == 0
    shown = capsys.readouterr().out
    for command, module in COMMANDS.items():
        if importlib.util.find_spec(f"kuzushiji.cli.{module}"):
            assert command in shown


def test_the_fixed_commands_are_all_in_the_table():
    fixed = {"data", "read", "train", "evaluate", "map", "serve", "export", "demo"}
    assert fixed <= set(COMMANDS)


def test_no_command_shows_the_help_and_is_wrong_usage(capsys):
    assert cli.main([]) == 2
    assert "Usage" in capsys.readouterr().out


@pytest.mark.parametrize(
    "words", [["raed"], ["read", "--nonsense"], ["read"], ["demo", "--nonsense"], ["--nonsense"]]
)
def test_wrong_usage_is_one_line_and_2(capsys, words):
    assert cli.main(words) == 2
    error = capsys.readouterr().err
    assert error.startswith("kuzushiji: error: ")
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (KuzushijiError("the file is bad\nvery bad"), 1),
        (UsageError("give a name"), 2),
        (typer.BadParameter("not a number"), 2),
        (FileNotFoundError(2, "No such file", "x.png"), 1),
        (ZeroDivisionError("division by zero"), 1),
    ],
)
def test_every_error_is_one_line_and_has_its_code(capsys, command, error, code):
    def fails():
        raise error

    command(fails)
    assert cli.main(["demo"]) == code
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("kuzushiji: error: ")
    assert shown.err.count("\n") == 1


@pytest.mark.parametrize("words", [["--debug", "demo"], ["demo", "--debug"]])
def test_debug_shows_the_traceback_wherever_it_stands(command, words):
    def fails():
        raise KuzushijiError("the file is bad")

    command(fails)
    with pytest.raises(KuzushijiError):
        cli.main(words)


def test_a_command_with_a_debug_of_its_own_gets_to_see_it(command):
    seen = []

    def takes(debug: bool = False):
        seen.append(debug)

    command(takes)
    assert cli.main(["demo", "--debug"]) == 0
    assert cli.main(["demo"]) == 0
    assert seen == [True, False]


def test_after_two_dashes_debug_is_an_argument(command):
    seen = []

    def takes(names: list[str]):
        seen.extend(names)

    command(takes)
    assert cli.main(["demo", "--", "--debug"]) == 0
    assert seen == ["--debug"]


def test_exit_codes_of_commands_pass(command):
    def stops():
        raise typer.Exit(1)

    command(stops)
    assert cli.main(["demo"]) == 1


def test_control_c_is_quiet(capsys, command):
    def interrupted():
        raise KeyboardInterrupt

    command(interrupted)
    assert cli.main(["demo"]) == 130
    assert "Traceback" not in capsys.readouterr().err


def test_only_the_group_that_is_asked_for_is_imported():
    code = (
        "import sys; from kuzushiji.cli import main; main(['read', '--help']);"
        "print(sorted(m for m in sys.modules if m.startswith('kuzushiji.cli.') and m.endswith('_cli')),"
        "[m for m in ('torch', 'keras', 'sklearn', 'onnxruntime', 'typer', 'rich') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.splitlines()[-1] == "['kuzushiji.cli.read_cli'] []"


def test_python_dash_m_works():
    done = kuzushiji("--version")
    assert done.returncode == 0
    assert __version__ in done.stdout


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_a_closed_pipe_is_quiet(tmp_path):
    missing = [str(tmp_path / f"{i}.png") for i in range(3)]
    process = subprocess.Popen(
        [sys.executable, "-m", "kuzushiji", "--help", *missing],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.wait(60) in (0, 1)
    assert process.stderr.read() == b""
    process.stderr.close()


@pytest.mark.skipif(os.name == "nt", reason="signals and pipes of POSIX")
def test_control_c_while_reading_a_list_is_130_and_quiet(tiny_model):
    process = subprocess.Popen(
        [sys.executable, "-m", "kuzushiji", "read", "-", "--model", str(tiny_model())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        # A shell that starts the tests in the background has them, and so their children, ignore Ctrl-C.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        process.stdin.write(b"missing.png\n" * 5000)
        process.stdin.flush()
        assert process.stderr.readline().startswith(b"kuzushiji: error: ")
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 130
        assert b"Traceback" not in errors
    finally:
        process.kill()
        process.communicate()


def test_a_usage_error_names_the_help_of_its_command(capsys):
    assert cli.main(["data", "get", "--nonsense"]) == 2
    assert capsys.readouterr().err.endswith("(see kuzushiji data get --help)\n")


def test_warnings_of_this_package_are_notes_and_others_stay(capsys, command):
    def warns():
        warnings.warn("no class map\nhere", OwnDataWarning, stacklevel=1)
        warnings.warn("no class map here", OwnDataWarning, stacklevel=1)
        warnings.warn("of another package", UserWarning, stacklevel=1)

    command(warns)
    with pytest.warns(UserWarning, match="of another package") as caught:
        assert cli.main(["demo"]) == 0
    assert len(caught) == 1
    assert capsys.readouterr().err == "kuzushiji: note: no class map here\n"


def test_output_that_was_closed_before_the_start_goes_nowhere(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert cli.main(["--version"]) == 0
    assert cli.main(["--nonsense"]) == 2
