"""A named cast: an organization, its line and its people; and what they do, in a word each."""

from dataclasses import dataclass
from functools import cache
from itertools import count

from sqlalchemy import select

from textline.carrier.incoming import Incoming
from textline.flow import ask_safety, presence, receive, set_up, sign_in
from textline.flow.drain import drain
from textline.flow.match import match
from textline.rules.access import Role
from textline.rules.safety import QUESTIONS
from textline.runtime import Runtime
from textline.store import conversations, hotlines, lines, messages, organizations, people, texters
from textline.store.conversations import Conversation
from textline.store.lines import Line
from textline.store.messages import Text
from textline.store.people import Person

PASSWORD = "correct horse battery"
ALEX, JORDAN, SASHA = "+12025550141", "+12025550142", "+12025550143"
_sids = count(1)


@cache
def _hash() -> str:
    return sign_in.hash_password(PASSWORD)


@dataclass
class Cast:
    """Who is there, and what they can do."""

    run: Runtime
    organization: int
    line: Line
    ada: Person
    ruth: Person
    maya: Person
    sam: Person

    def arrives(self, sender: str, body: str, *, sid: str | None = None, **more: object) -> Incoming:
        """A text is kept, and not yet recorded."""
        text = self.incoming(sender, body, sid=sid, **more)
        receive.receive(self.run, text)
        return text

    def incoming(self, sender: str, body: str, *, sid: str | None = None, **more: object) -> Incoming:
        """A text as a webhook brings it."""
        return Incoming(
            self.run.settings.twilio_account_sid, sid or f"SM{next(_sids):032x}", sender, self.line.number, body=body,
            **more,  # type: ignore[arg-type]
        )  # fmt: skip

    def texts(self, sender: str, body: str, **more: object) -> Conversation:
        """A text is kept, recorded and matched, as the workers would; gives its conversation as it then is."""
        text = self.arrives(sender, body, **more)
        drain(self.run, receive.inbox_of(self.run.seal, text))
        match(self.run, self.organization)
        return self.conversation(sender)

    def comes(self, *persons: Person) -> None:
        """These volunteers sign in and go available."""
        for person in persons:
            presence.set_available(self.run, person, True)
        match(self.run, self.organization)

    def asks_safety(self, escalation_id: int) -> None:
        """Ruth has asked the safety questions, and every answer is no."""
        with self.run.unit(self.organization) as unit:
            ask_safety.answer(unit, self.ruth, escalation_id, dict.fromkeys(QUESTIONS, "no"), "")

    def silence(self, seconds: int) -> None:
        """Time passes in which the web processes listen, and nobody's page answers."""
        presence.hear(self.run)
        for _ in range(seconds // 5):
            self.run.clock.move(seconds=5)  # type: ignore[attr-defined]
            presence.hear(self.run)

    def conversation(self, sender: str) -> Conversation:
        """The latest conversation of a texter."""
        with self.run.unit(self.organization) as unit:
            texter = texters.locked_all(unit, {sender: (None, True)})[sender]
            query = select(Conversation).where(Conversation.texter_id == texter.id)
            return unit.session.scalars(query.order_by(Conversation.id.desc()).limit(1)).one()

    def thread(self, conversation: Conversation) -> list[Text]:
        """What was said."""
        with self.run.unit(self.organization) as unit:
            return messages.thread(unit, conversation.id)

    def bodies(self, conversation: Conversation) -> list[str]:
        """What was said, in words."""
        return [text.body for text in self.thread(conversation)]

    def now(self, conversation: Conversation) -> Conversation:
        """The conversation as it is now."""
        with self.run.unit(self.organization) as unit:
            return conversations.get(unit, conversation.id)


def gather(run: Runtime, name: str, number: str) -> Cast:
    """An organization with its line, its people, and its country's hotlines reviewed."""
    domain = f"{name.lower()}.example"
    with run.everywhere() as everywhere:
        organization = organizations.add(everywhere, name)
    with run.unit(organization.id) as unit:
        ada = people.add(unit, "Ada", f"ada@{domain}", Role.ADMIN, _hash())
        ruth = people.add(unit, "Ruth", f"ruth@{domain}", Role.SUPERVISOR, _hash())
        maya = people.add(unit, "Maya", f"maya@{domain}", Role.VOLUNTEER, _hash())
        sam = people.add(unit, "Sam", f"sam@{domain}", Role.VOLUNTEER, _hash())
        line = set_up.add_line(unit, ada, name, number, "en", "America/New_York")
        for hotline in hotlines.of_country(unit, "US"):
            set_up.review_hotline(unit, ada, hotline.id, reviewed=True)
        assert lines.every(unit) == [line]
    return Cast(run, organization.id, line, ada, ruth, maya, sam)
