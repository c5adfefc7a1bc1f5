"""A proxy on the loopback between clients and a server: passes, resets, black-holes, cuts at COMMIT."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
import threading
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal, Self, TypeAlias

from tests.faults.proxy.wire import Backend, Frontend

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from types import TracebackType
    from typing import Any, TypeVar

    Answer = TypeVar("Answer")

# Where the server is now: the folder of its socket or a loopback address, and the port.
Place: TypeAlias = Callable[[], tuple[str, int]]
Moment: TypeAlias = Literal["before", "after"]

_CHUNK: Final = 65536
_WAIT_S: Final = 10.0
# RST instead of FIN: the peer's next read fails, as after a router's reboot.
_RESET: Final = struct.pack("ii", 1, 0)


class Link:
    """One client's connection and its own to the server."""

    def __init__(self, proxy: Proxy, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.swallowing = asyncio.Event()
        self._proxy = proxy
        self._client = client
        self._server = server
        self._frontend = Frontend()
        self._backend = Backend()
        self._cut_at_answer = False

    async def carry(self, client: asyncio.StreamReader, server: asyncio.StreamReader) -> None:
        """Pass both ways until one side ends; what is under way when the server ends still arrives."""
        pumps = [asyncio.create_task(self._up(client)), asyncio.create_task(self._down(server))]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            if self.swallowing.is_set():
                # The ends of a black hole see nothing of each other until somebody closes it.
                await asyncio.wait(pumps)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for writer in (self._client, self._server):
                writer.close()

    def reset(self) -> None:
        """End both sides at once; the client is told by RST."""
        raw = self._client.get_extra_info("socket")
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._client.transport.abort()
        self._server.transport.abort()

    async def _up(self, client: asyncio.StreamReader) -> None:
        while data := await client.read(_CHUNK):
            for message in self._frontend.feed(data):
                if message.asks_for_encryption:
                    self._client.write(b"N")
                    continue
                if message.commits and not self._cut_at_answer and (moment := self._proxy.armed()):
                    if moment == "before":
                        self._proxy.cuts["before"] += 1
                        self.reset()
                        return
                    self._cut_at_answer = True
                if self._server.is_closing():
                    return
                if not self.swallowing.is_set():
                    self._server.write(message.raw)
            await self._server.drain()

    async def _down(self, server: asyncio.StreamReader) -> None:
        while data := await server.read(_CHUNK):
            for state in self._backend.feed(data):
                self._frontend.in_block = state != b"I"
                if self._cut_at_answer and state == b"I":
                    self._proxy.cuts["after"] += 1
                    self.reset()
                    return
            if self._client.is_closing():
                return
            if not self.swallowing.is_set() and not self._cut_at_answer:
                self._client.write(data)
                await self._client.drain()


class Proxy:
    """Runs in a thread of its own; every call may come from any thread."""

    def __init__(self, place: Place) -> None:
        self.cuts: Counter[Moment] = Counter()
        self.port = 0
        self._place = place
        self._links: list[Link] = []
        self._armed: list[Moment] = []
        self._hole_until = 0.0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            self._server = self._do(asyncio.start_server(self._accept, "127.0.0.1", 0))
        except BaseException:
            self._end()
            raise
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._do(self._close())
        finally:
            self._end()

    def cut(self, moment: Moment) -> None:
        """Cut the next connection that commits a write, right before or right after the server did."""
        self._loop.call_soon_threadsafe(self._armed.append, moment)

    def armed(self) -> Moment | None:
        """Take the oldest cut that waits for a commit; for links only."""
        return self._armed.pop(0) if self._armed else None

    def reset(self, victim: int) -> bool:
        """Reset one of the connections; false when there is none."""

        async def reset() -> bool:
            if self._links:
                self._links[victim % len(self._links)].reset()
                return True
            return False

        return self._do(reset())

    def black_hole(self, victim: int, seconds: float) -> bool:
        """Forward nothing of one connection, and of all new ones, for a while, then reset what hangs."""

        async def begin() -> bool:
            if not self._links:
                return False
            link = self._links[victim % len(self._links)]
            link.swallowing.set()
            self._hole_until = max(self._hole_until, self._loop.time() + seconds)
            self._loop.call_later(seconds, link.reset)
            return True

        return self._do(begin())

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._place()
        try:
            if host.startswith("/"):
                up_reader, up_writer = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
            else:
                up_reader, up_writer = await asyncio.open_connection(host, port)
        except OSError:
            writer.close()
            return
        link = Link(self, writer, up_writer)
        left = self._hole_until - self._loop.time()
        if left > 0:
            link.swallowing.set()
            self._loop.call_later(left, link.reset)
        self._links.append(link)
        try:
            await link.carry(reader, up_reader)
        except OSError:
            link.reset()
        finally:
            self._links.remove(link)

    async def _close(self) -> None:
        self._server.close()
        for link in list(self._links):
            link.reset()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, Answer]) -> Answer:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_WAIT_S)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_WAIT_S)
        self._loop.close()
