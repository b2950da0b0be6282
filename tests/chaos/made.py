"""Logs and records made by hand: one texter, one line, a few texts."""

from dataclasses import replace

from textline.chaos.compare import compare
from textline.chaos.log import Log, Sent, Texted
from textline.chaos.record import Decided, Escalation, Received, Record
from textline.chaos.verdict import BAD, Verdict

ANA, BEN = "+12125550101", "+12125550102"
HELP = "In crisis: call or text 988."
CRISIS = "I want to die (7)"


def texted(n: int, body: str = "", number: str = ANA, **more: object) -> Texted:
    """The n-th text, sent n seconds after the beginning and acknowledged half a second later."""
    made = Texted(f"SM{n}", number, body or f"text {n}", float(n), n + 0.5)
    return replace(made, **more)  # type: ignore[arg-type]


def received(text: Texted, id: int = 0, **more: object) -> Received:
    """A text as it should be recorded."""
    made = Received(
        id or int(text.sid[2:]), text.sid, text.number, text.body, 1, text.sent_at + 0.4, text.sent_at + 1.5
    )
    return replace(made, **more)  # type: ignore[arg-type]


def decided(n: int, body: str = "", **more: object) -> Decided:
    """The n-th decided text, sent under the SID OUTn."""
    made = Decided(100 + n, f"OUT{n}", ANA, body or f"answer {n}", 1, "delivered", n + 1.0)
    return replace(made, **more)  # type: ignore[arg-type]


def sent(n: int, body: str = "", **more: object) -> Sent:
    """The n-th decided text in the carrier's log."""
    return replace(Sent(f"OUT{n}", ANA, body or f"answer {n}", n + 2.0), **more)  # type: ignore[arg-type]


def judged(log: Log, record: Record, **expected: int) -> Verdict:
    """The verdict, which has to have these bad counts and no others."""
    verdict = compare(log, record)
    assert {name: verdict.counts[name] for name in BAD if verdict.counts[name]} == expected
    assert set(verdict.examples) == set(expected)
    assert verdict.well == (not expected)
    told = "\n".join(line for lines in verdict.examples.values() for line in lines)
    for secret in (ANA, BEN, CRISIS, HELP, "text 1", "answer 1"):
        assert secret not in told
    return verdict


def crisis(**more: object) -> tuple[Log, Record]:
    """A crisis as it should go: text, escalation, hotline."""
    text = texted(7, CRISIS)
    log = Log((text,), (sent(8, HELP),))
    record = Record((received(text),), (decided(8, HELP, hotline=True),), (Escalation(1, 8.5),))
    return log, replace(record, **more)  # type: ignore[arg-type]
