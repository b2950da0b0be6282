"""The real Twilio client against the simulated carrier."""

import contextlib
import logging
import socket
import ssl
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.carrier.conftest import KEY, LINE, POOLED, SECRET, SID, TEXTER, TOKEN, Receiver
from tests.conftest import eventually, free_port
from textline.carrier.client import Carrier, Outgoing, Refused, Unreached
from textline.carrier.codes import Kind
from textline.carrier.phone import Phone
from textline.carrier.simulated.account import fixed_sid
from textline.carrier.webhooks import Webhooks, webhooks_for
from textline.config import Settings
from textline.errors import NotFound

SERVICE = fixed_sid("MG", "service")


def outgoing(to: str = TEXTER, body: str = "hello", **more: object) -> Outgoing:
    return Outgoing(LINE, to, body, "", **more)  # type: ignore[arg-type]


def recently() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=5)


def test_a_text_goes_out_and_its_states_come_back(carrier: Carrier, receiver: Receiver, phone: Phone) -> None:
    url = f"{receiver.url}/webhooks/twilio/status?outbox=17&kind=a%20b"
    sent = carrier.send(
        Outgoing(LINE, "+447700900123", "Grüße 🌱\n" * 40, url, ("https://example.org/a.png",))
    )
    assert sent.status == "queued"
    assert sent.segments == 6
    eventually(lambda: len(receiver.statuses(sent.sid)) == 4)
    assert set(receiver.statuses(sent.sid)) == {"queued", "sending", "sent", "delivered"}
    assert all(got.genuine and got.query == "outbox=17&kind=a%20b" for got in receiver.got)
    assert {got.form["To"] for got in receiver.got} == {"+447700900123"}
    logged = carrier.fetch(sent.sid)
    assert (logged.status, logged.media, logged.direction) == ("delivered", 1, "outbound-api")
    assert logged.date_sent
    assert [text.body for text in phone.messages("+447700900123")] == ["Grüße 🌱\n" * 40]


def test_what_was_sent_is_found_again(carrier: Carrier) -> None:
    to = "+12025550161"
    sids = [carrier.send(outgoing(to, f"text {number}")).sid for number in range(3)]
    found = carrier.sent_to(LINE, to, recently())
    assert [row.sid for row in found] == sids[::-1]
    assert [row.body for row in found] == ["text 2", "text 1", "text 0"]
    assert carrier.sent_to(LINE, to, datetime.now(UTC) + timedelta(minutes=1)) == []


def test_what_came_in_is_found_over_many_pages(carrier: Carrier, control: httpx.Client) -> None:
    line = "+12025550103"
    for number in range(230):
        control.post(
            "/texts", json={"from": TEXTER, "to": line, "body": str(number), "wait": False}
        ).raise_for_status()
    found = carrier.received_by(line, datetime.now(UTC) - timedelta(minutes=5))
    assert [row.body for row in found] == [str(number) for number in reversed(range(230))]
    assert all(row.sender == TEXTER and row.direction == "inbound" for row in found)


def test_redact(carrier: Carrier) -> None:
    sid = carrier.send(outgoing()).sid
    carrier.redact(sid)
    assert carrier.fetch(sid).body == ""


def test_a_text_that_is_not_there(carrier: Carrier) -> None:
    with pytest.raises(Refused) as refusal:
        carrier.fetch("SM" + "0" * 32)
    assert (refusal.value.code, refusal.value.status, refusal.value.permanent) == (20404, 404, True)


@pytest.mark.parametrize(
    ("to", "code", "kind"),
    [
        ("+1202", 21211, Kind.BAD_NUMBER),
        ("+15005550009", 21614, Kind.BAD_NUMBER),
        ("+15005550003", 21408, Kind.TELL_OPERATOR),
    ],
)
def test_refusals_are_explained_without_the_number(carrier: Carrier, to: str, code: int, kind: Kind) -> None:
    with pytest.raises(Refused) as refusal:
        carrier.send(outgoing(to))
    assert (refusal.value.code, refusal.value.explained.kind) == (code, kind)
    assert refusal.value.permanent == (kind is Kind.BAD_NUMBER)
    assert to not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_too_long_and_empty(carrier: Carrier) -> None:
    for body, code in (("x" * 1601, 21617), ("", 21602)):
        with pytest.raises(Refused) as refusal:
            carrier.send(outgoing(body=body))
        assert (refusal.value.code, refusal.value.permanent) == (code, True)


def test_numbers_and_connecting(carrier: Carrier) -> None:
    assert {number.number for number in carrier.numbers()} >= {LINE, POOLED, "+447700900100"}
    urls = webhooks_for("https://line.example.org", "https://other.example.org/fallback")
    carrier.connect("+12025550101", webhooks_for("https://old.example.org"))
    before, after = carrier.connect("+12025550101", urls)
    assert before.sms_url.startswith("https://old.example.org/webhooks/twilio/sms#")
    assert (before.sms_fallback_url, after.sms_fallback_url) == ("", urls.fallback)
    assert (after.sms_url, after.sms_method, after.voice_url) == (urls.message, "POST", urls.voice)
    assert after in carrier.numbers()


