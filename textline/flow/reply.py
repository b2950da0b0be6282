"""Reply: a volunteer or supervisor answers a texter."""

from textline.carrier.incoming import clean
from textline.errors import Conflict, Invalid, NotAllowed
from textline.flow import automatic, notify
from textline.rules.access import Role, allows
from textline.rules.ownership import Owner
from textline.rules.segments import MOST_CHARACTERS
from textline.runtime import Unit
from textline.store import conversations, events, messages, pictures, texters
from textline.store.conversations import Conversation
from textline.store.messages import Author
from textline.store.people import Person
from textline.store.texters import Texter


def reply(
    unit: Unit, person: Person, conversation_id: int, body: str, once: str = "", picture: bytes | None = None
) -> None:
    """Put an answer into the outbox; one with a `once` that has been used is there already.

    `picture` is one that `rules.pictures` has prepared.

    Raises:
        Conflict: the conversation is closed, or no longer this volunteer's.
        Invalid: nothing to send, too long, or the texter cannot be texted.
    """
    body = _checked(body, alone=picture is None)
    conversation = conversations.get(unit, conversation_id, lock=True)
    author = _author(person, conversation)
    if once and messages.is_said(unit, conversation.id, once):
        return
    _check_texter(texters.get(unit, conversation.texter_id))
    message = automatic.put_in_outbox(unit, conversation, body, author, person.id, urgent=False)
    message.once = once[:64] or None
    unit.flush()
    if picture is not None:
        pictures.add(unit, message.id, picture)
    conversation.unanswered_since = None
    events.note(unit, "message:replied", by=person.id, conversation=conversation.id, message=message.id)
    notify.spoke(unit, conversation)


def _checked(body: str, *, alone: bool) -> str:
    body = clean(body).strip()
    if not body and alone:
        raise Invalid("Write something first.")
    if len(body) > MOST_CHARACTERS:
        raise Invalid(f"A text holds {MOST_CHARACTERS} characters; this has {len(body)}. Send it in two.")
    return body


def _author(person: Person, conversation: Conversation) -> Author:
    if conversation.state == Owner.CLOSED:
        raise Conflict("The conversation is closed. When the texter writes again, a new one opens.")
    if allows(person.role, Role.SUPERVISOR):
        return Author.SUPERVISOR
    if conversation.owner_id != person.id:
        raise NotAllowed("The conversation is not yours any more.")
    return Author.VOLUNTEER


def _check_texter(texter: Texter) -> None:
    if texter.opted_out_at is not None:
        raise Invalid("This texter opted out (STOP): no text reaches them until they send START.")
    if not texter.answerable:
        raise Invalid("This sender cannot be texted back: it is a short code, a name or a withheld number.")
