"""Devices that ring: what a push service is posted is what the browser can open, and nobody else."""

import base64
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import http_ece
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.cast import ALEX, Cast, gather
from textline import push
from textline.errors import Invalid
from textline.flow import alarm, call_out, set_up_calls, watch
from textline.flow import devices as flow
from textline.rules.devices import Subscription
from textline.store import calls, devices, people
from textline.store.people import Person


@dataclass
class Browser:
    """A browser and its push service: takes what it is posted, and answers as it is told."""

    url: str = ""
    answer: int = 201
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    private: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )
    secret: bytes = b"0123456789abcdef"

    @property
    def subscription(self) -> Subscription:
        point = self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return Subscription(self.url, encoded(point), encoded(self.secret))

    def read(self) -> list[dict[str, str]]:
        """Its messages, opened."""
        return [
            json.loads(http_ece.decrypt(body, private_key=self.private, auth_secret=self.secret))
            for _, body in self.taken
        ]


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@pytest.fixture
def browser() -> Iterator[Browser]:
    made = Browser()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.taken.append((dict(self.headers), body))
            self.send_response(made.answer)
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}/push/1"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield made
    server.shutdown()
    server.server_close()


def rings_for(cast: Cast, person: Person, browser: Browser) -> int:
    """Put on, without the look at its address: a test's push service is on the loopback."""
    with cast.run.unit(cast.organization) as unit:
        return devices.add(unit, person.id, browser.subscription)


def test_a_crisis_rings_a_supervisors_browser_with_no_word_of_the_texter(
    cast: Cast, browser: Browser
) -> None:
    rings_for(cast, cast.ruth, browser)
    cast.texts(ALEX, "I want to kill myself tonight")
    watch.crises(cast.run)
    watch.crises(cast.run)
    assert call_out.ring_devices(cast.run) == 1
    said = browser.read()
    assert [one["body"] for one in said] == ["a crisis waits for a supervisor"]
    assert said[0]["url"] == f"{cast.run.settings.public_url}/board"
    assert "kill" not in str(said)
    assert b"crisis" not in browser.taken[0][1]


def test_a_message_is_signed_with_the_key_that_the_browser_was_given(cast: Cast, browser: Browser) -> None:
    rings_for(cast, cast.ruth, browser)
    given = flow.key(cast.run)
    assert flow.key(cast.run) == given
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.try_out(unit, cast.ada)
    call_out.ring_devices(cast.run)
    headers, _ = browser.taken[0]
    token, key = (
        part.split("=", 1)[1] for part in headers["Authorization"].removeprefix("vapid ").split(",")
    )
    assert key.strip() == given
    point = base64.urlsafe_b64decode(given + "=")
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    claims = jwt.decode(token, public, algorithms=["ES256"], audience=browser.url.removesuffix("/push/1"))
    assert claims["sub"].startswith(("https://", "mailto:"))
    assert (headers["Urgency"], int(headers["TTL"])) == ("high", 1800)


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(cast: Cast, browser: Browser, status: int) -> None:
    browser.answer = status
    number = rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.try_out(unit, cast.ada)
    call_out.ring_devices(cast.run)
    with cast.run.unit(cast.organization) as unit:
        assert devices.opened(unit, number) is None
        assert calls.waiting(unit) == 0


def test_keys_that_are_no_point_of_the_curve_are_forgotten_and_nobody_else_waits(
    cast: Cast, browser: Browser
) -> None:
    with cast.run.unit(cast.organization) as unit:
        bad = Subscription(browser.url + "2", encoded(b"\4" + b"x" * 64), encoded(b"s" * 16))
        number = devices.add(unit, cast.ada.id, bad)
    rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.try_out(unit, cast.ada)
    call_out.ring_devices(cast.run)
    assert len(browser.read()) == 1
    with cast.run.unit(cast.organization) as unit:
        assert devices.opened(unit, number) is None


@pytest.mark.parametrize("status", [302, 400, 429, 503])
def test_a_push_service_in_trouble_is_tried_again(cast: Cast, browser: Browser, status: int) -> None:
    browser.answer = status
    rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.try_out(unit, cast.ada)
    call_out.ring_devices(cast.run)
    browser.answer = 201
    cast.run.clock.move(seconds=120)
    call_out.ring_devices(cast.run)
    assert len(browser.taken) == 2


