"""Pictures that went out with an answer, sealed."""

import base64
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from textline.store.base import Base, Everywhere, Owned, Scope
from textline.store.messages import Message

# Twilio fetches a picture when it takes the text; a reply is worth nothing after four hours (flow.send).
FETCHED_WITHIN = timedelta(hours=6)


class Picture(Owned, Base):
    """A picture of a message."""

    __tablename__ = "pictures"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    content_sealed: Mapped[str]


def add(scope: Scope, message_id: int, content: bytes) -> None:
    """Keep a picture with its message."""
    sealed = scope.seal.close(base64.b64encode(content).decode())
    scope.session.add(
        Picture(organization_id=scope.organization_id, message_id=message_id, content_sealed=sealed)
    )


def of_messages(scope: Scope, message_ids: Sequence[int]) -> dict[int, list[int]]:
    """The pictures of messages, by message."""
    query = select(Picture.message_id, Picture.id).where(
        Picture.organization_id == scope.organization_id, Picture.message_id.in_(message_ids)
    )
    found: dict[int, list[int]] = {}
    for message, picture in scope.session.execute(query.order_by(Picture.id)):
        found.setdefault(message, []).append(picture)
    return found


def in_conversation(scope: Scope, conversation_id: int, picture_id: int) -> bytes | None:
    """A picture of this conversation, or None when it holds none of this number."""
    query = select(Picture.content_sealed).join(Message, Message.id == Picture.message_id).where(
        Picture.organization_id == scope.organization_id,
        Picture.id == picture_id,
        Message.conversation_id == conversation_id,
    )  # fmt: skip
    return _opened(scope, scope.session.scalar(query))


def to_be_fetched(everywhere: Everywhere, picture_id: int) -> bytes | None:
    """A picture that the carrier may still fetch. Whoever asks has proved that they were given its address."""
    query = select(Picture.content_sealed).join(Message, Message.id == Picture.message_id).where(
        Picture.id == picture_id, Message.recorded_at > everywhere.now - FETCHED_WITHIN
    )  # fmt: skip
    return _opened(everywhere, everywhere.session.scalar(query))


def _opened(scope: Everywhere, sealed: str | None) -> bytes | None:
    return base64.b64decode(scope.seal.open(sealed)) if sealed is not None else None
