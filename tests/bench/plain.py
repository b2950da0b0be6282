"""`plain`: the bare limit. The same form, the same signature, the same answer; nothing is stored."""

import os
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from twilio.request_validator import RequestValidator

EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response></Response>'


def build() -> FastAPI:
    """The app; the public address and the token come from the environment."""
    app = FastAPI(openapi_url=None)
    url, validator = os.environ["BENCH_PUBLIC_URL"], RequestValidator(os.environ["BENCH_TOKEN"])

    @app.post("/webhooks/twilio/sms")
    async def sms(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
        signature = request.headers.get("x-twilio-signature", "")
        if not validator.validate(f"{url}{request.url.path}", form, signature):
            return Response(status_code=403)
        return Response(EMPTY, media_type="text/xml")

    @app.get("/health/ready")
    def ready() -> dict[str, str]:
        return {"status": "ready"}

    return app
