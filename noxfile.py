"""Sessions for each supported Python: ``nox -s core`` is quick, ``nox -s tests`` is everything.

A Python that is not on this machine is skipped. ``make test`` stays the one command for a single Python.
"""

import nox

nox.options.sessions = ["core"]
nox.options.error_on_missing_interpreters = False
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "NUMBA_NUM_THREADS": "1"}


@nox.session(python=PYTHONS)
def core(session: nox.Session) -> None:
    """The core alone: it installs, every shipped model reads, and no framework is needed."""
    session.install(".")
    session.run("kuzushiji", "doctor", env={"KUZUSHIJI_HOME": session.create_tmp()})
    session.run("kuzushiji", "demo")


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """All tests, as ``make test`` runs them; PyTorch's CPU build must be where pip looks."""
    session.install("-e", ".[train,maps,evaluate,web,data,hub,mcp,course,docs,dev]")
    session.run(
        "pytest",
        "-n",
        "2",
        "--dist",
        "loadfile",
        *session.posargs,
        env={**ONE_THREAD, "KERAS_BACKEND": "torch"},
    )
