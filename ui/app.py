"""The command ledger-console: its options, the one window, and how it ends."""
# ruff: noqa: PLC0415 - Qt is loaded only after it is known that it can be: without a display it aborts

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from console import console_version
from console.errors import ConsoleError, UsageError
from ui.start.launch import check
from ui.start.sizes import DEMO_SIZE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QApplication

    from console.settings import Paths, Settings
    from ui.start.crash import CrashReporter
    from ui.start.session import OperatorSession

UNAVAILABLE: Final = 3
_INTERRUPTED: Final = 130
_WITHOUT_WINDOW: Final = ("offscreen", "minimal")


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for; `tour` is a folder when the tour is to be drawn.

    home: the user's profiles say which ledger there is; profile: the name of one, empty for the last.
    file: a batch's CSV file, which is opened after the sign-in.
    """

    settings: Settings
    paths: Paths
    demo: bool
    tour: Path | None = None
    home: bool = False
    profile: str = ""
    file: Path | None = None

    @property
    def demo_size(self) -> tuple[int, int] | None:
        """Users and transactions that an empty embedded ledger gets."""
        return DEMO_SIZE if self.demo else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Open the window or draw the tour; return 0, 1 failed, 2 asked wrongly, 3 not available."""
    options = _parser().parse_args(arguments)
    try:
        tour, refusal = _choose_display(options)
        if refusal:
            return _say(refusal, UNAVAILABLE)
        code, ended = _run(_request(options)) if tour is None else _run_tour(options, tour)
    except ConsoleError as error:
        return _say(str(error), error.exit_code)
    if not ended:
        # A thread still waits for a server that does not answer, and Qt would wait for the thread.
        logging.shutdown()
        os._exit(code)
    return code


class _TellVersion(argparse.Action):
    """Prints the version with its parts, which are looked up only then."""

    @override
    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        from console.workspace.diagnostics.parts import version_text

        print(version_text())  # noqa: T201 - the command's answer
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ledger-console", description="A desktop console for a credit ledger in PostgreSQL."
    )
    parser.add_argument(
        "file", metavar="FILE", nargs="?", type=Path, help="a batch's CSV file to open after the sign-in"
    )
    parser.add_argument(
        "--version", action=_TellVersion, nargs=0, help="say which console this is and its parts"
    )
    parser.add_argument("--demo", action="store_true", help="fill an empty embedded ledger with a demo first")
    parser.add_argument(
        "--data-dir", metavar="DIR", help="the folder of the embedded ledger (LEDGER_DATA_DIR)"
    )
    parser.add_argument(
        "--database-url",
        metavar="URL",
        help="a PostgreSQL server to use instead of the embedded one (LEDGER_DATABASE_URL). Leave the "
        "password out, or set the variable: others on this machine can read a command line",
    )
    parser.add_argument(
        "--profile", metavar="NAME", help="the ledger of this name in the list of ledgers (LEDGER_PROFILE)"
    )
    parser.add_argument(
        "--theme", choices=("system", "light", "dark", "contrast"), help="the colours (LEDGER_THEME)"
    )
    tours = parser.add_mutually_exclusive_group()
    tours.add_argument(
        "--tour",
        metavar="DIR",
        type=Path,
        help="walk through every screen of a demo ledger made for it, and write a picture of each; with "
        "--data-dir the demo ledger of that folder, in which it posts a batch",
    )
    tours.add_argument(
        "--or-tour",
        metavar="DIR",
        type=Path,
        help="open the window, or where there is no display draw the tour, always of a ledger made for it",
    )
    return parser


def _choose_display(options: argparse.Namespace) -> tuple[Path | None, str]:
    """Return the tour's folder, if there is to be one, and why nothing can be done."""
    launch = check()
    if launch.mode == "refused":
        return None, launch.reason
    tour: Path | None = options.tour
    if launch.mode == "window":
        asked = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0]
        if options.or_tour is None or asked not in _WITHOUT_WINDOW:
            return tour, ""
        tour = options.or_tour
        reason = f"There is no display here: QT_QPA_PLATFORM is {asked}."
    else:
        reason = launch.reason
        tour = tour or options.or_tour
        os.environ["QT_QPA_PLATFORM"] = launch.mode
    if tour is None:
        return None, reason
    if options.or_tour is not None:
        print(f"{reason} Drawing the tour into {tour} instead.", flush=True)  # noqa: T201 - the command's answer
    return tour, ""


def _request(options: argparse.Namespace) -> Request:
    from console.settings import Paths, Settings

    by_profile = _goes_by_profile(options)
    # Settings let the environment win over the file, so an option is the nearest environment.
    for name in ("database_url", "data_dir", "theme"):
        if getattr(options, name) is not None:
            os.environ[f"LEDGER_{name.upper()}"] = getattr(options, name)
    settings = Settings.load(Paths.standard())
    if settings.database_url is not None and options.demo:
        raise UsageError(
            "--demo fills the embedded ledger only; leave out --database-url (LEDGER_DATABASE_URL)."
        )
    paths = Paths.standard(settings.data_dir)
    told = settings.database_url is not None or settings.data_dir is not None or options.demo
    return Request(
        settings,
        paths,
        options.demo,
        home=not told if by_profile is None else by_profile,
        profile=options.profile or os.environ.get("LEDGER_PROFILE", ""),
        file=_readable(options.file),
    )


