"""Logs: one JSON object a line, and never a number or a body, whatever goes wrong.

In processes of their own, since `log.start` takes over the whole process's logging.
"""

import json
import subprocess
import sys

import pytest

SECRETS = ("+12025550100", "i want to die")
BEFORE = """
import logging, sys
from textline import log
log.start(sys.argv[1])
logger = log.get("textline.flow.x")
NUMBER, BODY = "+12025550100", "i want to die"
def fail(body=BODY):
    raise ValueError(f"cannot send {body!r} to {NUMBER}")
def caught():
    try:
        try:
            fail()
        except ValueError as cause:
            raise KeyError(BODY) from cause
    except KeyError as error:
        error.add_note(NUMBER)
        return error
"""
FAILURES = {
    "exception": "try: raise caught()\nexcept KeyError: logger.exception('it failed', conversation=12)",
    "true": "try: raise caught()\nexcept KeyError: logger.warning('it failed', exc_info=True)",
    "instance": "logger.error('it failed', exc_info=caught())",
    "tuple": "e = caught(); logger.error('it failed', exc_info=(type(e), e, e.__traceback__))",
    "library": "try: raise caught()\nexcept KeyError: logging.getLogger('lib').exception('it failed')",
    "library instance": "logging.getLogger('lib').error('it failed', exc_info=caught())",
    "rq": "import traceback\nlogging.getLogger('rq.worker').error("
    "'it failed (%s)\\n%s', 'drain', ''.join(traceback.format_exception(caught())))",
}  # fmt: skip


def logged(code, level="INFO"):
    done = subprocess.run(
        [sys.executable, "-c", BEFORE + code, level], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()], done.stderr


@pytest.mark.parametrize("level", ["INFO", "DEBUG"])
def test_an_exceptions_text_is_never_printed(level):
    lines, all_of_it = logged("\n".join(FAILURES.values()), level)
    assert len(lines) == len(FAILURES)
    for secret in SECRETS:
        assert secret not in all_of_it
    for how, line in zip(FAILURES, lines, strict=True):
        assert line["event"].startswith("it failed"), how
        if how != "rq":
            assert line["error"] == "KeyError", how
            assert line["at"][-1].endswith(" caught"), how
    assert lines[0]["conversation"] == 12


def test_a_line_says_what_when_where_and_how_grave():
    ((line,), _) = logged("logger.info('text recorded', conversation=12, event_count=2)")
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "text recorded", "conversation": 12, "event_count": 2, "level": "info", "logger": "textline.flow.x",
    }  # fmt: skip


def test_a_library_is_logged_as_we_are():
    ((line,), _) = logged("logging.getLogger('lib').warning('%s of %s', 1, 2)")
    assert (line["event"], line["level"], line["logger"]) == ("1 of 2", "warning", "lib")


def test_no_exception_at_hand_is_no_trouble():
    (lines, _) = logged("logger.error('it failed', exc_info=True)\nlogger.error('again', exc_info=None)")
    assert [line["event"] for line in lines] == ["it failed", "again"]
    assert not any("error" in line for line in lines)


def test_an_event_of_many_lines_stays_one():
    ((line,), _) = logged(r"logger.error('one\ntwo')")
    assert line["event"] == "one"


def test_less_grave_lines_than_asked_for_are_left_out():
    (lines, _) = logged(
        "logger.info('a'); logger.warning('b'); logging.getLogger('lib').info('c')", "WARNING"
    )
    assert [line["event"] for line in lines] == ["b"]


def test_libraries_that_print_addresses_and_bodies_are_quiet_even_in_debug():
    names = ("httpx", "urllib3", "twilio.http_client", "rq.worker", "sse_starlette.sse", "uvicorn.access")
    (lines, _) = logged(f"for name in {names}: logging.getLogger(name).info(BODY)", "DEBUG")
    assert lines == []


def test_a_deep_traceback_is_cut_to_where_it_went_wrong():
    deep = "def down(n):\n    return down(n - 1) if n else fail()\n"
    deep += "try: down(50)\nexcept ValueError: logger.exception('x')"
    ((line,), _) = logged(deep)
    assert len(line["at"]) == 6
    assert line["at"][-1].endswith(" fail")
