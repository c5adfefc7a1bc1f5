"""What is filled in for an operator: name and roles, and a code or a password."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from pydantic import SecretStr
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QGridLayout,
    QLineEdit,
    QRadioButton,
    QWidget,
)
from typing_extensions import override

from console.files.text import has_hidden, shown
from console.ledger.operators.codes import GOOD_DAYS
from console.ledger.operators.credentials import SHORTEST_PASSWORD
from console.ledger.operators.enrolment import is_role
from console.ledger.operators.roles import MAY
from ui.acts.deeds.deed import DeedForm
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.widgets.basics import Field, button, caption, column_of, label, row_of
from ui.screens.control.operators.words import role_changes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.ledger.operators.page import OperatorRow

_DRAWN_BYTES: Final = 15  # 20 characters
_NOBODY: Final = "nobody in particular"


class PasswordFields(DeedForm):
    """A password typed twice, or drawn and shown as long as the dialog is open."""

    def __init__(self) -> None:
        super().__init__()
        self.first = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.second = QLineEdit(echoMode=QLineEdit.EchoMode.Password)
        self.draw_button = button("Draw one", compact=True)
        self._said = label(
            f"{SHORTEST_PASSWORD} characters at least.", tone="muted", font=label_font(), wrap=True
        )
        for one in (self.first, self.second):
            one.setFont(text_font(tabular=True))
            one.textChanged.connect(self.changed)
        self.first.textEdited.connect(self._hide_drawn)
        self.draw_button.clicked.connect(self.draw)
        both = row_of(Field("Password", self.first), Field("The same again", self.second), spacing=12)
        drawing = row_of(self.draw_button, self._said)
        drawing.setStretch(1, 1)
        self.setLayout(column_of(both, drawing, spacing=8))
        self.setFocusProxy(self.first)

    @property
    def password(self) -> SecretStr:
        """What was typed."""
        return SecretStr(self.first.text())

    @property
    @override
    def problem(self) -> str:
        """What keeps it from being a password."""
        if len(self.first.text()) < SHORTEST_PASSWORD:
            return f"a password has at least {SHORTEST_PASSWORD} characters"
        return "" if self.first.text() == self.second.text() else "the two passwords differ"

    def draw(self) -> None:
        """Draw a password that nobody has to think of, and show it."""
        drawn = secrets.token_urlsafe(_DRAWN_BYTES)
        for one in (self.first, self.second):
            one.setText(drawn)
            one.setEchoMode(QLineEdit.EchoMode.Normal)
        self._said.setText("Shown until this is closed, and never again: hand it over now.")

    def _hide_drawn(self) -> None:
        for one in (self.first, self.second):
            one.setEchoMode(QLineEdit.EchoMode.Password)
        self._said.setText(f"{SHORTEST_PASSWORD} characters at least.")


class HowPassword(DeedForm):
    """By a code, of which nobody learns the password, or by a password that is set now."""

    def __init__(self) -> None:
        super().__init__()
        self.by_code = QRadioButton("They set it with a code")
        self.now = QRadioButton("I set it now")
        self.fields = PasswordFields()
        self._about = label(
            f"You are shown the code once, and hand it over. It is good once, for {GOOD_DAYS} days.",
            tone="muted", font=label_font(), wrap=True,
        )  # fmt: skip
        group = QButtonGroup(self)
        for choice in (self.by_code, self.now):
            group.addButton(choice)
            choice.setFont(text_font())
        self.by_code.setAccessibleDescription(self._about.text())
        self.by_code.setChecked(True)
        self.fields.hide()
        self.now.toggled.connect(self._turn)
        self.fields.changed.connect(self.changed)
        ways = row_of(self.by_code, self.now, None, spacing=18)
        self.setLayout(
            column_of(caption("How they get a password"), ways, self._about, self.fields, spacing=8)
        )
        self.setFocusProxy(self.by_code)

    @property
    def password(self) -> SecretStr | None:
        """What was typed; None when they set it with a code."""
        return self.fields.password if self.now.isChecked() else None

    @property
    @override
    def problem(self) -> str:
        """What keeps it from being a password; a code is drawn, and right."""
        return self.fields.problem if self.now.isChecked() else ""

    def _turn(self, now: bool) -> None:  # noqa: FBT001 - a slot takes its value by position
        self.fields.setVisible(now)
        self._about.setVisible(not now)
        self.changed.emit()


class RoleBoxes(DeedForm):
    """A box for each role, with what it may do; or those that somebody has already."""

    def __init__(self, others: Sequence[OperatorRow], held: Sequence[str] = ()) -> None:
        """`held` are those of one who has some already."""
        super().__init__()
        self.like = QComboBox()
        self.like.addItem(_NOBODY, ())
        for row in others:
            if row.groups:
                self.like.addItem(f"{shown(row.name)} ({', '.join(row.groups)})", row.groups)
        self.boxes: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        for place, (role, may) in enumerate(MAY.items()):
            box = QCheckBox(role)
            box.setAccessibleDescription(may)
            box.setChecked(role in held)
            box.toggled.connect(self.changed)
            box.clicked.connect(self._go_own_way)
            grid.addWidget(box, place, 0)
            grid.addWidget(label(may, tone="muted", font=label_font(), wrap=True), place, 1)
            self.boxes[role] = box
        self.like.currentIndexChanged.connect(self._take)
        like = Field(
            "The same rights as", self.like, hint="Limits and allowances of a name stay that name's."
        )
        like.setVisible(not held)
        self.setLayout(column_of(like, caption("Roles"), grid, spacing=8))
        self.setFocusProxy(next(iter(self.boxes.values())))

    @property
    def roles(self) -> tuple[str, ...]:
        """Those that are ticked."""
        return tuple(role for role, box in self.boxes.items() if box.isChecked())

    @property
    @override
    def problem(self) -> str:
        """Say that nobody is without a role."""
        return "" if self.roles else "tick a role"

    def _take(self) -> None:
        given = self.like.currentData()
        if given:
            for role, box in self.boxes.items():
                box.setChecked(role in given)

    def _go_own_way(self) -> None:
        """Say that the roles are nobody's any more once one of them was changed by hand."""
        if self.like.currentData() and tuple(sorted(self.roles)) != tuple(sorted(self.like.currentData())):
            self.like.setCurrentIndex(0)


