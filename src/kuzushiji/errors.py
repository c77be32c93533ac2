"""What the package raises, and how it asks for an optional dependency."""

from __future__ import annotations

from enum import StrEnum

TYPE_CHECKING = False  # typing's own costs a tenth of a cold start
if TYPE_CHECKING:
    from types import ModuleType


class ErrorCode(StrEnum):
    """What is wrong with an input, as a value: the code in JSON. Codes are added, never renamed."""

    NOT_AN_IMAGE = "not-an-image"
    DAMAGED = "damaged"
    TOO_LARGE = "too-large"
    TOO_COSTLY = "too-costly"
    CANNOT_OPEN = "cannot-open"
    FOLDER = "folder"
    EMPTY_FOLDER = "empty-folder"
    OTHER = "other"


class KuzushijiError(Exception):
    """An input that cannot be used; the message is one line: what is wrong, in which input, what to do.

    Attributes:
        code: the kind of error.
    """

    def __init__(self, message: str = "", code: ErrorCode = ErrorCode.OTHER) -> None:
        """Takes the line, and the kind of error where a caller may want to know it."""
        super().__init__(message)
        self.code = code


class UsageError(KuzushijiError):
    """The command or call itself is wrong (exit code 2), as opposed to one of its inputs."""


def exhausted(error: BaseException) -> bool:
    """Whether an error says that this process is out of open files or memory: no input is to blame.

    >>> exhausted(OSError(24, "Too many open files")), exhausted(OSError(2, "No such file or directory"))
    (True, False)
    """
    import errno

    if isinstance(error, OSError):
        return error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOMEM)
    return isinstance(error, MemoryError)


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
