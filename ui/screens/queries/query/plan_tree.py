"""A query plan as a tree: node, what it reads, rows and cost; what was found wrong stands out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QBrush, QColor, QFont
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem

from ui.kit.formats import plain_tip
from ui.kit.theme.fonts import label_font, text_font
from ui.kit.theme.tokens import HEAD_HEIGHT, Tone

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.server.plans import Plan, PlanNode
    from ui.kit.formats import Formats
    from ui.kit.theme.theme import Theme

_HEADS: Final = ("Node", "On", "Rows", "Cost")
_NODE, _ON, _ROWS, _COST = range(4)
_ROW_PX: Final = 26
_WHOLE_FROM: Final = 100
_FIGURES = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_SPOKEN = Qt.ItemDataRole.AccessibleTextRole


class PlanTree(QTreeWidget):
    """All nodes unfolded; rows and cost are the server's estimates."""

    def __init__(self, theme: Theme, formats: Formats) -> None:
        super().__init__()
        self._theme = theme
        self._formats = formats
        self._items: list[tuple[PlanNode, QTreeWidgetItem]] = []
        self._marked: frozenset[int] = frozenset()
        self.setAccessibleName("Plan")
        self.setProperty("plan", True)
        self.setHeaderLabels(list(_HEADS))
        self.setFont(text_font(tabular=True))
        self.setIndentation(18)
        self.setUniformRowHeights(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setAllColumnsShowFocus(True)
        head = self.header()
        head.setFont(label_font())
        head.setFixedHeight(HEAD_HEIGHT)
        head.setSectionsMovable(False)
        head.setStretchLastSection(False)
        for column in (_NODE, _ON):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
        for column, width in ((_ROWS, 74), (_COST, 150)):
            head.resizeSection(column, width)
        for column in (_ROWS, _COST):
            self.headerItem().setTextAlignment(column, _FIGURES)
        theme.changed.connect(self._ink)

    def show_plan(self, plan: Plan) -> None:
        """Show a plan, the nodes with findings in the warning's colour."""
        self.clear()
        self._items = []
        self._marked = frozenset(id(finding.node) for finding in plan.findings)
        notes: dict[int, list[str]] = {}
        for finding in plan.findings:
            notes.setdefault(id(finding.node), []).append(finding.text)
        root = self._item(plan.root, notes)
        self.addTopLevelItem(root)
        self.expandAll()
        self._ink()
        self.setCurrentItem(root)

    def choose(self, node: PlanNode) -> None:
        """Select a node."""
        for shown, item in self._items:
            if shown is node:
                self.setCurrentItem(item)
                self.scrollToItem(item)

    def _item(self, node: PlanNode, notes: dict[int, list[str]]) -> QTreeWidgetItem:
        whole = self._formats.integer
        cost = f"{self._cost(node.startup_cost)}\N{EN DASH}{self._cost(node.total_cost)}"
        item = QTreeWidgetItem([node.kind, _place(node), whole(round(node.rows)), cost])
        for column in (_ROWS, _COST):
            item.setTextAlignment(column, _FIGURES)
        for column in range(len(_HEADS)):
            item.setSizeHint(column, QSize(0, _ROW_PX))
        found = notes.get(id(node), [])
        tip = "\n".join(part for part in (*found, node.condition or "") if part)
        if tip:
            for column in range(len(_HEADS)):
                item.setToolTip(column, plain_tip(tip))
        place = _place(node)
        on = f" on {place}" if place else ""
        spoken = f"{node.kind}{on}, {whole(round(node.rows))} rows, cost {self._cost(node.total_cost)}"
        item.setData(_NODE, _SPOKEN, ". ".join((spoken, *found)))
        self._items.append((node, item))
        item.addChildren(list(self._children(node.children, notes)))
        return item

    def _cost(self, units: float) -> str:
        return self._formats.decimals(units, 0 if units >= _WHOLE_FROM else 1)

    def _children(self, nodes: Iterable[PlanNode], notes: dict[int, list[str]]) -> Iterable[QTreeWidgetItem]:
        return (self._item(node, notes) for node in nodes)

    def _ink(self) -> None:
        tokens = self._theme.tokens
        plain, muted = QBrush(QColor(tokens.text)), QBrush(QColor(tokens.muted))
        wrong = QBrush(QColor(tokens.ink(Tone.WARNING)))
        strong = text_font(weight=QFont.Weight.DemiBold)
        for node, item in self._items:
            marked = id(node) in self._marked
            item.setForeground(_NODE, wrong if marked else plain)
            item.setForeground(_ON, wrong if marked else muted)
            for column in (_ROWS, _COST):
                item.setForeground(column, plain if column == _ROWS else muted)
            if marked:
                item.setFont(_NODE, strong)


def _place(node: PlanNode) -> str:
    """Return what a node reads: `transactions by transactions_pkey`, or nothing."""
    if node.relation and node.index:
        return f"{node.relation} by {node.index}"
    return node.relation or node.index or ""
