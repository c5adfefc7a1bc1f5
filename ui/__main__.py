"""Opens the window: `python -m ui`, and the frozen `ledger-console`."""

from __future__ import annotations

import sys

from ui.app import main

if __name__ == "__main__":
    sys.exit(main())
