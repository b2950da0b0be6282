"""Structured logs. They hold identifiers only: never a phone number, never a body.

Call `get(__name__).info("text recorded", conversation=12)`; the event is a constant phrase, and the rest are
identifiers and counts.
"""

import logging
import sys
from typing import Any

import structlog


def start(level: str) -> None:
    """Send one JSON object a line to standard error, from `level` upwards, libraries included."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                _exception_name,
                _first_line,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for server in ("uvicorn", "uvicorn.error"):  # its own handlers would print an exception's text
        logging.getLogger(server).handlers.clear()
        logging.getLogger(server).propagate = True
    for noisy in (
        "httpx",
        "httpcore",
        "urllib3",
        "twilio",
        "twilio.http_client",
        "rq.worker",
        "sse_starlette.sse",
        "uvicorn.access",
    ):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _exception_name(_logger: Any, _method: str, event: Any) -> Any:
    """Replace an exception by its type and the places it passed, at any level.

    Its text could quote a text message, and so could the locals of its frames.
    """
    exc_info = event.pop("exc_info", None)
    if exc_info is True:
        exc_info = sys.exc_info()
    elif isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    if exc_info and exc_info[0] is not None:
        event["error"] = exc_info[0].__name__
        event["at"] = _places(exc_info[2])
    return event


def _first_line(_logger: Any, _method: str, event: Any) -> Any:
    """Keep a message's first line: libraries, RQ among them, put an exception's whole text on the next."""
    event["event"] = str(event.get("event")).split("\n", 1)[0]
    return event


def _places(traceback: Any) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places[-6:]


def get(name: str) -> Any:
    """The logger of a module."""
    return structlog.stdlib.get_logger(name)
