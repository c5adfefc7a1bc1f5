"""Charts: the only users of pyqtgraph."""
