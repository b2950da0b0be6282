"""Things in the JSON that Twilio's API shows, as in its OpenAPI document (github.com/twilio/twilio-oai, v2010)."""

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

from textline.carrier.simulated.account import Keys
from textline.carrier.simulated.book import Text

API = "/2010-04-01"
# The basic characters of GSM 7-bit (3GPP TS 23.038); the second string takes two places each.
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
) | set("abcdefghijklmnopqrstuvwxyzäöñüà")
_GSM_TWICE = set("^{}\\[~]|€\f")


def segments(body: str) -> int:
    """How many SMS a body takes: 160 or 153 GSM characters each, or 70 or 67 UTF-16 units."""
    if all(character in _GSM or character in _GSM_TWICE for character in body):
        length, one, many = sum(2 if c in _GSM_TWICE else 1 for c in body), 160, 153
    else:
        length, one, many = len(body.encode("utf-16-le", "replace")) // 2, 70, 67
    return 1 if length <= one else -(-length // many)


def when(seconds: float | None) -> str | None:
    """A time as Twilio writes it: RFC 2822, in UTC."""
    return format_datetime(datetime.fromtimestamp(seconds, UTC)) if seconds is not None else None


def root(account_sid: str) -> str:
    """Where an account's things are."""
    return f"{API}/Accounts/{account_sid}"


def account(keys: Keys) -> dict[str, Any]:
    """The account itself."""
    base = root(keys.account_sid)
    names = ("messages", "incoming_phone_numbers", "calls")
    files = ("Messages", "IncomingPhoneNumbers", "Calls")
    return {
        "auth_token": keys.auth_token,
        "date_created": when(0),
        "date_updated": when(0),
        "friendly_name": "Simulated carrier",
        "owner_account_sid": keys.account_sid,
        "sid": keys.account_sid,
        "status": "active",
        "subresource_uris": {name: f"{base}/{file}.json" for name, file in zip(names, files, strict=True)},
        "type": "Full",
        "uri": f"{base}.json",
    }


def message(text: Text, account_sid: str) -> dict[str, Any]:
    """A text of the message log."""
    uri = f"{root(account_sid)}/Messages/{text.sid}"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "body": text.body,
        "date_created": when(text.created),
        "date_sent": when(text.sent),
        "date_updated": when(text.updated),
        "direction": text.direction,
        "error_code": text.error_code,
        "error_message": None,
        "from": text.sender or None,
        "messaging_service_sid": text.service,
        "num_media": str(len(text.media)),
        "num_segments": str(segments(text.body)),
        "price": None,
        "price_unit": "USD",
        "sid": text.sid,
        "status": text.status,
        "subresource_uris": {"media": f"{uri}/Media.json", "feedback": f"{uri}/Feedback.json"},
        "to": text.recipient,
        "uri": f"{uri}.json",
    }


def media(text: Text, account_sid: str) -> list[dict[str, Any]]:
    """A text's pictures. Their identifiers come from the text's, since only their number matters here."""
    found = []
    for place, (_, kind) in enumerate(text.media):
        sid = f"ME{place:02d}{text.sid[4:]}"
        found.append(
            {
                "account_sid": account_sid,
                "content_type": kind,
                "date_created": when(text.created),
                "date_updated": when(text.updated),
                "parent_sid": text.sid,
                "sid": sid,
                "uri": f"{root(account_sid)}/Messages/{text.sid}/Media/{sid}.json",
            }
        )
    return found


def number(doc: dict[str, Any], account_sid: str) -> dict[str, Any]:
    """A number of the account."""
    nothing = ("address_sid", "bundle_sid", "emergency_address_sid", "identity_sid", "trunk_sid")
    applications = ("sms_application_sid", "voice_application_sid")
    urls = ("sms_url", "sms_fallback_url", "status_callback", "voice_url", "voice_fallback_url")
    methods = (
        "sms_method",
        "sms_fallback_method",
        "status_callback_method",
        "voice_method",
        "voice_fallback_method",
    )
    return {
        "account_sid": account_sid,
        "address_requirements": "none",
        "api_version": "2010-04-01",
        "beta": False,
        "capabilities": {"mms": True, "sms": True, "voice": True, "fax": False},
        "date_created": when(doc["created"]),
        "date_updated": when(doc["updated"]),
        "emergency_address_status": "unregistered",
        "emergency_status": "Inactive",
        "friendly_name": doc.get("friendly_name") or doc["phone_number"],
        "origin": "twilio",
        "phone_number": doc["phone_number"],
        "sid": doc["sid"],
        "status": "in-use",
        "type": "local",
        "uri": f"{root(account_sid)}/IncomingPhoneNumbers/{doc['sid']}.json",
        "voice_caller_id_lookup": False,
        "voice_receive_mode": "voice",
        **dict.fromkeys(nothing),
        **{name: doc.get(name) or None for name in applications},
        **{name: doc.get(name) or "" for name in urls},
        **{name: doc.get(name) or "POST" for name in methods},
    }


def call(doc: dict[str, Any], account_sid: str) -> dict[str, Any]:
    """A call."""
    uri = f"{root(account_sid)}/Calls/{doc['sid']}"
    nothing = (
        "answered_by",
        "caller_name",
        "forwarded_from",
        "group_sid",
        "parent_call_sid",
        "price",
        "trunk_sid",
    )
    ended = doc["state"] == "ended"
    return {
        "account_sid": account_sid,
        "api_version": "2010-04-01",
        "date_created": when(doc["created"]),
        "date_updated": when(doc["updated"]),
        "direction": doc["direction"],
        "duration": str(int(doc["updated"] - doc["created"])) if ended else None,
        "end_time": when(doc["updated"]) if ended else None,
        "from": doc["from"],
        "from_formatted": doc["from"],
        "phone_number_sid": doc.get("phone_number_sid"),
        "price_unit": "USD",
        "queue_time": "0",
        "sid": doc["sid"],
        "start_time": when(doc["created"]),
        "status": doc["status"],
        "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
        "to": doc["to"],
        "to_formatted": doc["to"],
        "uri": f"{uri}.json",
        **dict.fromkeys(nothing),
    }


def service(doc: dict[str, Any], account_sid: str) -> dict[str, Any]:
    """A Messaging Service (another API than the rest: messaging.twilio.com/v1, with ISO 8601 times)."""
    url = f"https://messaging.twilio.com/v1/Services/{doc['sid']}"
    urls = ("inbound_request_url", "fallback_url", "status_callback")
    return {
        "account_sid": account_sid,
        "area_code_geomatch": True,
        "date_created": datetime.fromtimestamp(doc["created"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "date_updated": datetime.fromtimestamp(doc["updated"], UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "fallback_method": doc.get("fallback_method") or "POST",
        "friendly_name": doc["friendly_name"],
        "inbound_method": doc.get("inbound_method") or "POST",
        "links": {"phone_numbers": f"{url}/PhoneNumbers"},
        "sid": doc["sid"],
        "sticky_sender": True,
        "url": url,
        "use_inbound_webhook_on_number": str(doc.get("use_inbound_webhook_on_number")).lower() == "true",
        "validity_period": 36000,
        **{name: doc.get(name) or None for name in urls},
    }
