"""Makes the API late, busy, broken or silent, as told."""

import asyncio
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from textline.carrier.simulated.misbehaviour import Ways

# The HTTP protocol of `serve` puts a request's connection here: ASGI itself has no way to break one off.
TRANSPORT = "textline.transport"
_SILENCE = 3600.0


async def within(
    ways: Ways,
    request: Request,
    work: Callable[[], Awaitable[Response]],
    error: Callable[[int, int], Response],
) -> Response:
    """Answer a request, well or badly."""
    now = ways.now
    await asyncio.sleep(now.api_delay_s)
    if ways.strikes(now.api_429_rate):
        return error(20429, 429)
    silent, broken, down = (
        ways.strikes(rate) for rate in (now.api_timeout_rate, now.api_reset_rate, now.api_5xx_rate)
    )
    if not (silent or broken or down):
        return await work()
    if ways.strikes(now.api_taken_rate):
        await work()
    if silent:
        await _until_gone(request)
    elif broken:
        request.scope[TRANSPORT].abort()
    return error(20500, 503)


async def _until_gone(request: Request) -> None:
    """Say nothing until the client has gone."""
    ends = asyncio.get_running_loop().time() + _SILENCE
    while asyncio.get_running_loop().time() < ends and not await request.is_disconnected():
        await asyncio.sleep(0.05)
