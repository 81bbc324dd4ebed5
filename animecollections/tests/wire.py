"""A proxy that cuts one connection to PostgreSQL at a moment of its choice."""

from contextlib import suppress

from animecollections.tests.postgres import Proxy

READY = b"Z\0\0\0\5"  # the server has done all that it was sent


class Cutter(Proxy):
    """Counts the ways to the server: whatever the client sends at once is one."""

    left = 0  # ways until the cut; 0: none is to come
    is_after = False
    is_answering = False

    def cut_at(self, number, *, is_after):
        """Before the nth way is handed on, or once the server has answered it."""
        self.left, self.is_after = number, is_after

    def disarm(self):
        """Whether it has cut."""
        has_cut, self.left = self.left == 0, 0
        return has_cut

    async def pump(self, reader, writer):
        to_server = writer.get_extra_info("peername")[:2] == self.target
        with suppress(OSError):
            while data := await reader.read(65536):
                await self.flowing.wait()
                if to_server and self.left:
                    self.left -= 1
                    if not self.left:
                        if not self.is_after:
                            break
                        self.is_answering = True
                elif self.is_answering and not to_server:
                    if data[-6:-1] != READY:
                        continue
                    self.is_answering = False
                    break
                writer.write(data)
        reader._transport.abort()
        writer.transport.abort()
