"""What the package raises, and how it asks for an optional dependency."""

from __future__ import annotations

TYPE_CHECKING = False  # typing's own costs a tenth of a cold start
if TYPE_CHECKING:
    from types import ModuleType


class KuzushijiError(Exception):
    """An input that cannot be used; the message is one line: what is wrong, in which input, what to do."""


class UsageError(KuzushijiError):
    """The command or call itself is wrong (exit code 2), as opposed to one of its inputs."""


def need(module: str, extra: str) -> ModuleType:
    """Imports an optional dependency, or says how to install it.

    Args:
        module: dotted name of the module, e.g. ``"sklearn.decomposition"``.
        extra: the extra of this package that installs it, e.g. ``"maps"``.

    Returns:
        The imported module.

    Raises:
        UsageError: the module's distribution is not installed.

    >>> need("math", extra="train").floor(2.5)
    2
    >>> need("nope", extra="maps")
    Traceback (most recent call last):
    ...
    kuzushiji.errors.UsageError: this needs the "maps" extra: pip install "kuzushiji[maps]" (no module nope)
    """
    import importlib

    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as e:
        missing = e.name or module
        if missing.split(".")[0] != module.split(".")[0]:
            raise
        raise UsageError(
            f'this needs the "{extra}" extra: pip install "kuzushiji[{extra}]" (no module {missing})'
        ) from e
