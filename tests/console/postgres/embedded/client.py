"""A console of its own process: starts the server, says so, and leaves when its input ends."""

from __future__ import annotations

import sys
from pathlib import Path

from console.errors import EmbeddedServerError
from console.postgres.embedded.server import EmbeddedServer


def main() -> int:
    try:
        with EmbeddedServer(Path(sys.argv[1])) as server:
            print(server.owner_url, flush=True)  # noqa: T201 -- this is how the test hears of it
            sys.stdin.read()
    except EmbeddedServerError as error:
        print(error, flush=True)  # noqa: T201 -- as above
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
