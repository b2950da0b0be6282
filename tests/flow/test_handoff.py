"""Handoffs by telephone and by referral, through the simulated carrier's calls: nobody is left alone, or rung twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cast import ALEX, Cast
from tests.conftest import eventually
from textline.carrier.phone import Heard, Phone
from textline.errors import Conflict, Invalid, NotFound
from textline.flow import block, drain, escalate, offer, outcome, receive, reply, ring, send, watch
from textline.rules.handoff import Kind, State
from textline.rules.ownership import Owner
from textline.store import alarms, escalations, events, handoffs, hotlines, lines
from textline.store.escalations import Escalation
from textline.store.handoffs import Handoff

CRISIS, IMMINENT = "I want to kill myself", "I want to kill myself tonight"
RUTHS, OTHER = "+12025550191", "+12025550192"
BEST, NEXT = "988", "+18006624357"  # as the tests' hotlines are put in order


@pytest.fixture
def phone(cast: Cast, web: None) -> Iterator[Phone]:
    made = Phone(cast.run.settings.twilio_api_url or "")
    for number in (ALEX, RUTHS, BEST, NEXT):
        made.behave(number, "picks_up")
    yield made
    # What Twilio would tell of this test's calls must not come in the next one's: their numbers begin anew.
    for number in (ALEX, RUTHS, BEST, NEXT):
        for call in made.calls(number):
            if call.state != "ended":
                made.hang_up(call.sid)


@pytest.fixture(autouse=True)
def two_hotlines(cast: Cast) -> None:
    """Only these two can be dialled, so that a test knows who is next."""
    with cast.run.unit(cast.organization) as unit:
        for hotline in hotlines.of_country(unit, "US"):
            if hotline.emergency:
                continue
            hotline.reviewed_at = None
        kept = [h for h in hotlines.of_country(unit, "US") if not h.emergency and h.serves == "everyone"][:2]
        for hotline, number in zip(kept, (BEST, NEXT), strict=True):
            hotline.voice, hotline.reviewed_at, hotline.region = number, unit.now, None
            hotline.text, hotline.languages = (number if number == BEST else None), ["en"]


def escalation(cast: Cast, text: str = CRISIS, *, acknowledged: bool = True) -> Escalation:
    cast.texts(ALEX, text)
    with cast.run.unit(cast.organization) as unit:
        found = escalations.unresolved(unit)[0]
        if acknowledged:
            escalate.acknowledge(unit, cast.ruth, found.id)
    return found


def to_ring(cast: Cast, number: str = BEST) -> int:
    with cast.run.unit(cast.organization) as unit:
        return next(h.id for h in hotlines.of_country(unit, "US") if h.voice == number and h.reviewed_at)


def offered(cast: Cast, kind: Kind = Kind.CALL, text: str = CRISIS, **more: str) -> Handoff:
    found = escalation(cast, text)
    if kind == Kind.CALL:
        more["hotline_id"] = to_ring(cast)  # type: ignore[assignment]
    with cast.run.unit(cast.organization) as unit:
        offer.offer(unit, cast.ruth, found.id, kind, **more)
    return latest(cast)


def latest(cast: Cast) -> Handoff:
    with cast.run.unit(cast.organization) as unit:
        found = escalations.latest(unit, cast.conversation(ALEX).id)
        assert found
        return handoffs.of_escalation(unit, found.id)[-1]


def begin(cast: Cast, handoff: Handoff, **more: str) -> None:
    with cast.run.unit(cast.organization) as unit:
        ring.begin(unit, cast.ruth, handoff.id, **more)
    ring.ring_due(cast.run)


def answers(cast: Cast, words: str) -> Handoff:
    """The texter writes this, and the workers do their part."""
    cast.texts(ALEX, words)
    ring.ring_due(cast.run)
    return latest(cast)


def telephones(cast: Cast) -> None:
    """The clock's part."""
    ring.ring_due(cast.run)
    ring.quiet_telephones(cast.run)


def rung(phone: Phone, number: str, before: int = 0) -> Heard:
    return eventually(lambda: phone.calls(number)[before:])[-1]


def becomes(cast: Cast, state: State) -> Handoff:
    eventually(lambda: latest(cast).state == state, why=f"it is {latest(cast).state}")
    return latest(cast)


def asked_for_key(phone: Phone, number: str, before: int = 0) -> Heard:
    eventually(lambda: [c for c in phone.calls(number)[before:] if c.state == "gathering"])
    return phone.calls(number)[-1]


