"""What the database itself refuses, whatever the code would do."""

import pytest
from sqlalchemy import text

from tests.cast import ALEX, Cast
from textline.errors import Conflict


@pytest.mark.parametrize(
    "wrong",
    [
        "update conversations set owner_id = 1",
        "update conversations set state = 'with_volunteer'",
        "update conversations set waiting_since = null",
        "update conversations set closed_at = now()",
        "update conversations set state = 'lost'",
        "insert into conversations (organization_id, line_id, texter_id, state, level, opened_at, waiting_since, "
        "last_text_at, said) select organization_id, line_id, texter_id, 'waiting', 0, now(), now(), now(), '[]' "
        "from conversations",
        "insert into messages (organization_id, conversation_id, texter_id, author, body_sealed, account_sid, sid, "
        "at, recorded_at, urgent, attempts) select organization_id, conversation_id, texter_id, author, body_sealed, "
        "account_sid, sid, at, recorded_at, false, 0 from messages where sid is not null",
    ],
)
def test_a_conversation_has_one_owner_and_a_text_one_sid(cast: Cast, wrong: str) -> None:
    cast.texts(ALEX, "hi")
    with pytest.raises(Conflict), cast.run.store.session() as session:
        session.execute(text(wrong))
