"""The simulated carrier's answers against Twilio's own OpenAPI document: every field, and no others."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from tests.carrier.conftest import LINE, SID, TEXTER, TOKEN

DOCUMENT = Path(__file__).parents[3] / "shared/twilio/twilio_api_v2010.json"
pytestmark = pytest.mark.skipif(not DOCUMENT.exists(), reason=f"Twilio's API document is not at {DOCUMENT}")
ROOT = "/2010-04-01/Accounts/{AccountSid}"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DOCUMENT.read_text())
    return found


def translated(node: Any) -> Any:
    """OpenAPI 3.0 as JSON Schema: references put in place, `nullable` as a choice, exact properties."""
    if isinstance(node, list):
        return [translated(item) for item in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return translated(document()["components"]["schemas"][node["$ref"].rsplit("/", 1)[1]])
    properties = node.get("properties")
    schema = {key: translated(value) for key, value in node.items() if key not in {"nullable", "properties"}}
    if isinstance(properties, dict):
        schema["properties"] = {name: translated(value) for name, value in properties.items()}
        schema |= {"required": list(properties), "additionalProperties": False}
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") else schema


def check(path: str, method: str, answer: httpx.Response) -> Any:
    answers = document()["paths"][path][method]["responses"]
    assert str(answer.status_code) in answers, answer.text
    schema = next(iter(answers[str(answer.status_code)]["content"].values()))["schema"]
    jsonschema.validate(answer.json(), translated(schema), jsonschema.Draft202012Validator)
    return answer.json()


@pytest.fixture
def api(simulated: str, control: httpx.Client) -> httpx.Client:
    return httpx.Client(base_url=f"{simulated}/2010-04-01/Accounts", auth=(SID, TOKEN))


def send(api: httpx.Client, **form: str) -> httpx.Response:
    return api.post(f"/{SID}/Messages.json", data={"From": LINE, "To": TEXTER, "Body": "hello", **form})


def test_messages(api: httpx.Client) -> None:
    made = check(f"{ROOT}/Messages.json", "post", send(api, MediaUrl="https://example.org/a.jpg"))
    assert made["sid"].startswith("MM")
    check(f"{ROOT}/Messages.json", "get", api.get(f"/{SID}/Messages.json", params={"PageSize": 1}))
    one = f"/{SID}/Messages/{made['sid']}.json"
    check(f"{ROOT}/Messages/{{Sid}}.json", "get", api.get(one))
    redacted = check(f"{ROOT}/Messages/{{Sid}}.json", "post", api.post(one, data={"Body": ""}))
    assert redacted["body"] == ""
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


def test_numbers(api: httpx.Client) -> None:
    listed = check(
        f"{ROOT}/IncomingPhoneNumbers.json",
        "get",
        api.get(f"/{SID}/IncomingPhoneNumbers.json", params={"PhoneNumber": LINE}),
    )
    (number,) = listed["incoming_phone_numbers"]
    one = f"/{SID}/IncomingPhoneNumbers/{number['sid']}.json"
    check(f"{ROOT}/IncomingPhoneNumbers/{{Sid}}.json", "get", api.get(one))
    changed = api.post(one, data={"SmsUrl": "http://127.0.0.1:9/x"})
    assert check(f"{ROOT}/IncomingPhoneNumbers/{{Sid}}.json", "post", changed)["sms_url"].endswith("/x")


def test_calls(api: httpx.Client) -> None:
    form = {"From": LINE, "To": TEXTER, "Twiml": "<Response><Gather><Say>Hello</Say></Gather></Response>"}
    made = check(f"{ROOT}/Calls.json", "post", api.post(f"/{SID}/Calls.json", data=form))
    one = f"/{SID}/Calls/{made['sid']}.json"
    check(f"{ROOT}/Calls/{{Sid}}.json", "get", api.get(one))
    ended = check(f"{ROOT}/Calls/{{Sid}}.json", "post", api.post(one, data={"Status": "completed"}))
    assert ended["status"] == "completed"


def test_account(api: httpx.Client) -> None:
    check("/2010-04-01/Accounts/{Sid}.json", "get", api.get(f"/{SID}.json"))


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"To": "+1202"}, 21211),
        ({"To": "+15005550009"}, 21614),
        ({"To": ""}, 21604),
        ({"To": LINE}, 21266),
        ({"From": ""}, 21603),
        ({"From": "+12025550150"}, 21659),
        ({"Body": ""}, 21602),
        ({"Body": "x" * 1601}, 21617),
    ],
)
def test_errors_are_shaped_as_twilios(api: httpx.Client, form: dict[str, str], code: int) -> None:
    answer = send(api, **form)
    assert answer.status_code == 400
    assert answer.json() == {
        "code": code,
        "message": answer.json()["message"],
        "more_info": f"https://www.twilio.com/docs/errors/{code}",
        "status": 400,
    }


def test_who_is_not_let_in(simulated: str, api: httpx.Client) -> None:
    stranger = httpx.get(f"{simulated}/2010-04-01/Accounts/{SID}/Messages.json", auth=(SID, "wrong"))
    assert (stranger.status_code, stranger.json()["code"]) == (401, 20003)
    other = api.get(f"/AC{'f' * 32}/Messages.json")
    assert (other.status_code, other.json()["code"]) == (404, 20404)