def takes_it(cast: Cast, phone: Phone, before: int) -> None:
    """The texter picks up and presses 1; the workers do their part."""
    phone.press(asked_for_key(phone, ALEX, before).sid, "1")
    ring.ring_due(cast.run)


def in_call(phone: Phone, number: str) -> str:
    """The conference in which this phone is."""
    eventually(lambda: phone.calls(number)[-1].state == "conference")
    return phone.calls(number)[-1].conference


def said(cast: Cast) -> str:
    return "\n".join(cast.bodies(cast.conversation(ALEX)))


def count(phone: Phone, number: str) -> int:
    return len(phone.calls(number))


def connected(cast: Cast, phone: Phone) -> Handoff:
    offered(cast)
    before, hotline = count(phone, ALEX), count(phone, BEST)
    assert answers(cast, "Call please").state == State.UNDER_WAY
    takes_it(cast, phone, before)
    rung(phone, BEST, hotline)
    return becomes(cast, State.CONNECTED)


def test_a_texter_who_answers_call_is_rung_presses_a_key_and_is_with_the_hotline(
    cast: Cast, phone: Phone
) -> None:
    handoff = connected(cast, phone)
    assert in_call(phone, ALEX) == in_call(phone, BEST) == handoff.room
    assert cast.run.seal.open(handoff.consent_sealed or "") == "Call please"
    with cast.run.unit(cast.organization) as unit:
        cast.asks_safety(handoff.escalation_id)
        with pytest.raises(Conflict, match="what came of the call"):
            escalate.resolve(unit, cast.ruth, handoff.escalation_id, "hotline", "")
    with cast.run.unit(cast.organization) as unit:
        outcome.tell(unit, cast.ruth, handoff.id, State.HELPED, "they have a plan for the night")
        escalate.resolve(unit, cast.ruth, handoff.escalation_id, "hotline", "")


def test_with_nobody_on_shift_a_texter_who_sends_call_is_connected_all_the_same(
    cast: Cast, phone: Phone
) -> None:
    before = count(phone, ALEX)
    assert answers(cast, "CALL").by is None
    takes_it(cast, phone, before)
    becomes(cast, State.CONNECTED)
    assert cast.conversation(ALEX).state == Owner.WAITING  # still everybody's business
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].acknowledged_at is None
    assert count(phone, ALEX) == before + 1
    cast.texts(ALEX, "call")
    assert ring.ring_due(cast.run) == 0  # they are in the call
    phone.hang_up(phone.calls(ALEX)[-1].sid)
    eventually(lambda: "The call has ended" in said(cast))
    cast.texts(ALEX, "call")
    cast.texts(ALEX, "call")
    assert ring.ring_due(cast.run) == 1  # they may ask again; while it rings nothing else does


@pytest.mark.parametrize("manner", ["rings", "busy", "machine"])
def test_whoever_does_not_take_the_call_is_texted_and_the_supervisors_are_alarmed_anew(
    cast: Cast, phone: Phone, manner: str
) -> None:
    offered(cast)
    phone.behave(ALEX, manner)
    hotline = count(phone, BEST)
    answers(cast, "call")
    becomes(cast, State.NO_ANSWER)
    assert count(phone, BEST) == hotline  # nobody speaks to a machine
    assert "Answer CALL and we ring again" in said(cast)
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].acknowledged_at is None


def test_a_busy_hotline_is_followed_by_the_next_and_the_texter_hears_so(cast: Cast, phone: Phone) -> None:
    offered(cast)
    phone.behave(BEST, "busy")
    before = count(phone, ALEX)
    answers(cast, "call")
    takes_it(cast, phone, before)
    eventually(lambda: "trying another" in " ".join(phone.calls(ALEX)[-1].spoken))
    ring.ring_due(cast.run)
    handoff = becomes(cast, State.CONNECTED)
    assert in_call(phone, ALEX) == in_call(phone, NEXT) == handoff.room


def test_when_no_hotline_answers_the_texter_hears_it_and_gets_a_number(cast: Cast, phone: Phone) -> None:
    offered(cast)
    for number in (BEST, NEXT):
        phone.behave(number, "busy")
    before = count(phone, ALEX)
    answers(cast, "call")
    takes_it(cast, phone, before)
    eventually(lambda: "trying another" in " ".join(phone.calls(ALEX)[-1].spoken))
    ring.ring_due(cast.run)
    becomes(cast, State.FAILED)
    eventually(lambda: phone.calls(ALEX)[-1].state == "ended")
    assert "could not connect you" in " ".join(phone.calls(ALEX)[-1].spoken)
    assert "We could not connect you just now" in said(cast)
    assert "988" in cast.bodies(cast.conversation(ALEX))[-1]


