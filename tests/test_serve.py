"""Web from its first moment: whoever connects waits, and a new version that is announced has its turn."""

import signal
import socket
import subprocess
import sys

from tests.conftest import eventually, free_port


def served(port: int, environment: dict[str, str], *more: str) -> "subprocess.Popen[str]":
    line = [sys.executable, "-m", "textline.serve", "--port", str(port), *more]
    return subprocess.Popen(line, env=environment, stderr=subprocess.PIPE, text=True)


def connected(port: int) -> socket.socket | None:
    try:
        return socket.create_connection(("127.0.0.1", port), 60)
    except ConnectionRefusedError:
        return None


def test_who_connects_while_it_starts_is_answered_and_a_version_announced_then_ends_nothing(
    environment: dict[str, str],
) -> None:
    port = free_port()
    web = served(port, environment)
    try:
        with eventually(lambda: connected(port)) as early:
            web.send_signal(signal.SIGHUP)
            early.sendall(b"GET /health/live HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            assert early.recv(100).startswith(b"HTTP/1.1 200")
        assert web.poll() is None
    finally:
        web.terminate()
        web.communicate(timeout=60)


def test_a_port_that_somebody_has_is_named(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        _, said = served(port, environment).communicate(timeout=60)
    assert f"Port {port} of 127.0.0.1" in said
    assert "--port" in said


def test_no_process_at_all_is_refused(environment: dict[str, str]) -> None:
    web = served(free_port(), environment, "--processes", "0")
    web.communicate(timeout=60)
    assert web.returncode == 2
