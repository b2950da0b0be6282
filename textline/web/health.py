"""For operators and their machines: liveness, readiness, metrics."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest

from textline import metrics
from textline.errors import TextlineError, Unavailable
from textline.runtime import Runtime
from textline.store import conversations, escalations, outbox, spool
from textline.web.session import Run

router = APIRouter()


@router.get("/health/live")
def live() -> dict[str, str]:
    """This process answers."""
    return {"status": "live"}


@router.get("/health/ready")
def ready(run: Run) -> JSONResponse:
    """Each dependency by name; 200 only when all are well."""
    checks = {"postgresql": run.store.version, "redis": run.live.server.ping}
    found = {name: _try(check) for name, check in checks.items()}
    well = all(state == "ok" for state in found.values())
    return JSONResponse(
        {"status": "ready" if well else "degraded", **found}, status_code=200 if well else 503
    )


def _try(check: object) -> str:
    try:
        assert callable(check)
        check()
    except TextlineError as error:
        return str(error)
    return "ok"


@router.get("/metrics")
def show_metrics(request: Request, run: Run) -> Response:
    """Prometheus' text format. Reachable from this machine only, or with a token: see docs/operating.md."""
    _measure(run)
    metrics.STREAMS.set(request.app.state.runtime.live.broadcast.open_streams)
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


def _measure(run: Runtime) -> None:
    try:
        with run.everywhere() as everywhere:
            _set(metrics.CONVERSATIONS, "state", conversations.counts(everywhere))
            metrics.LONGEST_WAIT.set(conversations.longest_wait(everywhere).total_seconds())
            _set(metrics.OUTBOX, "state", outbox.by_delivery(everywhere))
            _set(metrics.ESCALATIONS, "state", escalations.counts(everywhere))
            _set(metrics.HELD, "reason", spool.held(everywhere))
        oldest = run.live.inbox.oldest()
        metrics.INBOX_AGE.set(run.clock().timestamp() - oldest if oldest else 0)
        _set(metrics.JOBS, "queue", run.live.jobs.waiting())
    except Unavailable:
        metrics.REFUSED.labels("metrics_incomplete").inc()


def _set(gauge: Gauge, label: str, counts: dict[str, int]) -> None:
    gauge.clear()
    for name, count in counts.items():
        gauge.labels(**{label: name}).set(count)
