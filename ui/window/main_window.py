"""The window: navigation between screens, and nothing else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMainWindow, QMenu, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from ui.kit.commands import Command, native
from ui.kit.formats import DOT
from ui.kit.notices import NoticesStrip
from ui.kit.theme.theme import THEME_KEY, Mode
from ui.kit.widgets.basics import column_of, line
from ui.kit.widgets.placing import KeptOnScreen, RoomArea
from ui.screen import Screen
from ui.window.about.opening import offer_about
from ui.window.bars.status_bar import StatusBar
from ui.window.bars.top_bar import TopBar
from ui.window.history import History, MouseWays, Place
from ui.window.keys.dialog import KeysDialog
from ui.window.navigation import Navigation
from ui.window.palette import Palette

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtGui import QAction, QCloseEvent, QResizeEvent, QShowEvent

    from console.ledger.audit.news import Topic
    from ui.context import Context
    from ui.routes import Route
    from ui.screen import ScreenEntry

_GEOMETRY = "window/geometry"
_EDGE_PX = 3
_KEYED_SCREENS = 9
# Below this the content needs the room of the navigation's words.
_NARROW_PX = 1000


class MainWindow(QMainWindow):
    """Shows one screen at a time; screens are made when they are first opened."""

    closing = Signal()
    refresh_asked = Signal()

    def __init__(self, context: Context, screens: Sequence[ScreenEntry]) -> None:
        super().__init__()
        self.context = context
        session = context.session
        self._entries = {entry.id: entry for entry in screens}
        self._made: dict[str, QWidget] = {}
        self._areas: dict[str, QWidget] = {}
        self._outdated: set[str] = set()
        self._history = History()
        self._mouse = MouseWays(context.commands.run, self)
        self._current = ""
        self.top_bar = TopBar(
            session.identity,
            operator=session.operator,
            role=session.rights.role,
        )
        self.navigation = Navigation(screens, context.icons)
        self.status_bar = StatusBar(context.formats)
        self.palette_dialog = Palette(context.commands, context.theme, self)
        self.strip = NoticesStrip(context.notices, context.icons)
        self._theme_actions: dict[Mode, QAction] = {}
        self._stack = QStackedWidget()
        self._build()
        self._register_commands()
        offer_about(self, context, self.top_bar, self.status_bar)
        self.top_bar.search_wanted.connect(self.open_palette)
        self.navigation.chosen.connect(self.choose_screen)
        context.navigator.wanted.connect(self.open_route)
        context.navigator.counted.connect(self.navigation.set_count)
        self._place = KeptOnScreen(self, context.store.value(_GEOMETRY))

    @property
    def entries(self) -> tuple[ScreenEntry, ...]:
        """The screens, in the order of the navigation."""
        return tuple(self._entries.values())

    @property
    def current_screen(self) -> QWidget | None:
        """The screen that is open."""
        return self._made.get(self._current)

    @property
    def current_id(self) -> str:
        """The id of the screen that is open."""
        return self._current

    def choose_screen(self, screen: str) -> None:
        """Open a screen by its id; one that is open already shows its start."""
        shown = self.current_screen
        if screen == self._current and isinstance(shown, Screen):
            self._take(shown.show_start)
        self.open_screen(screen)

    def open_screen(self, screen: str) -> None:
        """Open a screen by its id, as it was left."""
        if screen != self._current:
            self._take(partial(self._show, screen))

    def open_route(self, route: Route) -> None:
        """Open the place that a route names."""
        self._take(partial(self._follow, route))

    def go_back(self) -> None:
        """Show the place before again, as it was left."""
        self._return_to(self._history.back(self._now()))

    def go_forward(self) -> None:
        """Show the place again that was gone back from."""
        self._return_to(self._history.forward(self._now()))

    def open_palette(self) -> None:
        """Open the palette over the top of the window."""
        self.palette_dialog.open_with()

    def refresh_screen(self) -> None:
        """Load again what the screen shows."""
        if isinstance(self.current_screen, Screen):
            self.current_screen.refresh()

    def take_news(self, topics: frozenset[Topic]) -> None:
        """Let the screen shown follow what others did, the rest when they are shown; count what waits."""
        from ui.waiting import count_waiting, counted_anew  # noqa: PLC0415 - with the database's libraries, a second's work

        for screen, made in self._made.items():
            if isinstance(made, Screen) and made.topics & topics:
                self._outdated.add(screen)
        self._renew()
        for screen in counted_anew(topics):
            count_waiting(self.context, screen, self)

    def _renew(self) -> None:
        shown = self.current_screen
        if isinstance(shown, Screen) and self._current in self._outdated:
            self._outdated.discard(self._current)
            shown.renew()

    def refresh_now(self) -> None:
        """Load again because somebody asked for it."""
        self.refresh_asked.emit()
        self.refresh_screen()

    def focus_filter(self) -> None:
        """Go to the filter of the screen."""
        if isinstance(self.current_screen, Screen):
            self.current_screen.focus_filter()

    def cancel_running(self) -> None:
        """Cancel what runs for the screen."""
        if self.current_screen is not None:
            self.context.worker.cancel(self.current_screen)

    def show_keys(self) -> None:
        """Show the list of keys."""
        dialog = KeysDialog(self.context.commands, self.context, self)
        self.context.theme.dress(dialog)
        dialog.open()

    def choose_theme(self, mode: Mode) -> None:
        """Show another theme, at the next start too."""
        self.context.theme.set_mode(mode)
        self.context.store.setValue(THEME_KEY, mode.value)
        self._theme_actions[mode].setChecked(True)

    def offer_switch(self, run: Callable[[], None]) -> None:
        """Let another operator take over: by key, in the palette, and under the operator's name."""
        title, keys = "Switch operator", ("Ctrl+Shift+O",)
        words = "sign out log off in user"
        self.context.commands.add(Command("operator.switch", title, run, keys, "Window", words=words))
        self.top_bar.add_to_menu(title, run)

    def offer_backup(self, run: Callable[[], None]) -> None:
        """Let a ledger on this computer be backed up: in the palette, and under the operator's name."""
        title, words = "Back up this ledger…", "backup copy save restore"
        self.context.commands.add(Command("backup", title, run, group="Window", words=words))
        self.top_bar.add_to_menu(title, run)

    def offer_lock(self, run: Callable[[], None]) -> None:
        """Let the window be locked: by key, in the palette, and under the operator's name."""
        title, words = "Lock the window", "away screen password"
        self.context.commands.add(Command("lock", title, run, ("Ctrl+L",), "Window", words=words))
        self.top_bar.add_to_menu(title, run)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.navigation.set_narrow(narrow=event.size().width() < _NARROW_PX)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.windowHandle().installEventFilter(self._mouse)

    @override
    def closeEvent(self, event: QCloseEvent) -> None:
        self.context.store.setValue(_GEOMETRY, self.saveGeometry())
        self.closing.emit()
        super().closeEvent(event)

    def _now(self) -> Place:
        shown = self.current_screen
        route = shown.place if isinstance(shown, Screen) else None
        return Place.of(self._current, route, self.focusWidget())

    def _take(self, way: Callable[[], None]) -> None:
        """Take a new way; where it leads elsewhere, the place that was left can be gone back to."""
        left = self._now()
        way()
        if left.screen and self._now() != left:
            self._history.leave(left)
        self._hint(self._now())

    def _follow(self, route: Route) -> None:
        self._show(route.screen)
        shown = self.current_screen
        if isinstance(shown, Screen):
            shown.follow(route)

    def _return_to(self, place: Place | None) -> None:
        if place is None:
            return
        self._show(place.screen)
        shown = self.current_screen
        if isinstance(shown, Screen) and shown.place != place.route:
            shown.show_again(place.route)
        place.give_keyboard()
        self._hint(self._now())

    def _leave(self, screen: str) -> None:
        """Note the place that is left inside a screen; what goes on in one out of sight is no way."""
        if screen == self._current:
            self._history.leave(self._now())
            self._hint(None)

    def _hint(self, now: Place | None) -> None:
        """Say which ways there are; None while the place that comes is not shown yet."""
        ways = {"back": self._history.has_behind(now), "forward": self._history.has_ahead(now)}
        keys = {way: self.context.commands.keys_of(way) for way, there in ways.items() if there}
        words = [f"{native(one[0])} {way}" for way, one in keys.items() if one]
        self.status_bar.set_hint(DOT.join(words) or "F1 keys")

    def _no_way_back(self) -> str:
        return "" if self._history.has_behind(self._now()) else "nothing was opened before"

    def _no_way_forward(self) -> str:
        return "" if self._history.has_ahead(self._now()) else "nothing was gone back from"

    def _show(self, screen: str) -> None:
        if screen == self._current:
            return
        if screen not in self._made:
            made = self._made[screen] = self._entries[screen].factory(self.context)
            if isinstance(made, Screen):
                made.leaving.connect(partial(self._leave, screen))
                made.renamed.connect(self._name)
            # Where the window is lower or narrower than a screen can be, the screen scrolls.
            area = RoomArea(self._made[screen])
            # Each for itself: those that nobody sees cost a change of the theme nothing.
            self.context.theme.dress(area)
            self._areas[screen] = area
            self._stack.addWidget(area)
        self._current = screen
        self._stack.setCurrentWidget(self._areas[screen])
        self.navigation.mark(screen)
        self._name()
        self._renew()

    def _name(self) -> None:
        """Name what is shown in the title, by which windows are told apart."""
        shown = self.current_screen
        subject = shown.subject if isinstance(shown, Screen) else ""
        self.setWindowTitle(self._title(subject, self._entries[self._current].title))

    def _title(self, *shown: str) -> str:
        session = self.context.session
        parts = [*shown, session.identity.name, "Ledger Console"]
        if session.identity.environment:
            parts.insert(0, session.identity.environment.upper())
        return " \N{EN DASH} ".join(part for part in parts if part)

    def _build(self) -> None:
        body = QHBoxLayout()
        body.setSpacing(0)
        body.addWidget(self.navigation)
        body.addWidget(_upright_line())
        content = QWidget()
        content.setLayout(column_of(self._stack))
        body.addWidget(content, 1)
        self.strip.float_over(content)
        whole = QWidget()
        layout = QVBoxLayout(whole)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        foot = QVBoxLayout()
        identity = self.context.session.identity
        if identity.production or identity.colour != "grey":
            # Over the whole window, and at its foot too: whichever end one looks at, it is this ledger.
            for place in (layout, foot):
                edge = _edge("red" if identity.production else identity.colour)
                self.context.theme.dress(edge)
                place.addWidget(edge)
        layout.addWidget(self.top_bar)
        layout.addWidget(line())
        layout.addLayout(body, 1)
        layout.addWidget(line())
        layout.addWidget(self.status_bar)
        layout.addLayout(foot)
        self.setCentralWidget(whole)
        for part in (self.top_bar, self.navigation, self.strip, self.status_bar, self.palette_dialog):
            self.context.theme.dress(part)
        self.top_bar.set_menu(self._menu())

    def _register_commands(self) -> None:
        """Register what the window can do, one command a screen, and take all keys."""
        commands, group = self.context.commands, "Window"
        commands.add(
            Command("palette", "Search and commands", self.open_palette, ("Ctrl+K", "Ctrl+P"), group),
            Command("refresh", "Refresh", self.refresh_now, ("F5", "Ctrl+R"), group, words="reload"),
            Command("filter", "Go to the filter", self.focus_filter, ("Ctrl+F",), group, words="find"),
            Command(
                "back", "Back", self.go_back, _keys("Alt+Left", QKeySequence.StandardKey.Back), group,
                refusal=self._no_way_back,
            ),
            Command(
                "forward", "Forward", self.go_forward,
                _keys("Alt+Right", QKeySequence.StandardKey.Forward), group,
                refusal=self._no_way_forward,
            ),
            Command("cancel", "Cancel what runs", self.cancel_running, ("Ctrl+.",), group, words="stop"),
            Command("keys", "All keys", self.show_keys, ("F1",), group, words="shortcuts help"),
        )  # fmt: skip
        for place, entry in enumerate(self.entries, start=1):
            keys = (f"Alt+{place}",) if place <= _KEYED_SCREENS else ()
            run = partial(self.choose_screen, entry.id)
            commands.add(Command(f"go.{entry.id}", f"Go to {entry.title}", run, keys, "Screen"))
        for mode in Mode:
            run = partial(self.choose_theme, mode)
            commands.add(Command(f"theme.{mode.name.lower()}", f"Theme: {mode.word}", run, group=group))
        commands.install(self)

    def _menu(self) -> QMenu:
        """Return the menu behind the operator's name: themes and keys."""
        menu, theme = QMenu(self.top_bar), self.context.theme
        group = QActionGroup(menu)
        for mode in Mode:
            action = menu.addAction(f"{mode.word.capitalize()} theme", partial(self.choose_theme, mode))
            action.setCheckable(True)
            action.setChecked(mode is theme.mode)
            group.addAction(action)
            self._theme_actions[mode] = action
        menu.addSeparator()
        menu.addAction("All keys", self.show_keys)
        return menu


def _keys(key: str, standard: QKeySequence.StandardKey) -> tuple[str, ...]:
    """Return a key, and those that the platform has for the same.

    Without Backspace, as browsers do now: who takes a list for a field would lose the place.
    """
    written = QKeySequence.SequenceFormat.PortableText
    others = [one.toString(written) for one in QKeySequence.keyBindings(standard)]
    return tuple(dict.fromkeys((key, *(one for one in others if "Backspace" not in one))))


def _upright_line() -> QFrame:
    made = line()
    made.setFixedWidth(1)
    made.setMinimumHeight(0)
    made.setMaximumHeight(16_777_215)
    return made


def _edge(colour: str) -> QFrame:
    """Return the line in a ledger's colour that frames its window."""
    made = QFrame()
    made.setProperty("mark", colour)
    made.setFixedHeight(_EDGE_PX)
    return made