def test_a_refusal_for_now_is_tried_again_and_rings_once(cast: Cast, phone: Phone, misbehave) -> None:
    offered(cast)
    before = count(phone, ALEX)
    misbehave(api_429_rate=1)
    answers(cast, "call")
    misbehave()
    cast.run.clock.move(seconds=5)
    telephones(cast)
    assert asked_for_key(phone, ALEX, before)
    assert count(phone, ALEX) == before + 1


def test_an_answer_that_never_comes_is_not_asked_for_twice(cast: Cast, phone: Phone, misbehave) -> None:
    offered(cast)
    before = count(phone, ALEX)
    misbehave(api_5xx_rate=1, api_taken_rate=1)
    answers(cast, "call")
    misbehave()
    assert asked_for_key(phone, ALEX, before)  # it was taken: its webhook came
    cast.run.clock.move(seconds=30)
    telephones(cast)
    assert count(phone, ALEX) == before + 1
    assert latest(cast).state == State.UNDER_WAY


def test_a_call_of_which_nothing_is_heard_is_given_up_and_the_texter_told(
    cast: Cast, phone: Phone, misbehave
) -> None:
    offered(cast)
    misbehave(api_5xx_rate=1, api_taken_rate=0)
    answers(cast, "call")
    misbehave()
    cast.run.clock.move(seconds=50)
    telephones(cast)
    assert latest(cast).state == State.FAILED
    assert "Answer CALL and we ring again" in said(cast)


def test_a_worker_that_dies_before_it_rings_delays_the_call_and_never_loses_it(
    cast: Cast, phone: Phone
) -> None:
    offered(cast)
    cast.texts(ALEX, "call")
    with cast.run.everywhere() as everywhere:
        assert handoffs.claim(everywhere)  # and dies
    telephones(cast)
    assert latest(cast).state == State.UNDER_WAY
    cast.run.clock.move(seconds=50)
    telephones(cast)
    assert latest(cast).state == State.FAILED


def test_when_one_hangs_up_the_other_is_not_left_in_an_empty_call(cast: Cast, phone: Phone) -> None:
    connected(cast, phone)
    phone.hang_up(phone.calls(BEST)[-1].sid)
    eventually(lambda: phone.calls(ALEX)[-1].state == "ended")
    assert latest(cast).state == State.CONNECTED  # a person says what came of it
    with cast.run.unit(cast.organization) as unit:
        assert not handoffs.live(unit, latest(cast).id)


def test_a_supervisor_may_join_and_whoever_stays_loses_nobody(cast: Cast, phone: Phone) -> None:
    handoff = connected(cast, phone)
    before = count(phone, RUTHS)
    with cast.run.unit(cast.organization) as unit:
        ring.join(unit, cast.ruth, handoff.id, RUTHS)
    ring.ring_due(cast.run)
    phone.press(asked_for_key(phone, RUTHS, before).sid, "1")
    assert in_call(phone, RUTHS) == handoff.room
    phone.hang_up(phone.calls(RUTHS)[-1].sid)
    eventually(lambda: phone.calls(RUTHS)[-1].state == "ended")
    assert phone.calls(ALEX)[-1].state == phone.calls(BEST)[-1].state == "conference"


def test_nobody_is_rung_without_consent_but_in_imminent_danger_and_with_a_reason(
    cast: Cast, phone: Phone
) -> None:
    handoff = offered(cast)
    with pytest.raises(Conflict, match="has not agreed"):
        begin(cast, handoff, reason="I am worried about them")
    cast.texts(ALEX, IMMINENT)
    with pytest.raises(Invalid, match="Write down why"):
        begin(cast, handoff, reason="")
    before = count(phone, ALEX)
    begin(cast, handoff, reason="they hold the pills in their hand")
    assert asked_for_key(phone, ALEX, before)
    with cast.run.unit(cast.organization) as unit:
        noted = [event.action for event in events.of_conversation(unit, cast.conversation(ALEX).id)]
    assert "handoff:without_consent" in noted


@pytest.mark.parametrize("words", ["no", "No thanks", "NOPE"])
def test_a_no_is_kept_and_they_go_on_texting(cast: Cast, phone: Phone, words: str) -> None:
    offered(cast)
    before = count(phone, ALEX)
    handoff = answers(cast, words)
    assert (handoff.state, count(phone, ALEX)) == (State.DECLINED, before)
    conversation = cast.conversation(ALEX)
    assert (conversation.state, conversation.owner_id) == (Owner.SUPERVISOR, cast.ruth.id)


