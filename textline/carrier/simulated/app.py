"""Builds the simulated carrier's application and the server that runs it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from textline.carrier.simulated import control, outbound
from textline.carrier.simulated.account import Keys
from textline.carrier.simulated.api import Api
from textline.carrier.simulated.trouble import TRANSPORT
from textline.carrier.simulated.world import World


class _Breakable(HttpToolsProtocol):
    """uvicorn's HTTP, with the connection in the scope so that `trouble` can break it off."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope[TRANSPORT] = self.transport  # type: ignore[literal-required]


def build(keys: Keys, data: Path) -> FastAPI:
    """The application; its state is a file under `data`."""
    world = World(keys, data)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        outbound.resume(world)
        yield
        await world.close()

    app = FastAPI(title="Simulated carrier", lifespan=lifespan)
    app.include_router(control.router(world))
    app.router.routes.extend(Api(world).routes())
    return app


def server(keys: Keys, data: Path, port: int, host: str = "127.0.0.1") -> uvicorn.Server:
    """The server for it; it listens on this machine only unless told otherwise."""
    config = uvicorn.Config(
        build(keys, data),
        host=host,
        port=port,
        http=_Breakable,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
