"""A way to a server on this machine that counts the bytes that come back through it."""

import contextlib
import socket
import threading
from collections.abc import Iterator

AT_ONCE_BYTES = 1 << 18


class Counting:
    """What came from the server so far."""

    def __init__(self, port: int, server: int):
        self.port, self.server = port, server
        self.bytes = 0
        self.lock = threading.Lock()

    def forward(self, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
        with contextlib.suppress(OSError):
            while content := source.recv(AT_ONCE_BYTES):
                target.sendall(content)
                if is_answer:
                    with self.lock:
                        self.bytes += len(content)
        for each in (source, target):
            with contextlib.suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)

    def serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", self.server))
                for pair in ((client, server, False), (server, client, True)):
                    threading.Thread(target=self.forward, args=pair, daemon=True).start()


@contextlib.contextmanager
def counting(server: int) -> Iterator[Counting]:
    """A port that leads to the server's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = Counting(listener.getsockname()[1], server)
        threading.Thread(target=found.serve, args=(listener,), daemon=True).start()
        yield found
