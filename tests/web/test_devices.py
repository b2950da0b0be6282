"""The pages' side of devices that ring."""

from collections.abc import Callable

from fastapi.testclient import TestClient

from tests.cast import Cast
from tests.rules.test_devices import PLACE, POINT, SECRET
from textline.store import calls, devices
from textline.store.people import Person

SignIn = Callable[[Person], TestClient]


def test_a_browser_is_put_on_and_taken_off(cast: Cast, signed_in: SignIn) -> None:
    ruth = signed_in(cast.ruth)
    key = ruth.get("/devices/key").text
    assert len(key) == 87
    form = {"endpoint": PLACE, "p256dh": POINT, "auth": SECRET}
    assert ruth.post("/devices", data=form).status_code == 204
    with cast.run.unit(cast.organization) as unit:
        assert devices.by_person(unit) == {cast.ruth.id: 1}
        assert calls.waiting(unit) == 1
    assert "Ruth" in signed_in(cast.ada).get("/admin/on-call").text.split("Devices that ring")[1][:200]
    assert ruth.post("/devices", data=form | {"again": "yes"}).status_code == 204
    with cast.run.unit(cast.organization) as unit:
        assert calls.waiting(unit) == 1
    assert signed_in(cast.ada).post("/devices/removal", data=form).status_code == 204  # not hers
    with cast.run.unit(cast.organization) as unit:
        assert devices.by_person(unit) == {cast.ruth.id: 1}
    assert signed_in(cast.ada).post(f"/admin/on-call/devices/{cast.ruth.id}/removal").status_code == 303
    with cast.run.unit(cast.organization) as unit:
        assert devices.by_person(unit) == {}
    assert ruth.post("/devices", data=form).status_code == 204
    assert ruth.post("/devices/removal", data=form).status_code == 204
    with cast.run.unit(cast.organization) as unit:
        assert devices.by_person(unit) == {}
        assert calls.waiting(unit) == 0


def test_an_address_inside_the_servers_network_is_refused(cast: Cast, signed_in: SignIn) -> None:
    form = {"endpoint": "https://127.0.0.1/admin", "p256dh": POINT, "auth": SECRET}
    assert signed_in(cast.ruth).post("/devices", data=form).status_code == 422


def test_the_ringer_stands_at_the_root_and_may_be_run(anybody: TestClient) -> None:
    answer = anybody.get("/ringer.js")
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "worker-src 'self'" in answer.headers["content-security-policy"]