def test_other_words_answer_nothing_until_a_person_has_read_them(cast: Cast, phone: Phone) -> None:
    offered(cast)
    handoff = answers(cast, "no I can't, he would hear me. ok maybe later?")
    assert handoff.state == State.OFFERED
    with cast.run.unit(cast.organization) as unit:
        offer.noted(unit, cast.ruth, handoff.id, "maybe later", agreed=False)
    assert latest(cast).state == State.DECLINED


def test_a_supervisor_calls_back_and_neither_sees_the_others_number(cast: Cast, phone: Phone) -> None:
    handoff = offered(cast, Kind.CALLBACK)
    assert answers(cast, "ok").state == State.AGREED
    with pytest.raises(Invalid, match="number at which you can be rung"):
        begin(cast, handoff, number="12")
    hers, theirs = count(phone, RUTHS), count(phone, ALEX)
    begin(cast, handoff, number=RUTHS)
    phone.press(asked_for_key(phone, RUTHS, hers).sid, "1")
    ring.ring_due(cast.run)
    phone.press(asked_for_key(phone, ALEX, theirs).sid, "1")
    becomes(cast, State.CONNECTED)
    assert in_call(phone, RUTHS) == in_call(phone, ALEX)
    conversation = cast.conversation(ALEX)
    assert (conversation.state, conversation.owner_id) == (Owner.HANDED_OFF, cast.ruth.id)
    cast.texts(ALEX, "that was good, thank you")
    assert cast.conversation(ALEX).state == Owner.SUPERVISOR


def test_a_supervisor_who_is_rung_and_does_not_press_leaves_the_texter_in_peace(
    cast: Cast, phone: Phone
) -> None:
    handoff = offered(cast, Kind.CALLBACK)
    answers(cast, "ok")
    phone.behave(RUTHS, "machine")
    theirs = count(phone, ALEX)
    begin(cast, handoff, number=RUTHS)
    becomes(cast, State.NO_ANSWER)
    assert count(phone, ALEX) == theirs


def test_a_referral_passes_on_only_what_the_texter_has_read_and_agreed_to(cast: Cast, phone: Phone) -> None:
    handoff = offered(cast, Kind.REFERRAL, to="the Harbor clinic", summary="18, lives alone, wants to talk")
    assert "18, lives alone, wants to talk" in said(cast)
    with pytest.raises(Conflict):
        begin(cast, handoff)
    assert answers(cast, "Ok, thanks").state == State.AGREED
    begin(cast, handoff)
    with cast.run.unit(cast.organization) as unit:
        outcome.tell(unit, cast.ruth, handoff.id, State.HELPED, "seen at nine")
        with pytest.raises(Conflict):
            outcome.tell(unit, cast.ruth, handoff.id, State.FAILED, "")


def test_whoever_else_picks_up_or_reads_learns_of_no_danger(cast: Cast, phone: Phone) -> None:
    cast.texts(ALEX, "my husband is beating me, he says he will kill me")
    before, known = count(phone, ALEX), len(cast.bodies(cast.conversation(ALEX)))
    phone.behave(ALEX, "machine")
    answers(cast, "call")
    eventually(lambda: phone.calls(ALEX)[before:] and phone.calls(ALEX)[-1].state == "ended")
    words = cast.bodies(cast.conversation(ALEX))[known:] + list(phone.calls(ALEX)[-1].spoken)
    for body in words:
        for word in ("crisis", "danger", "suicide", "abuse", "violence", "hotline", "hurt"):
            assert word not in body.lower(), body


def test_a_conversation_that_is_on_the_phone_belongs_to_somebody_when_the_supervisors_browser_is_gone(
    cast: Cast, phone: Phone
) -> None:
    connected(cast, phone)
    cast.silence(600)
    conversation = cast.conversation(ALEX)
    assert (conversation.state, conversation.owner_id) in {
        (Owner.HANDED_OFF, cast.ruth.id),
        (Owner.SUPERVISOR, cast.ruth.id),
        (Owner.WAITING, None),
    }


def test_the_hotline_that_was_chosen_is_rung_first_and_one_that_cannot_be_rung_is_not_offered(
    cast: Cast, phone: Phone
) -> None:
    found = escalation(cast)
    with cast.run.unit(cast.organization) as unit:
        unreviewed = next(h.id for h in hotlines.of_country(unit, "US") if not h.reviewed_at)
        with pytest.raises(Invalid, match="cannot be rung"):
            offer.offer(unit, cast.ruth, found.id, Kind.CALL, hotline_id=unreviewed)
        offer.offer(unit, cast.ruth, found.id, Kind.CALL, hotline_id=to_ring(cast, NEXT))
    best, theirs = count(phone, BEST), count(phone, ALEX)
    answers(cast, "call")
    takes_it(cast, phone, theirs)
    becomes(cast, State.CONNECTED)
    assert in_call(phone, NEXT)
    assert count(phone, BEST) == best


