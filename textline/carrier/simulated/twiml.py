"""Reads the TwiML that a webhook answered with, as far as Textline uses it."""

import xml.etree.ElementTree as ET
from typing import Any

from textline.carrier.simulated.hooks import Answer


class Unreadable(Exception):
    """The answer is not TwiML (Twilio's error 12100)."""


def messages(answer: Answer) -> list[tuple[str, list[str]]]:
    """The texts to send back, with their media. Plain text is sent as it is, as Twilio does: a stack trace, too."""
    if not answer.body.strip():
        return []
    if answer.content_type.startswith("text/plain"):
        return [(answer.body, [])]
    found = []
    for verb in _root(answer.body):
        if verb.tag == "Message":
            body = verb.findtext("Body") or (verb.text or "")
            found.append((body, [(media.text or "").strip() for media in verb.findall("Media")]))
    return found


def steps(body: str) -> list[dict[str, Any]]:
    """A call's verbs in order: {"say"}, {"gather", "say"}, {"dial"}, {"conference"}, {"redirect"}, {"hangup"}."""
    return [step for verb in _root(body) if (step := _step(verb))] if body.strip() else []


def _step(verb: ET.Element) -> dict[str, Any] | None:
    text = (verb.text or "").strip()
    match verb.tag:
        case "Say":
            return {"say": text, "language": verb.get("language", "")}
        case "Gather":
            spoken = [(say.text or "").strip() for say in verb.findall("Say")]
            return {"gather": verb.get("action", ""), "say": " ".join(spoken)}
        case "Dial":
            return _dial(verb, text)
        case "Redirect":
            return {"redirect": text}
        case "Hangup" | "Reject":
            return {"hangup": True}
    return None


def _dial(verb: ET.Element, text: str) -> dict[str, Any]:
    conference, number = verb.find("Conference"), verb.find("Number")
    if conference is None:
        return {"dial": (number.text or "").strip() if number is not None else text}
    waits = conference.get("startConferenceOnEnter") == "false"
    ends = conference.get("endConferenceOnExit") == "true"
    return {"conference": (conference.text or "").strip(), "waits": waits, "ends": ends}


def _root(body: str) -> ET.Element:
    try:
        root = ET.fromstring(body)  # noqa: S314 - what our own server on this machine answered
    except ET.ParseError as error:
        raise Unreadable("document parse failure") from error
    if root.tag != "Response":
        raise Unreadable("the root is not <Response>")
    return root
