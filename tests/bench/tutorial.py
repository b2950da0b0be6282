"""`tutorial`: the usual build of this shape. A form becomes a job, a job becomes rows, a publish becomes an event."""

import os
from collections.abc import AsyncIterator

from fastapi import FastAPI, Request, Response
from redis import Redis
from redis import asyncio as aioredis
from rq import Queue
from sse_starlette import EventSourceResponse, ServerSentEvent
from twilio.request_validator import RequestValidator

from tests.bench.plain import EMPTY


def build() -> FastAPI:
    """The app; addresses and the token come from the environment."""
    app = FastAPI(openapi_url=None)
    url, validator = os.environ["BENCH_PUBLIC_URL"], RequestValidator(os.environ["BENCH_TOKEN"])
    redis_url = os.environ["BENCH_REDIS_URL"]
    queue = Queue("texts", connection=Redis.from_url(redis_url))

    @app.post("/webhooks/twilio/sms")
    async def sms(request: Request) -> Response:
        form = dict(await request.form())
        signature = request.headers.get("x-twilio-signature", "")
        if not validator.validate(f"{url}{request.url.path}", form, signature):
            return Response(status_code=403)
        queue.enqueue("tests.bench.tutorial_job.record", form["MessageSid"], form["From"], form["Body"])
        return Response(EMPTY, media_type="text/xml")

    @app.get("/events/{volunteer}")
    async def events(volunteer: int) -> Response:
        return EventSourceResponse(_events(redis_url, volunteer))

    @app.get("/health/ready")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app


async def _events(redis_url: str, volunteer: int) -> AsyncIterator[ServerSentEvent]:
    async with aioredis.Redis.from_url(redis_url) as redis, redis.pubsub() as pubsub:
        await pubsub.subscribe(f"volunteer:{volunteer}")
        async for message in pubsub.listen():
            if message["type"] == "message":
                yield ServerSentEvent(event=message["data"].decode(), data="")