def test_a_handoff_that_nobody_goes_on_with_raises_an_alarm_until_somebody_does(
    cast: Cast, phone: Phone
) -> None:
    handoff = offered(cast, Kind.CALLBACK)

    def standing() -> bool:
        watch.silences(cast.run)
        with cast.run.unit(cast.organization) as unit:
            return "handoff_open" in [alarm.kind for alarm in alarms.opened(unit)]

    answers(cast, "ok")
    assert not standing()
    cast.run.clock.move(minutes=4)
    assert standing()
    phone.behave(RUTHS, "busy")
    begin(cast, handoff, number=RUTHS)
    becomes(cast, State.NO_ANSWER)
    assert not standing()


def test_another_organizations_handoff_does_not_exist(cast: Cast, other: Cast, phone: Phone) -> None:
    handoff = offered(cast)
    with other.run.unit(other.organization) as unit, pytest.raises(NotFound):
        ring.begin(unit, other.ruth, handoff.id)


def test_the_same_answer_twice_rings_once(cast: Cast, phone: Phone) -> None:
    offered(cast)
    before = count(phone, ALEX)
    cast.arrives(ALEX, "call")
    text = cast.arrives(ALEX, "call")
    drain.drain(cast.run, receive.inbox_of(cast.run.seal, text))
    ring.ring_due(cast.run)
    ring.ring_due(cast.run)
    assert asked_for_key(phone, ALEX, before)
    assert count(phone, ALEX) == before + 1


def test_what_cannot_be_done_keeps_no_text_from_being_recorded_and_escalated(
    cast: Cast, phone: Phone
) -> None:
    with cast.run.unit(cast.organization) as unit:  # of a version that could fill in more
        lines.set_wording(unit, lines.get(unit, cast.line.id), "call_ringing", "Now. {unheard_of}")
    conversation = cast.texts(ALEX, "CALL")
    assert cast.bodies(conversation)[0] == "CALL"
    assert "We are calling a person" in said(cast)
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].conversation_id == conversation.id
        assert handoffs.of_conversation(unit, conversation.id) == []  # undone whole
    assert ring.ring_due(cast.run) == 0


def test_an_answer_that_cannot_be_taken_is_recorded_for_a_person_to_read(cast: Cast, phone: Phone) -> None:
    offered(cast)
    with cast.run.unit(cast.organization) as unit:
        lines.set_wording(unit, lines.get(unit, cast.line.id), "call_ringing", "Now. {unheard_of}")
    text = cast.arrives(ALEX, "ok")
    cast.arrives(ALEX, "are you there")
    drain.drain(cast.run, receive.inbox_of(cast.run.seal, text))
    assert cast.bodies(cast.conversation(ALEX))[-2:] == ["ok", "are you there"]
    assert latest(cast).state == State.OFFERED


@pytest.mark.parametrize("came", [State.NO_ANSWER, State.FAILED, State.HELPED])
def test_when_a_referral_is_over_the_conversation_is_with_somebody_and_watched(
    cast: Cast, phone: Phone, came: State
) -> None:
    handoff = offered(cast, Kind.REFERRAL, to="a clinic", summary="18")
    answers(cast, "ok")
    begin(cast, handoff)
    with cast.run.unit(cast.organization) as unit:
        outcome.tell(unit, cast.ruth, handoff.id, came, "")
    conversation = cast.conversation(ALEX)
    assert (conversation.state, conversation.owner_id) == (Owner.SUPERVISOR, cast.ruth.id)


def test_call_that_rings_nobody_alarms_anew_whoever_had_acknowledged(cast: Cast, phone: Phone) -> None:
    found = escalation(cast)
    with cast.run.unit(cast.organization) as unit:
        for hotline in hotlines.of_country(unit, "US"):
            hotline.voice = None if hotline.voice in (BEST, NEXT) else hotline.voice
    cast.texts(ALEX, "call")
    assert "We are calling a person" in said(cast)
    with cast.run.unit(cast.organization) as unit:
        assert escalations.get(unit, found.id).acknowledged_at is None


