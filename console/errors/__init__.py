"""The ways in which the console can fail, one class a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.errors.problem import Problem


class ConsoleError(Exception):
    """A failure that is expected and explained; anything else is a bug."""

    exit_code = 1


class UsageError(ConsoleError):
    """What was asked for makes no sense; nothing was tried."""

    exit_code = 2


class UnavailableError(ConsoleError):
    """Something outside the console is not there now; the same call may work later."""

    exit_code = 3


class DatabaseUnreachableError(UnavailableError):
    """No connection to the server."""

    def __init__(self, where: str, reason: str) -> None:
        self.where = where
        self.reason = reason
        super().__init__(f"The database at {where} cannot be reached: {reason}")


class EmbeddedServerError(UnavailableError):
    """The embedded server could not be made or started."""


class SchemaError(UnavailableError):
    """The database holds no ledger, or one of another version."""


class AccessDeniedError(ConsoleError):
    """The server refused the act to this role."""


class ReadOnlyError(ConsoleError):
    """Something would have been written where nothing may be; nothing was changed."""


class OpenedReadOnlyError(ReadOnlyError):
    """The ledger was opened to be read, by its profile, a setting or an option."""

    def __init__(self) -> None:
        super().__init__(
            "This ledger was opened read-only. Nothing was changed. A production profile can be unlocked for "
            "a time, with a reason; else open it by a profile that may write, without LEDGER_READ_ONLY."
        )


class CancelledError(ConsoleError):
    """The operator cancelled the statement; the server has stopped it."""

    def __init__(self) -> None:
        super().__init__("Cancelled. Nothing was changed.")


class TimedOutError(ConsoleError):
    """A statement or a lock took longer than the session allows."""


class RefusedError(ConsoleError):
    """The ledger refused the act, and says why; nothing was changed."""

    def __init__(self, code: str, message: str, problems: Sequence[Problem] = ()) -> None:
        self.code = code
        self.problems = tuple(problems)
        super().__init__(message)


class OutcomeUnknownError(ConsoleError):
    """The answer to a COMMIT was lost; the same call with the same key tells."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(
            f"Unconfirmed: the connection broke before the server's answer. Operation {key} will tell."
        )


class LeaseLostError(ConsoleError):
    """Another keeper runs the ledger's jobs now; nothing was done."""


class StatementError(ConsoleError):
    """The server refused a statement for a reason the console did not foresee."""


class FileRefusedError(ConsoleError):
    """A file cannot be used; nothing was written."""

    def __init__(self, path: str, reason: str, *, line: int | None = None) -> None:
        self.path = path
        self.line = line
        where = path if line is None else f"{path}, line {line:,}"
        super().__init__(f"{where}: {reason}")


class WrongFileError(FileRefusedError, UsageError):
    """What was named is no file that can be used for this; nothing was tried."""

    exit_code = UsageError.exit_code


class LoadedBeforeError(ConsoleError):
    """A file, or the same lines in another one, became a batch before; nothing was written."""

    def __init__(self, batch: int, words: str, *, hint: str = "") -> None:
        self.batch = batch
        self.words = words
        super().__init__(f"{words} Nothing was written. {hint}".rstrip())


class LinesRefusedError(ConsoleError):
    """Lines of a file or batch are wrong; all problems are listed and nothing was written."""

    def __init__(self, problems: Sequence[Problem], total: int | None = None) -> None:
        self.problems = tuple(problems)
        self.total = len(self.problems) if total is None else total
        noun = "problem" if self.total == 1 else "problems"
        super().__init__(f"{self.total:,} {noun}. Nothing was written.")