def test_a_number_that_is_not_owned(carrier: Carrier) -> None:
    with pytest.raises(NotFound, match="does not own"):
        carrier.connect("+12025550155", webhooks_for("https://line.example.org"))
    with pytest.raises(NotFound, match="no Messaging Service"):
        carrier.connect("MG" + "0" * 32, webhooks_for("https://line.example.org"))


def test_a_messaging_service(carrier: Carrier, receiver: Receiver, phone: Phone) -> None:
    urls = webhooks_for(receiver.url)
    _, after = carrier.connect(SERVICE, urls)
    assert (after.sms_url, after.status_callback) == (urls.message, urls.status)
    phone.text(TEXTER, POOLED, "to the pool")
    (got,) = receiver.at("/webhooks/twilio/sms")
    assert got.genuine
    assert (got.form["MessagingServiceSid"], got.form["To"]) == (SERVICE, POOLED)
    sent = carrier.send(Outgoing("", TEXTER, "from the pool", "", messaging_service_sid=SERVICE))
    assert sent.status == "accepted"
    assert [row.sid for row in carrier.sent_to(SERVICE, TEXTER, recently())] == [sent.sid]
    eventually(lambda: "delivered" in receiver.statuses(sent.sid))


def test_credentials(carrier: Carrier, simulated: str) -> None:
    assert carrier.check().status == "active"
    keyed = Carrier(SID, TOKEN, api_key=KEY, api_secret=SECRET, api_url=simulated)
    assert keyed.check().sid == SID
    assert keyed.send(outgoing()).sid
    for wrong in (
        Carrier(SID, "wrong", api_url=simulated),
        Carrier(SID, TOKEN, api_key=KEY, api_secret="wrong", api_url=simulated),
        Carrier(SID, "wrong", api_key=KEY, api_secret=SECRET, api_url=simulated),
    ):
        with pytest.raises(Refused) as refusal:
            wrong.check()
        assert (refusal.value.code, refusal.value.explained.kind) == (20003, Kind.TELL_OPERATOR)
        assert not refusal.value.permanent


def test_from_settings(simulated: str) -> None:
    settings = Settings.model_construct(
        twilio_account_sid=SID,
        twilio_auth_token=_Secret(TOKEN),
        twilio_api_key=None,
        twilio_api_secret=None,
        twilio_api_url=simulated,
    )
    assert Carrier.from_settings(settings).check().sid == SID


class _Secret:
    def __init__(self, value: str) -> None:
        self._value = value

    def get_secret_value(self) -> str:
        return self._value


def test_nobody_there() -> None:
    gone = Carrier(SID, TOKEN, api_url=f"http://127.0.0.1:{free_port()}")
    for ask in (lambda: gone.send(outgoing()), gone.check, gone.numbers):
        with pytest.raises(Unreached):
            ask()
    nowhere = Carrier(SID, TOKEN, api_url="http://no-such-host.invalid")
    with pytest.raises(Unreached):
        nowhere.send(outgoing())


def test_a_server_that_is_not_twilio(tmp_path: Path) -> None:
    """A wrong certificate ends it before anything is said, so nothing can have been taken."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(_certificate(tmp_path / "own.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_shake_hands, args=(listening, context), daemon=True).start()
        impostor = Carrier(SID, TOKEN, api_url=f"https://127.0.0.1:{listening.getsockname()[1]}")
        with pytest.raises(Unreached, match="SSLError"):
            impostor.send(outgoing())


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    connection, _ = listening.accept()
    with contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True):
        pass


def _certificate(path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


def test_from_many_threads(carrier: Carrier) -> None:
    to, done, faults = "+12025550162", [], []

    def work(number: int) -> None:
        try:
            done.extend(carrier.send(outgoing(to, f"{number}-{turn}")).sid for turn in range(5))
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(set(done)) == 40
    assert len(carrier.sent_to(LINE, to, recently())) == 40


def test_nothing_is_logged(carrier: Carrier, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    carrier.send(outgoing("+12025550163", "a secret body"))
    carrier.sent_to(LINE, "+12025550163", recently())
    # The level that log.start gives urllib3, whose debug log has paths with queries.
    said = [record.getMessage() for record in caplog.records if record.name.split(".")[0] != "urllib3"]
    assert not any("2025550163" in line or "secret body" in line for line in said)
    assert TOKEN not in caplog.text


def test_where_requests_really_go(urls: Webhooks, monkeypatch: pytest.MonkeyPatch, simulated: str) -> None:
    """The process's own Twilio and proxy settings must not lead texts elsewhere."""
    for name, value in (
        ("TWILIO_REGION", "au1"),
        ("TWILIO_EDGE", "sydney"),
        ("HTTP_PROXY", "http://127.0.0.1:9"),
    ):
        monkeypatch.setenv(name, value)
    assert Carrier(SID, TOKEN, api_url=simulated).send(outgoing()).sid


def test_a_page_that_is_not_twilios(receiver: Receiver, misbehave: Callable[..., None]) -> None:
    receiver.answer = lambda _got: (201, "text/html", "<html>Please sign in to this network</html>")
    with pytest.raises(Exception, match="may have taken"):
        Carrier(SID, TOKEN, api_url=receiver.url).send(outgoing())
