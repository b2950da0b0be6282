"""A picture goes out with an answer: from the form to the carrier's own log, and what is fetched there."""

import io
from collections.abc import Callable
from contextlib import closing
from urllib.parse import urlsplit

from fastapi.testclient import TestClient
from PIL import Image

from tests.bench.cast import until
from tests.cast import ALEX, JORDAN, Cast
from tests.conftest import Clock
from textline.carrier.phone import Phone
from textline.flow import send
from textline.store import pictures
from textline.store.conversations import Conversation
from textline.store.people import Person

SignIn = Callable[[Person], TestClient]


def picture() -> bytes:
    into = io.BytesIO()
    Image.new("RGB", (300, 200), "olive").save(into, "PNG")
    return into.getvalue()


def answered(cast: Cast, signed_in: SignIn, body: str = "look", content: bytes | None = None) -> Conversation:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    files = {"picture": ("my holiday.png", content if content is not None else picture(), "image/png")}
    answer = signed_in(cast.maya).post(
        f"/conversations/{conversation.id}/replies", data={"body": body, "once": "a"}, files=files
    )
    assert answer.status_code == 200, answer.text
    return conversation


def addresses(cast: Cast) -> list[str]:
    """The pictures of the last text to Alex, as the carrier has them."""
    with closing(Phone(str(cast.run.settings.twilio_api_url))) as phone:
        until(lambda: any(text.media for text in phone.messages(ALEX)), 5, "no picture is shown")
        return list(phone.messages(ALEX)[-1].media)


def test_a_picture_reaches_the_carrier_and_is_fetched_there(
    cast: Cast, signed_in: SignIn, anybody: TestClient, clock: Clock
) -> None:
    conversation = answered(cast, signed_in)
    send.send(cast.run, cast.organization, conversation.texter_id)
    (address,) = addresses(cast)
    assert address.startswith(cast.run.settings.public_url)
    fetched = anybody.get(urlsplit(address).path)
    assert (fetched.status_code, fetched.headers["content-type"]) == (200, "image/jpeg")
    assert Image.open(io.BytesIO(fetched.content)).size == (300, 200)
    clock.move(hours=7)
    assert anybody.get(urlsplit(address).path).status_code == 404


def test_nobody_guesses_an_address(cast: Cast, signed_in: SignIn, anybody: TestClient) -> None:
    conversation = answered(cast, signed_in)
    send.send(cast.run, cast.organization, conversation.texter_id)
    path = urlsplit(addresses(cast)[0]).path
    number, token = path.removesuffix(".jpg").split("/")[-2:]
    for wrong in (
        f"/pictures/{number}/{'0' * len(token)}.jpg",
        f"/pictures/{number}/.jpg",
        f"/pictures/9{number}/{token}.jpg",
    ):
        assert anybody.get(wrong).status_code == 404


def test_a_picture_alone_is_an_answer_and_the_page_shows_it(cast: Cast, signed_in: SignIn) -> None:
    conversation = answered(cast, signed_in, body="")
    with cast.run.unit(cast.organization) as unit:
        ((which,),) = pictures.of_messages(unit, [cast.thread(conversation)[-1].id]).values()
    path = f"/conversations/{conversation.id}/pictures/{which}"
    maya = signed_in(cast.maya)
    assert path in maya.get(f"/conversations/{conversation.id}").text
    assert maya.get(path).headers["content-type"] == "image/jpeg"
    assert signed_in(cast.sam).get(path).status_code == 404  # it is not his
    other = cast.texts(JORDAN, "hi")
    assert signed_in(cast.ruth).get(f"/conversations/{other.id}/pictures/{which}").status_code == 404


def test_what_is_no_picture_is_refused_and_nothing_is_sent(cast: Cast, signed_in: SignIn) -> None:
    cast.comes(cast.maya)
    conversation = cast.texts(ALEX, "hi")
    files = {"picture": ("words.png", b"no picture", "image/png")}
    answer = signed_in(cast.maya).post(
        f"/conversations/{conversation.id}/replies", data={"body": "x"}, files=files
    )
    assert answer.status_code == 422
    assert "choose a JPEG" in answer.text
    assert "x" not in cast.bodies(conversation)


def test_no_file_chosen_is_an_answer_in_words(cast: Cast, signed_in: SignIn) -> None:
    conversation = answered(cast, signed_in, body="only words", content=b"")
    assert cast.bodies(conversation)[-1] == "only words"
    with cast.run.unit(cast.organization) as unit:
        assert not pictures.of_messages(unit, [text.id for text in cast.thread(conversation)])
