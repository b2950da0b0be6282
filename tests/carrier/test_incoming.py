"""Reading what Twilio posts."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from textline.carrier.incoming import Incoming, Media, Refusal, StatusReport, clean, normalise, parse, status

FORM = {
    "MessageSid": "SM" + "1" * 32,
    "AccountSid": "AC" + "2" * 32,
    "From": "+12025550177",
    "To": "+12025550100",
    "Body": "I need to talk",
    "NumMedia": "0",
    "NumSegments": "1",
    "FromCountry": "US",
}
NAMES = [
    *FORM,
    "SmsSid",
    "SmsMessageSid",
    "MessageStatus",
    "SmsStatus",
    "ErrorCode",
    "OptOutType",
    "MediaUrl0",
]
anything = st.one_of(st.text(st.characters(), max_size=30), st.none(), st.integers(), st.binary(max_size=5))
names = st.one_of(
    st.sampled_from([*NAMES, "MediaUrl7", "MediaContentType7", "MessagingServiceSid"]), anything
)
# The first draw builds a table of all characters; a busy machine must not fail the tests.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
forms = st.one_of(
    st.dictionaries(names, anything),
    st.lists(st.tuples(names, anything)),
    st.fixed_dictionaries({}, optional=dict.fromkeys(NAMES, st.text(max_size=20))),
)


@patient
@given(forms)
def test_nothing_raises_and_all_can_be_kept(form) -> None:
    for read in (parse, status):
        found = read(form)
        for value in vars(found).values():
            if isinstance(value, str):
                assert "\x00" not in value
                value.encode()


@patient
@given(st.text(st.characters(), max_size=60))
def test_any_body_comes_through(body: str) -> None:
    found = parse(FORM | {"Body": body})
    assert isinstance(found, Incoming)
    assert found.body == clean(body)
    assert clean(found.body) == found.body
    kept = "".join(c for c in body if c.isprintable())
    assert "".join(c for c in found.body if c.isprintable() and c != "\ufffd") == kept.replace("\ufffd", "")


@patient
@given(st.lists(st.integers(0, 40), unique=True, max_size=12))
def test_any_number_of_media(indices: list[int]) -> None:
    form = FORM | {f"MediaUrl{i}": f"https://m/{i}" for i in indices}
    form |= {f"MediaContentType{i}": "image/png" for i in indices}
    found = parse(form)
    assert isinstance(found, Incoming)
    assert found.media == tuple(Media(f"https://m/{i}", "image/png") for i in sorted(indices))


def test_a_plain_text() -> None:
    assert parse(FORM) == Incoming(
        FORM["AccountSid"],
        FORM["MessageSid"],
        FORM["From"],
        FORM["To"],
        None,
        FORM["Body"],
        (),
        1,
        None,
        "US",
        True,
    )


def test_the_first_of_repeated_values_counts() -> None:
    found = parse([*FORM.items(), ("Body", "another"), ("From", "+12025550111")])
    assert isinstance(found, Incoming)
    assert (found.body, found.sender) == (FORM["Body"], FORM["From"])


def test_newlines_and_emoji_stay() -> None:
    found = parse(FORM | {"Body": " a\r\nb\x00\x07\tc 👩‍👩‍👧 \ud83d "})
    assert isinstance(found, Incoming)
    assert found.body == " a\nb\tc 👩‍👩‍👧 \ufffd "


@pytest.mark.parametrize("missing", ["MessageSid", "AccountSid", "To"])
def test_what_cannot_be_used(missing: str) -> None:
    for form in (
        {name: value for name, value in FORM.items() if name != missing},
        FORM | {missing: " \x00 "},
    ):
        found = parse(form)
        assert isinstance(found, Refusal)
        assert found.sid == (None if missing == "MessageSid" else FORM["MessageSid"])


def test_another_channel_is_refused() -> None:
    found = parse(FORM | {"From": "whatsapp:+12025550177", "To": "whatsapp:+12025550100"})
    assert isinstance(found, Refusal)
    assert "channel" in found.reason


@pytest.mark.parametrize(
    "sender", ["", "32665", "BANK", "+266696687", "anonymous", "+0", "12025550177", "+9" * 9]
)
def test_senders_that_cannot_be_answered_are_kept(sender: str) -> None:
    found = parse(FORM | {"From": sender})
    assert isinstance(found, Incoming)
    assert (found.sender, found.answerable) == (sender or None, False)


@pytest.mark.parametrize(
    ("given_as", "number"),
    [
        ("+1 (202) 555-0177", "+12025550177"),
        (" +12025550177\x00", "+12025550177"),
        ("+447700900123", "+447700900123"),
        ("+44 (0)7700 900123", "+447700900123"),
    ],
)
def test_numbers_become_e164(given_as: str, number: str) -> None:
    assert normalise(given_as) == (number, True)


def test_opt_out_and_service() -> None:
    found = parse(FORM | {"OptOutType": "stop", "MessagingServiceSid": "MG1", "NumSegments": "many"})
    assert isinstance(found, Incoming)
    assert (found.opt_out_type, found.messaging_service_sid, found.segments) == ("STOP", "MG1", None)


def test_a_status() -> None:
    form = {"MessageSid": "SM1", "AccountSid": "AC1", "MessageStatus": "Undelivered", "ErrorCode": "30003"}
    assert status(form) == StatusReport("AC1", "SM1", "undelivered", 30003)
    assert status({"SmsSid": "SM1", "AccountSid": "AC1", "SmsStatus": "sent"}) == StatusReport(
        "AC1", "SM1", "sent"
    )
    assert status({"MessageStatus": "sent"}) == Refusal("the form has no message SID")
    assert status({"MessageSid": "SM1"}) == Refusal("the form has no message status", "SM1")
    assert status({"MessageSid": "SM1", "MessageStatus": "sent"}) == Refusal(
        "the form has no account SID", "SM1"
    )
