"""How a web process leaves: whoever has just connected is still answered."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Between a connection and its request there is a journey. uvicorn closes what has no request yet, at once.
PATIENCE_S = 0.7


class Patient(HttpToolsProtocol):
    """uvicorn's own protocol, which on leaving waits for what is on its way."""

    def shutdown(self) -> None:
        """Close a quiet connection after a while, and a busy one after its answer."""
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(PATIENCE_S, super().shutdown)
        else:
            super().shutdown()