def test_one_telephone_that_cannot_be_rung_keeps_no_other_waiting(cast: Cast, phone: Phone) -> None:
    handoff = offered(cast, Kind.CALLBACK)
    answers(cast, "ok")
    with cast.run.unit(cast.organization) as unit:
        ring.begin(unit, cast.ruth, handoff.id, number=RUTHS)
        handoffs.legs(unit, handoff.id)[-1].number_sealed = "of a key that is gone"
    before = count(phone, OTHER)
    phone.behave(OTHER, "picks_up")
    cast.texts(OTHER, "call")
    assert ring.ring_due(cast.run) == 1
    assert asked_for_key(phone, OTHER, before)


def test_a_refusal_for_now_to_end_a_call_is_no_end(cast: Cast, phone: Phone, misbehave) -> None:
    handoff = connected(cast, phone)
    with cast.run.unit(cast.organization) as unit:
        leaving = handoffs.release(unit, handoff.id)
    misbehave(api_429_rate=1)
    cast.run.clock.move(seconds=30)
    telephones(cast)
    with cast.run.unit(cast.organization) as unit:
        assert [leg.id for leg in handoffs.live(unit, handoff.id)] == [leg.id for leg in leaving]
    misbehave()
    cast.run.clock.move(seconds=30)
    telephones(cast)
    eventually(lambda: phone.calls(ALEX)[-1].state == "ended")
    with cast.run.unit(cast.organization) as unit:
        assert not handoffs.live(unit, handoff.id)


def test_a_telephone_that_is_wanted_no_more_is_not_put_off(cast: Cast, phone: Phone) -> None:
    handoff = connected(cast, phone)
    with cast.run.unit(cast.organization) as unit:
        leg = handoffs.release(unit, handoff.id)[0]
        handoffs.put_off(unit, leg.id, unit.now)
        assert handoffs.leg(unit, leg.id).state == "leaving"


def test_whoever_would_rather_talk_is_told_once_how_and_alarms_nobody(cast: Cast, phone: Phone) -> None:
    before = count(phone, ALEX)
    for words in ("Hi, I want to talk to someone", "can you call me please"):
        cast.texts(ALEX, words)
    assert said(cast).count("Answer CALL") == 1
    with cast.run.unit(cast.organization) as unit:
        assert not escalations.unresolved(unit)
    assert answers(cast, "call").state == State.UNDER_WAY
    assert asked_for_key(phone, ALEX, before)


def test_a_good_outcome_written_down_during_a_call_ends_nothing(cast: Cast, phone: Phone) -> None:
    handoff = connected(cast, phone)
    with cast.run.unit(cast.organization) as unit:
        with pytest.raises(Conflict, match="still rings, or they are in the call"):
            outcome.tell(unit, cast.ruth, handoff.id, State.FAILED, "")
        outcome.tell(unit, cast.ruth, handoff.id, State.HELPED, "")
    cast.run.clock.move(minutes=5)
    telephones(cast)
    assert phone.calls(ALEX)[-1].state == phone.calls(BEST)[-1].state == "conference"


def test_whoever_is_in_a_call_is_not_rung_for_another(cast: Cast, phone: Phone) -> None:
    """They were rung in the middle of the call with the hotline, and told that they had not been reached."""
    offered(cast)
    phone.behave(ALEX, "busy")
    answers(cast, "call")
    first = becomes(cast, State.NO_ANSWER)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, first.escalation_id)
    phone.behave(ALEX, "picks_up")
    before = count(phone, ALEX)
    assert answers(cast, "Call please").id != first.id
    asked_for_key(phone, ALEX, before)
    before = count(phone, ALEX)
    with cast.run.unit(cast.organization) as unit, pytest.raises(Conflict, match="another call"):
        ring.begin(unit, cast.ruth, first.id)
    telephones(cast)
    assert count(phone, ALEX) == before


def test_two_supervisors_who_begin_at_once_ring_once(cast: Cast, phone: Phone) -> None:
    handoff = offered(cast)
    with cast.run.unit(cast.organization) as unit:
        offer.noted(unit, cast.ruth, handoff.id, "yes, call me", agreed=True)
    before = count(phone, ALEX)

    def begins(_: int) -> str:
        try:
            with cast.run.unit(cast.organization) as unit:
                ring.begin(unit, cast.ruth, handoff.id)
        except Conflict:
            return "refused"
        return "begun"

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(begins, range(4))) == ["begun", "refused", "refused", "refused"]
    ring.ring_due(cast.run)
    assert asked_for_key(phone, ALEX, before)
    assert count(phone, ALEX) == before + 1


def test_two_answers_in_one_batch_are_taken_in_turn(cast: Cast, phone: Phone) -> None:
    offered(cast, Kind.CALLBACK)
    for words in ("ok", "ok", "no"):
        text = cast.arrives(ALEX, words)
    drain.drain(cast.run, receive.inbox_of(cast.run.seal, text))
    assert latest(cast).state == State.DECLINED
    assert cast.bodies(cast.conversation(ALEX))[-3:] == ["ok", "ok", "no"]


