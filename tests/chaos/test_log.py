"""The carrier's log, read from what its control API shows."""

from textline.chaos.log import Sent, Texted, read

LINE, ANA = "+12025550100", "+12125550101"


def message(seq: int, direction: str, sender: str, recipient: str) -> dict[str, object]:
    return {
        "seq": seq, "sid": f"SM{seq}", "direction": direction, "sender": sender, "recipient": recipient, "body": "hi",
        "created": float(seq),
    }  # fmt: skip


def note(sid: str, what: str, ended: float, status: int = 0, detail: str = "") -> dict[str, object]:
    return {"sid": sid, "what": what, "began": ended - 1, "ended": ended, "status": status, "detail": detail}


def test_what_became_of_each() -> None:
    messages = [
        message(2, "inbound", ANA, LINE),
        message(1, "inbound", ANA, LINE),
        message(3, "inbound", ANA, LINE),
        message(4, "outbound-reply", LINE, ANA),
        message(5, "outbound-api", LINE, ANA),
        message(6, "inbound", ANA, "+12025550101"),
    ]
    webhooks = [
        note("SM1", "tried", 2.0, 503),
        note("SM1", "tried", 3.0, 200),
        note("SM1", "tried", 4.0, 200),
        note("SM1", "replied", 4.0, detail="SM4"),
        note("SM2", "tried", 5.0, 0, "rt"),
        note("SM2", "given_up", 6.0, 0, "rt"),
        note("SM3", "dropped", 7.0),
    ]
    found = read(messages, webhooks, LINE)
    assert found.texted == (
        Texted("SM1", ANA, "hi", 1.0, 3.0, None, ("SM4",)),
        Texted("SM2", ANA, "hi", 2.0, None, 6.0),
        Texted("SM3", ANA, "hi", 3.0, None, 7.0),
    )
    assert found.sent == (Sent("SM4", ANA, "hi", 4.0, False), Sent("SM5", ANA, "hi", 5.0, True))
