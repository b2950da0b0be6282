"""What may take long is done before a texter's row is held."""

import threading

from tests.cast import ALEX, Cast
from textline.flow.drain import drain_some
from textline.rules import language
from textline.store import texters

HARD_TO_TELL = "quelle heure est-il chez vous maintenant"


def test_nobodys_row_is_held_while_the_recognition_of_languages_is_read(cast: Cast) -> None:
    """It takes a second, and many on a busy machine: a crisis of a texter in the same batch waited twelve."""
    cast.texts(ALEX, "hello there")
    cast.arrives(ALEX, HARD_TO_TELL)
    language.language.cache_clear()
    with language._reading:  # as while it is read
        drains = threading.Thread(target=drain_some, args=(cast.run, "texts"))
        drains.start()
        drains.join(0.5)
        assert drains.is_alive(), "it waits for the recognition"
        with cast.run.unit(cast.organization) as unit:
            unit.be_brief(patience_s=0.1, limit_s=5)
            texters.get(unit, cast.conversation(ALEX).texter_id, lock=True)
    drains.join(20)
    assert HARD_TO_TELL in cast.bodies(cast.conversation(ALEX))