def test_call_answers_the_call_and_not_what_was_offered_after_it(cast: Cast, phone: Phone) -> None:
    first = offered(cast)
    with cast.run.unit(cast.organization) as unit:
        offer.offer(unit, cast.ruth, first.escalation_id, Kind.REFERRAL, to="a clinic", summary="18")
    assert answers(cast, "CALL").state == State.OFFERED  # the referral
    with cast.run.unit(cast.organization) as unit:
        assert handoffs.get(unit, first.id).state == State.UNDER_WAY


def test_a_yes_to_somebodys_question_is_no_consent(cast: Cast, phone: Phone) -> None:
    offered(cast, Kind.CALLBACK)
    with cast.run.unit(cast.organization) as unit:
        reply.reply(unit, cast.ruth, cast.conversation(ALEX).id, "Are you alone?")
    assert answers(cast, "yes").state == State.OFFERED


def test_an_answer_that_comes_late_rings_nobody(cast: Cast, phone: Phone) -> None:
    offered(cast)
    cast.run.clock.move(minutes=40)
    before = count(phone, ALEX)
    assert answers(cast, "call").state == State.OFFERED or count(phone, ALEX) == before + 1
    late = cast.arrives(ALEX, "call")
    cast.run.clock.move(minutes=40)  # nobody records it for so long
    drain.drain(cast.run, receive.inbox_of(cast.run.seal, late))
    ring.ring_due(cast.run)
    assert count(phone, ALEX) <= before + 1


def test_a_no_after_a_yes_counts(cast: Cast, phone: Phone) -> None:
    offered(cast, Kind.CALLBACK)
    assert answers(cast, "ok").state == State.AGREED
    assert answers(cast, "no").state == State.DECLINED


def test_a_call_whose_number_twilio_never_told_us_is_ended_all_the_same(
    cast: Cast, phone: Phone, misbehave
) -> None:
    offered(cast)
    for number in (BEST, NEXT):
        phone.behave(number, "failed")
    before = count(phone, ALEX)
    misbehave(api_5xx_rate=1, api_taken_rate=1)
    answers(cast, "call")
    misbehave()
    takes_it(cast, phone, before)
    eventually(lambda: "trying another" in " ".join(phone.calls(ALEX)[-1].spoken))
    ring.ring_due(cast.run)
    becomes(cast, State.FAILED)
    eventually(lambda: phone.calls(ALEX)[-1].state == "ended")


def test_a_supervisor_who_hangs_up_before_the_texter_is_rung_leaves_them_in_peace(
    cast: Cast, phone: Phone
) -> None:
    handoff = offered(cast, Kind.CALLBACK)
    answers(cast, "ok")
    hers, theirs = count(phone, RUTHS), count(phone, ALEX)
    begin(cast, handoff, number=RUTHS)
    call = asked_for_key(phone, RUTHS, hers)
    phone.press(call.sid, "1")
    phone.hang_up(call.sid)
    becomes(cast, State.NO_ANSWER)
    assert ring.ring_due(cast.run) == 0
    assert count(phone, ALEX) == theirs


def test_a_second_try_is_not_ended_by_the_end_of_the_first(cast: Cast, phone: Phone) -> None:
    handoff = offered(cast)
    phone.behave(ALEX, "busy")
    answers(cast, "call")
    first = becomes(cast, State.NO_ANSWER).room
    phone.behave(ALEX, "picks_up")
    before = count(phone, ALEX)
    begin(cast, handoff)
    takes_it(cast, phone, before)
    assert becomes(cast, State.CONNECTED).room != first


def test_when_a_call_has_ended_the_texter_and_the_supervisors_hear_of_it(cast: Cast, phone: Phone) -> None:
    handoff = connected(cast, phone)
    with cast.run.unit(cast.organization) as unit:
        escalate.acknowledge(unit, cast.ruth, handoff.escalation_id) if not escalations.get(
            unit, handoff.escalation_id
        ).acknowledged_at else None
    phone.hang_up(phone.calls(BEST)[-1].sid)
    eventually(lambda: "The call has ended" in said(cast))
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].acknowledged_at is None
    assert cast.conversation(ALEX).state == Owner.SUPERVISOR


def test_what_a_telephone_has_told_meanwhile_counts_for_more(cast: Cast, phone: Phone) -> None:
    connected(cast, phone)
    with cast.run.unit(cast.organization) as unit:
        leg = handoffs.live(unit, latest(cast).id)[0]
        handoffs.rings(unit, leg.id, "CA-late")
        unit.flush()
        after = handoffs.leg(unit, leg.id)
        assert (after.state, after.sid) == ("joined", leg.sid)


