"""For operators and their machines: liveness, readiness, metrics."""

import hmac
from datetime import timedelta

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from textline import metrics
from textline.errors import NotFound, TextlineError, Unavailable
from textline.flow.watch import CLOCK
from textline.runtime import Runtime
from textline.store import alarms, calls, conversations, escalations, outbox, pulses, spool
from textline.web.session import Run

router = APIRouter()
CLOCK_LIMIT = timedelta(seconds=30)


@router.get("/health/live")
def live() -> dict[str, str]:
    """This process answers."""
    return {"status": "live"}


@router.get("/health/ready")
def ready(run: Run) -> JSONResponse:
    """Each dependency by name, the clock process among them; 200 only when all are well: what a monitor asks."""
    checks = {
        "postgresql": run.store.version,
        "redis": run.live.server.ping,
        "clock": lambda: _clock_ticks(run),
    }
    found = {name: _try(check) for name, check in checks.items()}
    well = all(state == "ok" for state in found.values())
    return JSONResponse(
        {"status": "ready" if well else "degraded", **found}, status_code=200 if well else 503
    )


def _clock_ticks(run: Runtime) -> None:
    with run.everywhere() as everywhere:
        silence = pulses.silence(everywhere, CLOCK)
    if silence is None or silence > CLOCK_LIMIT:
        said = f"for {silence.total_seconds():.0f} s" if silence else "yet"
        raise Unavailable(f"the clock has not been heard {said}: start `python -m workers.clock`")


def _try(check: object) -> str:
    try:
        assert callable(check)
        check()
    except TextlineError as error:
        return str(error)
    return "ok"


@router.get("/metrics")
def show_metrics(request: Request, run: Run) -> Response:
    """Prometheus' text format: for whoever brings TEXTLINE_METRICS_TOKEN; in a demonstration, for anybody.

    Raises:
        NotFound: for anybody else.
    """
    if not _may_measure(request, run):
        raise NotFound("There is no such page.")
    _measure(run)
    metrics.STREAMS.set(run.live.broadcast.open_streams)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _may_measure(request: Request, run: Runtime) -> bool:
    token = run.settings.metrics_token
    if token is None:
        return run.settings.demo
    given = request.headers.get("authorization", "").removeprefix("Bearer ")
    return hmac.compare_digest(given.encode(), token.get_secret_value().encode())


def _measure(run: Runtime) -> None:
    try:
        with run.everywhere() as everywhere:
            _set(metrics.CONVERSATIONS, "state", conversations.counts(everywhere))
            metrics.LONGEST_WAIT.set(conversations.longest_wait(everywhere).total_seconds())
            _set(metrics.OUTBOX, "state", outbox.by_delivery(everywhere))
            _set(metrics.ESCALATIONS, "state", escalations.counts(everywhere))
            _set(metrics.HELD, "reason", spool.held(everywhere))
            metrics.CALLS.set(calls.waiting(everywhere))
            _set(metrics.ALARMS, "kind", alarms.counts(everywhere))
        oldest = run.live.inbox.oldest()
        metrics.INBOX_AGE.set(run.clock().timestamp() - oldest if oldest else 0)
        _set(metrics.JOBS, "queue", run.live.jobs.waiting())
    except Unavailable:
        metrics.MEASURED.set(0)
    else:
        metrics.MEASURED.set(1)


def _set(gauge: Gauge, label: str, counts: dict[str, int]) -> None:
    gauge.clear()
    for name, count in counts.items():
        gauge.labels(**{label: name}).set(count)
