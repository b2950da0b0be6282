"""The TwiML that Textline answers with, as XML text (`Content-Type: application/xml`)."""

import re
from functools import cache

from twilio.twiml.messaging_response import MessagingResponse
from twilio.twiml.voice_response import Gather, VoiceResponse

# Characters that XML 1.0 cannot hold (w3.org/TR/xml, "Char"): one of them would make the whole answer
# unreadable.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# A bare language is not enough for <Say>: it takes a locale (twilio.com/docs/voice/twiml/say).
_LOCALES = {"en": "en-US", "es": "es-US", "fr": "fr-CA", "pt": "pt-BR", "zh": "zh-CN", "de": "de-DE"}
_WAIT = 8  # Seconds for a key: long enough to find the keypad.


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _locale(language: str) -> str:
    return _LOCALES.get(language.lower(), language)


@cache
def silence() -> str:
    """No answer: the text or call was taken, and nothing is to be said."""
    return str(MessagingResponse())


def text(body: str) -> str:
    """One text back to the sender. Twilio sends it, so it has no status webhook of ours."""
    response = MessagingResponse()
    response.message(_clean(body))
    return str(response)


def greet(say: str, language: str, gather_url: str) -> str:
    """Say what the line is and wait for one key, twice; then hang up.

    The key is posted to `gather_url` as `Digits`. Nothing is bridged without a key: an answering machine has
    none.
    """
    response = VoiceResponse()
    for _ in range(2):
        gather = Gather(num_digits=1, action=gather_url, method="POST", timeout=_WAIT)
        gather.say(_clean(say), language=_locale(language))
        response.append(gather)
    response.hangup()
    return str(response)


def bridge(number: str, say: str, language: str) -> str:
    """Say what happens now, then connect the caller with `number` (E.164, or a short one such as 988)."""
    response = VoiceResponse()
    response.say(_clean(say), language=_locale(language))
    response.dial(number)
    return str(response)


def room(name: str, say: str, language: str, *, waits: bool, ends: bool) -> str:
    """Say something, then join the conference `name`.

    Who `waits` hears music until somebody who does not has come; when one who `ends` leaves, it is over for all.
    """
    response = VoiceResponse()
    if say:
        response.say(_clean(say), language=_locale(language))
    response.dial().conference(
        name, beep="false", start_conference_on_enter=not waits, end_conference_on_exit=ends
    )
    return str(response)


def goodbye(say: str, language: str = "en") -> str:
    """Say a last sentence and hang up."""
    response = VoiceResponse()
    response.say(_clean(say), language=_locale(language))
    response.hangup()
    return str(response)