class OtherRoles(DeedForm):
    """The roles that somebody has, to be ticked and unticked; what comes of it is said below."""

    def __init__(self, row: OperatorRow) -> None:
        super().__init__()
        self._held = tuple(role for role in MAY if role in row.groups)
        self._boxes = RoleBoxes((), self._held)
        self.boxes = self._boxes.boxes
        self.comes_to = label(wrap=True)
        self._boxes.changed.connect(self._tell)
        self.setLayout(column_of(self._boxes, self.comes_to, spacing=10))
        self.setFocusProxy(self._boxes)
        self._tell()

    @property
    def roles(self) -> tuple[str, ...]:
        """Those that they have from then on."""
        return self._boxes.roles

    @property
    @override
    def problem(self) -> str:
        """Say that nothing is changed yet, or that nobody is without a role."""
        return self._boxes.problem or ("" if self.roles != self._held else "tick or untick a role")

    def _tell(self) -> None:
        self.comes_to.setText(role_changes(self._held, self.roles))
        self.changed.emit()


class NewOperator(DeedForm):
    """Everything of a new operator but the reason."""

    def __init__(self, others: Sequence[OperatorRow]) -> None:
        super().__init__()
        self._taken = {row.name for row in others}
        self.name = QLineEdit(placeholderText="such as mara.okafor")
        self.display_name = QLineEdit(placeholderText="as people write it")
        self.roles = RoleBoxes(others)
        self.passwords = HowPassword()
        for part in (self.name.textChanged, self.display_name.textChanged):
            part.connect(self.changed)
        for form in (self.roles, self.passwords):
            form.changed.connect(self.changed)
        who = row_of(Field("Signs in as", self.name), Field("Name", self.display_name), spacing=12)
        self.setLayout(column_of(who, self.roles, self.passwords, spacing=12))
        self.setFocusProxy(self.name)

    @property
    @override
    def problem(self) -> str:
        """What is wrong or missing, from the top."""
        name = self.name.text().strip()
        if not name:
            return "fill in: signs in as"
        if not is_role(name):
            return "a name has small letters, digits, dots and dashes, and begins with a letter"
        if name in self._taken:
            return "a role of this name is there already"
        if has_hidden(self.display_name.text()):
            return "the name holds a control or invisible character"
        return self.roles.problem or self.passwords.problem


class LeftFacts(DeedForm):
    """What an operator leaves open, before they are disabled; the deed waits until it was read."""

    def __init__(self) -> None:
        super().__init__()
        self._is_read = False
        self.lines = label(
            "Reading what they leave open\N{HORIZONTAL ELLIPSIS}",
            font=text_font(tabular=True), wrap=True, selectable=True,
        )  # fmt: skip
        title = caption("What they leave open")
        title.setBuddy(self.lines)
        inside = QWidget()
        inside.setLayout(column_of(title, self.lines, spacing=6))
        self.setLayout(column_of(inside))

    @property
    @override
    def problem(self) -> str:
        """Wait for the answer; one that does not come keeps nobody from disabling somebody."""
        return "" if self._is_read else "what they leave open is being read"

    def tell(self, words: str) -> None:
        """Show what was read, or that it cannot be read."""
        self._is_read = True
        self.lines.setText(words)
        self.changed.emit()