def _goes_by_profile(options: argparse.Namespace) -> bool | None:
    """Say whether a profile names the ledger: an option first, then the environment; None where neither does.

    Raises UsageError where a profile and something else are named equally near.
    """
    ledgers = [
        (options.profile, options.database_url or options.data_dir or options.demo),
        (
            os.environ.get("LEDGER_PROFILE"),
            os.environ.get("LEDGER_DATABASE_URL") or os.environ.get("LEDGER_DATA_DIR"),
        ),
    ]
    for profile, other in ledgers:
        if profile and other:
            raise UsageError(
                "A profile and something else name two ledgers equally near: leave out --profile "
                "(LEDGER_PROFILE), or --database-url, --data-dir and --demo (their variables)."
            )
        if profile or other:
            return bool(profile)
    return None


def _readable(file: Path | None) -> Path | None:
    """Return the whole path of the file to be opened; UsageError when it cannot be."""
    if file is None:
        return None
    try:
        is_there, is_file = file.exists(), file.is_file()
    except OSError as error:
        raise UsageError(
            f"{file} cannot be opened: {error.strerror}. Name the CSV file of a batch."
        ) from None
    if not is_there:
        raise UsageError(f"{file} is not there; name the CSV file of a batch, or start without one.")
    if not is_file:
        raise UsageError(f"{file} is no file; name the CSV file of a batch, or start without one.")
    if not os.access(file, os.R_OK):
        raise UsageError(f"{file} may not be read by this user; change its rights, or start without it.")
    return file.absolute()


def _run_tour(options: argparse.Namespace, tour: Path) -> tuple[int, bool]:
    """Take the tour with nothing of the user's; a ledger is named to be toured only beside --tour."""
    from ui.tour.place import own_folder, paths_of, settings_of

    if options.database_url is not None:
        raise UsageError(
            "The tour posts a batch, so it uses a demo ledger of its own, never a database URL's."
        )
    if options.file is not None:
        raise UsageError("The tour opens files of its own; leave out FILE, or --tour and --or-tour.")
    named = None if options.tour is None else options.data_dir
    with own_folder() as folder:
        return _run(Request(settings_of(options.theme), paths_of(folder, tour, named), demo=True, tour=tour))


def _run(request: Request) -> tuple[int, bool]:
    """Show the window until it is closed, or take the tour; return the code and whether all threads ended."""
    from PySide6.QtCore import QSettings

    from ui.kit.theme.theme import THEME_KEY, Theme, mode_of
    from ui.start.crash import CrashReporter
    from ui.start.logs import keep_log, log_qt_messages
    from ui.start.session import OperatorSession

    keep_log(request.paths.log)
    log_qt_messages()
    if request.tour is not None:
        # Where Qt's own file dialog, which the tour uses, remembers folders.
        native, user = QSettings.Format.NativeFormat, QSettings.Scope.UserScope
        QSettings.setPath(native, user, str(request.paths.config))
    application = _application()
    reporter = CrashReporter(application)
    reporter.install()
    store = QSettings(str(request.paths.state / "window.ini"), QSettings.Format.IniFormat)
    # A tour's pictures show the same whatever stands in the environment.
    asked = os.environ.get("LEDGER_THEME") if request.tour is None else None
    reporter.theme = theme = Theme(
        application, mode_of(asked, store.value(THEME_KEY), request.settings.theme)
    )
    session = OperatorSession(
        theme,
        request.settings,
        request.paths,
        store,
        demo=request.demo_size,
        ask=request.tour is not None,
        home=request.home,
        profile=request.profile,
        file=request.file,
    )
    code, ended = 1, False
    try:
        code = _work(application, session, request.tour, reporter)
    finally:
        store.sync()
        ended = session.leave()
        reporter.remove()
    return code, ended


def _work(
    application: QApplication, session: OperatorSession, tour: Path | None, reporter: CrashReporter
) -> int:
    """Let the operator work until the window is closed, or take the tour."""
    if tour is not None:
        from ui.tour.run import run_tour

        return run_tour(session, tour, reporter)
    # Ctrl+C and a system that ends let it leave in order; the sampler's timer lets Python hear of them.
    for wish in (signal.SIGINT, signal.SIGTERM):
        signal.signal(wish, lambda *_: application.exit(_INTERRUPTED))
    session.begin()
    return application.exec()


def _application() -> QApplication:
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QIcon
    from PySide6.QtWidgets import QApplication

    from ui.kit.worker import Collector

    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("ledger-console")
    application.setApplicationDisplayName("Ledger Console")
    application.setApplicationVersion(console_version())
    application.setDesktopFileName("ledger-console")
    application.setWindowIcon(QIcon(str(Path(str(files("resources"))) / "icons" / "ledger-console.svg")))
    Collector(application)
    return application


def _say(words: str, code: int) -> int:
    print(words, file=sys.stderr)  # noqa: T201 - the one sentence a command ends with
    return code