def test_an_end_that_twilio_did_not_take_is_asked_for_again(cast: Cast, phone: Phone, misbehave) -> None:
    connected(cast, phone)
    misbehave(callback_drop_rate=0, api_5xx_rate=1, api_taken_rate=0)
    with cast.run.unit(cast.organization) as unit:
        leaving = [leg.id for leg in handoffs.release(unit, latest(cast).id)]
    misbehave()
    assert len(leaving) == 2
    cast.run.clock.move(seconds=30)
    telephones(cast)
    eventually(lambda: phone.calls(ALEX)[-1].state == "ended")
    with cast.run.unit(cast.organization) as unit:
        assert not handoffs.live(unit, latest(cast).id)


def test_a_lost_status_callback_is_asked_for(cast: Cast, phone: Phone) -> None:
    connected(cast, phone)
    sid = phone.calls(ALEX)[-1].sid
    with cast.run.unit(cast.organization) as unit:
        leg = next(leg for leg in handoffs.live(unit, latest(cast).id) if leg.sid == sid)
        assert leg.state == "joined"
    phone.hang_up(sid)
    eventually(lambda: "The call has ended" in said(cast))


def test_the_line_rings_only_its_own_countrys_phones_and_not_too_often(cast: Cast, phone: Phone) -> None:
    abroad = "+447700900123"
    cast.texts(abroad, "CALL")
    assert ring.ring_due(cast.run) == 0
    phone.behave(ALEX, "busy")
    before = count(phone, ALEX)
    for _ in range(7):
        answers(cast, "call")
        eventually(lambda: latest(cast).state != State.UNDER_WAY)
    assert count(phone, ALEX) == before + 4
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)[0].acknowledged_at is None


def test_somebody_who_is_blocked_is_not_rung_and_still_alarms(cast: Cast, phone: Phone) -> None:
    conversation = cast.texts(ALEX, "hi")
    with cast.run.unit(cast.organization) as unit:
        block.block(unit, cast.ruth, conversation.id, 1, "a test")
    cast.texts(ALEX, "call")
    assert ring.ring_due(cast.run) == 0
    with cast.run.unit(cast.organization) as unit:
        assert escalations.unresolved(unit)


def test_call_begins_what_a_supervisor_has_noted_as_agreed(cast: Cast, phone: Phone) -> None:
    handoff = offered(cast)
    with cast.run.unit(cast.organization) as unit:
        offer.noted(unit, cast.ruth, handoff.id, "yes, but give me a minute", agreed=True)
    before = count(phone, ALEX)
    assert answers(cast, "call").state == State.UNDER_WAY
    assert asked_for_key(phone, ALEX, before)


@pytest.mark.parametrize("number", ["", "12", "555", "07700 900123"])
def test_nobody_is_let_into_a_call_at_a_number_that_is_none(cast: Cast, phone: Phone, number: str) -> None:
    handoff = offered(cast, Kind.CALLBACK)
    answers(cast, "ok")
    with pytest.raises(Invalid, match="can be rung"):
        begin(cast, handoff, number=number)


def test_the_offer_leaves_at_once(cast: Cast, phone: Phone) -> None:
    offered(cast)
    send.send(cast.run, cast.organization, cast.conversation(ALEX).texter_id)
    eventually(lambda: any("Answer CALL" in shown.body for shown in phone.messages(ALEX)))


def test_whoever_asks_for_a_call_while_a_supervisor_is_rung_for_them_is_not_rung_besides(
    cast: Cast, phone: Phone
) -> None:
    handoff = offered(cast, Kind.CALLBACK)
    answers(cast, "ok")
    theirs, hers = count(phone, ALEX), count(phone, RUTHS)
    begin(cast, handoff, number=RUTHS)
    rung(phone, RUTHS, hers)
    assert answers(cast, "call").kind == Kind.CALLBACK
    assert count(phone, ALEX) == theirs


def test_a_call_that_twilio_does_not_know_any_more_is_over(cast: Cast, phone: Phone) -> None:
    handoff = connected(cast, phone)
    with cast.run.unit(cast.organization) as unit:
        for leg in handoffs.legs(unit, handoff.id):
            leg.sid = f"CA{leg.id:032x}"
    cast.run.clock.move(minutes=1)
    telephones(cast)
    with cast.run.unit(cast.organization) as unit:
        assert not handoffs.live(unit, handoff.id)
