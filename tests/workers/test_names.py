"""The flow wakes workers by name: every name leads to a function, and the clock's table to sweeps."""

from importlib import import_module

from textline.live.jobs import FUNCTIONS, QUEUES
from workers import clock


def test_every_name_is_a_function_of_the_workers() -> None:
    for path in FUNCTIONS.values():
        module, name = path.rsplit(".", 1)
        assert callable(getattr(import_module(module), name))


def test_every_queue_is_worked_on_by_a_process_of_the_procfile() -> None:
    from pathlib import Path

    lines = Path(__file__).parents[2].joinpath("Procfile").read_text().splitlines()
    worked = {
        word for line in lines if "python -m workers " in line for word in line.split()[4:] if word != "+"
    }
    assert worked == set(QUEUES)


def test_a_sweep_that_fails_does_not_stop_the_others(monkeypatch) -> None:
    import threading

    stop, done = threading.Event(), []

    def fails(_run: object) -> None:
        raise RuntimeError

    def works(_run: object) -> None:
        done.append(1)
        if len(done) == 3:
            stop.set()

    monkeypatch.setattr(clock, "runtime", lambda: None)
    clock.run((clock.Tick(0.01, fails), clock.Tick(0.01, works)), stop)
    assert len(done) == 3