def test_who_supervises_no_more_and_who_signed_in_elsewhere_are_not_rung(
    cast: Cast, browser: Browser
) -> None:
    number = rings_for(cast, cast.ruth, browser)
    assert rings_for(cast, cast.ada, browser) == number  # the same browser, now another's
    with cast.run.unit(cast.organization) as unit:
        assert devices.by_person(unit) == {cast.ada.id: 1}
        people.get(unit, cast.ada.id).disabled_at = unit.now
    with cast.run.unit(cast.organization) as unit:
        alarm.raise_(unit, "stuck")
    call_out.ring_devices(cast.run)
    assert browser.taken == []


def test_an_alarm_that_wakes_nobody_up_rings_no_device(cast: Cast, browser: Browser) -> None:
    rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        alarm.raise_(unit, "late_texts")
    call_out.ring_devices(cast.run)
    assert browser.taken == []


def test_another_organizations_alarms_are_not_rung(cast: Cast, browser: Browser) -> None:
    other = gather(cast.run, "Other", "+12025550199")
    number = rings_for(cast, cast.ruth, browser)
    with cast.run.unit(other.organization) as unit:
        alarm.raise_(unit, "stuck")
        assert devices.opened(unit, number) is None
        devices.forget(unit, number)
        flow.take_off(unit, other.ruth, browser.url)
    call_out.ring_devices(cast.run)
    assert browser.taken == []
    with cast.run.unit(cast.organization) as unit:
        assert devices.by_person(unit) == {cast.ruth.id: 1}


def test_a_browser_is_told_so_when_it_is_put_on_and_rings_no_more_once_taken_off(
    cast: Cast, browser: Browser
) -> None:
    with pytest.raises(Invalid, match="try another one"):  # it is on the loopback
        flow.subscription(*vars(browser.subscription).values())
    with cast.run.unit(cast.organization) as unit:
        flow.put_on(unit, cast.ruth, browser.subscription, tell=True)
    call_out.ring_devices(cast.run)
    assert "nothing is wrong" in browser.read()[0]["body"]
    with cast.run.unit(cast.organization) as unit:
        flow.take_off(unit, cast.ruth, browser.url)
        assert devices.of_supervisors(unit) == []


def test_what_is_kept_of_a_browser_is_sealed(cast: Cast, browser: Browser) -> None:
    rings_for(cast, cast.ruth, browser)
    flow.key(cast.run)
    with cast.run.everywhere() as everywhere:
        rows = str(everywhere.session.execute(devices.Device.__table__.select()).all())
        key = everywhere.session.execute(devices.PushKey.__table__.select()).one().private_sealed
    assert "127.0.0.1" not in rows
    assert push.new_key() != push.new_key()
    assert len(key) > 43


def test_a_server_whose_address_push_services_refuse_rings_all_the_same(cast: Cast, browser: Browser) -> None:
    for contact in (
        "https://line.example.org:8443",
        "https://host",
        "http://127.0.0.1:8000",
        "https://line.example.org",
    ):
        push.send(browser.subscription, push.new_key(), contact, {"title": "x"})
    assert len(browser.taken) == 4


def test_what_nobody_foresaw_is_tried_again_and_given_up(cast: Cast, browser: Browser) -> None:
    rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        flow_key = devices.our_key(unit, lambda: "")
        assert flow_key == ""
        set_up_calls.try_out(unit, cast.ada)
    assert call_out.ring_devices(cast.run) == 0
    cast.run.clock.move(seconds=calls.LASTS.total_seconds() + 60)
    call_out.ring_devices(cast.run)
    with cast.run.unit(cast.organization) as unit:
        assert calls.waiting(unit) == 0


def test_a_call_on_its_way_does_not_reach_who_supervises_no_more(cast: Cast, browser: Browser) -> None:
    rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        set_up_calls.try_out(unit, cast.ada)
        people.get(unit, cast.ruth.id).disabled_at = unit.now
    call_out.ring_devices(cast.run)
    assert browser.taken == []


def test_an_admin_takes_off_a_lost_device(cast: Cast, browser: Browser) -> None:
    rings_for(cast, cast.ruth, browser)
    with cast.run.unit(cast.organization) as unit:
        flow.take_off_all(unit, cast.ada, cast.ruth.id)
        assert devices.by_person(unit) == {}
