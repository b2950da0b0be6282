"""From the signed webhook to the delivered reply, through real processes."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import psycopg
import pytest

from tests.conftest import eventually
from tests.installation import Installation, received, texts_of, webhook
from tests.stream import Stream
from textline.flow.drill import BY_A_PERSON, BY_ITSELF


@pytest.fixture
def maya(home: Installation) -> httpx.Client:
    client = home.signed_in("Maya")
    client.post("/availability", data={"available": "true"})
    return client


def test_a_text_comes_to_the_screen_and_the_reply_is_delivered(
    home: Installation, maya: httpx.Client
) -> None:
    stream = Stream(maya)
    began = time.monotonic()
    assert webhook(home, "+12025550161", "Hi, is anybody there?", "SM" + "1" * 32) == 200
    eventually(lambda: stream.at("person-", since=began))
    listed = maya.get("/console/list").text
    assert "Hi, is anybody there?" in listed
    number = re.search(r"/conversations/(\d+)", listed)[1]
    assert maya.post(f"/conversations/{number}/replies", data={"body": "I am here 💛"}).status_code == 200
    assert received(home, "+12025550161", "I am here 💛")
    eventually(lambda: maya.get(f"/conversations/{number}/thread").text.count("delivered ✓") == 2)


def test_a_crisis_gets_the_hotline_and_an_alarm(home: Installation) -> None:
    ruth = home.signed_in("Ruth")
    stream = Stream(ruth)
    began = time.monotonic()
    home.phone().text("+12025550162", home.demo["line"], "I want to kill myself tonight")
    assert "988" in received(home, "+12025550162", "in a lot of pain")
    eventually(lambda: stream.at("alarm", since=began))
    assert 'data-alarms="1"' in ruth.get("/board/alarms").text


def test_two_hundred_texts_posted_twice_at_once_are_recorded_once(home: Installation) -> None:
    texts = [(f"+1202555{100 + n % 20:04d}", f"text {n}", f"SM{n:032d}") for n in range(200)]
    with ThreadPoolExecutor(16) as pool:
        statuses = list(pool.map(lambda text: webhook(home, *text), texts + texts))
    assert statuses == [200] * 400

    def count() -> int:
        with psycopg.connect(home.demo["database_url"]) as connection:
            query = "select count(*) from messages where author = 'texter' and sid like 'SM0000000000%%'"
            return connection.execute(query).fetchone()[0]

    eventually(lambda: count() >= 200, 30)
    time.sleep(1)
    assert count() == 200


def test_a_caller_presses_1_and_is_connected_to_the_hotline(home: Installation) -> None:
    phone = home.phone()
    heard = phone.call("+12025550163", home.demo["line"])
    assert "peer support" in " ".join(heard.spoken)
    assert phone.press(heard.sid, "1").dialled == "988"


def test_stop_is_answered_by_the_carrier_alone(home: Installation) -> None:
    home.phone().text("+12025550164", home.demo["line"], "STOP")
    time.sleep(1)
    assert all("Harbor" not in body for body in texts_of(home, "+12025550164"))


def test_no_process_logs_a_number_or_a_word(home: Installation) -> None:
    home.phone().text("+12025550165", home.demo["line"], "words that no log may hold")
    received(home, "+12025550165", "Harbor")
    logs = b"".join(path.read_bytes() for path in (home.data / "logs").glob("*.log"))
    assert len(logs) > 1000
    assert b"words that no log" not in logs
    assert b"5550165" not in logs


def test_the_doctor_is_content_and_names_each_fault(home: Installation) -> None:
    well = home.command("doctor")
    assert (well.returncode, well.stdout.splitlines()[-1]) == (0, "All is well."), well.stdout
    phone = httpx.Client(base_url=home.demo["carrier"], trust_env=False)
    account, token = home.demo["account_sid"], home.demo["auth_token"]
    path = f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers"
    rows = phone.get(f"{path}.json", auth=(account, token)).json()["incoming_phone_numbers"]
    row = next(row for row in rows if row["phone_number"] == home.demo["line"])
    elsewhere = {"SmsUrl": "https://elsewhere.example/sms"}
    phone.post(f"{path}/{row['sid']}.json", data=elsewhere, auth=(account, token)).raise_for_status()
    sick = home.command("doctor")
    assert sick.returncode == 1
    assert (
        f"FAULT Webhooks of {home.demo['line']}: texts go elsewhere: run `textline twilio connect"
        in sick.stdout
    )
    mended = home.command("twilio", "connect", home.demo["line"])
    assert "https://elsewhere.example/sms -> http://localhost" in mended.stdout
    assert home.command("doctor").returncode == 0


def test_a_drill_plays_a_crisis_on_the_live_installation_and_shows_each_steps_time(
    home: Installation,
) -> None:
    done = home.command("drill", "--by", "ruth@harbor.example")
    steps = [line.split(" s  ")[1] for line in done.stdout.splitlines()]
    assert steps == ["text kept", *BY_ITSELF, *BY_A_PERSON], done.stdout + done.stderr
    assert done.returncode == 0
