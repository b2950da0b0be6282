"""What the simulated carrier knows, in one SQLite file that outlives the process."""

import json
import sqlite3
import time
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from textline.carrier.simulated.account import NUMBERS, POOLED, fixed_sid

_SCHEMA = """
CREATE TABLE IF NOT EXISTS texts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT UNIQUE NOT NULL, direction TEXT NOT NULL,
    sender TEXT NOT NULL, recipient TEXT NOT NULL, body TEXT NOT NULL, status TEXT NOT NULL,
    error_code INTEGER, media TEXT NOT NULL, service TEXT, callback TEXT,
    created REAL NOT NULL, updated REAL NOT NULL, sent REAL, shown INTEGER);
CREATE INDEX IF NOT EXISTS texts_to ON texts (recipient, seq);
CREATE INDEX IF NOT EXISTS texts_from ON texts (sender, seq);
CREATE INDEX IF NOT EXISTS texts_shown ON texts (shown);
CREATE TABLE IF NOT EXISTS things (
    kind TEXT NOT NULL, sid TEXT NOT NULL, seq INTEGER PRIMARY KEY AUTOINCREMENT, doc TEXT NOT NULL,
    UNIQUE (kind, sid));
CREATE TABLE IF NOT EXISTS webhook_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, sid TEXT NOT NULL, what TEXT NOT NULL,
    began REAL NOT NULL, ended REAL NOT NULL, status INTEGER NOT NULL, detail TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS opted_out (line TEXT, texter TEXT, PRIMARY KEY (line, texter));
"""


@dataclass
class Text:
    """A text, in or out. Times are in seconds since 1970. `shown` orders what phones have shown."""

    direction: str
    sender: str
    recipient: str
    body: str
    status: str
    sid: str = ""
    media: list[tuple[str, str]] = field(default_factory=list)
    service: str | None = None
    callback: str | None = None
    error_code: int | None = None
    created: float = field(default_factory=time.time)
    updated: float = field(default_factory=time.time)
    sent: float | None = None
    shown: int | None = None
    seq: int = 0

    def __post_init__(self) -> None:
        self.sid = self.sid or ("MM" if self.media else "SM") + uuid.uuid4().hex

    @property
    def inbound(self) -> bool:
        """Whether a phone sent it."""
        return self.direction == "inbound"


_COLUMNS = [name for name in Text.__dataclass_fields__ if name != "seq"]


class Book:
    """All tables. Used from one thread; every change is committed at once."""

    def __init__(self, data: Path) -> None:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._db = sqlite3.connect(data / "carrier.sqlite3", isolation_level=None, check_same_thread=False)
        self._db.row_factory = sqlite3.Row
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;" + _SCHEMA)
        self._stock()

    def _stock(self) -> None:
        service = fixed_sid("MG", "service")
        self._add_new("service", service, {"sid": service, "friendly_name": "Textline pool"})
        for number in (*NUMBERS, POOLED):
            sid = fixed_sid("PN", number)
            pool = service if number == POOLED else None
            self._add_new("number", sid, {"sid": sid, "phone_number": number, "service": pool})

    def _add_new(self, kind: str, sid: str, doc: dict[str, Any]) -> None:
        doc = {"created": time.time(), "updated": time.time(), **doc}
        self._db.execute(
            "INSERT OR IGNORE INTO things (kind, sid, doc) VALUES (?, ?, ?)", (kind, sid, json.dumps(doc))
        )

    def close(self) -> None:
        """Write all and let the file go."""
        self._db.close()

    # ---- Texts

    def add(self, text: Text) -> bool:
        """Keep a new text; False, and nothing done, when its SID is known already."""
        row = asdict(text) | {"media": json.dumps(text.media)}
        marks = ", ".join("?" * len(_COLUMNS))
        done = self._db.execute(
            f"INSERT OR IGNORE INTO texts ({', '.join(_COLUMNS)}) VALUES ({marks})",  # noqa: S608 - constants
            [row[name] for name in _COLUMNS],
        )
        text.seq = done.lastrowid or 0
        return done.rowcount == 1

    def text(self, sid: str) -> Text | None:
        """The text with this SID."""
        return next(iter(self.texts("sid = ?", [sid])), None)

    def texts(self, where: str, values: Iterable[object], order: str = "seq", limit: int = -1) -> list[Text]:
        """Texts that fulfil a condition; `where` and `order` are written by the caller, never taken from outside."""
        rows = self._db.execute(
            f"SELECT * FROM texts WHERE {where} ORDER BY {order} LIMIT {limit}",  # noqa: S608 - see above
            list(values),
        )
        return [Text(**(dict(row) | {"media": [tuple(m) for m in json.loads(row["media"])]})) for row in rows]

    def change(self, sid: str, **changes: object) -> None:
        """Change columns of one text, and its time of change."""
        changes["updated"] = time.time()
        columns = ", ".join(f"{name} = ?" for name in changes)
        self._db.execute(f"UPDATE texts SET {columns} WHERE sid = ?", [*changes.values(), sid])  # noqa: S608

    def show(self, sid: str) -> None:
        """A phone shows this text from now on, after all that phones have shown before."""
        self._db.execute(
            "UPDATE texts SET shown = (SELECT coalesce(max(shown), 0) + 1 FROM texts)"
            " WHERE sid = ? AND shown IS NULL",
            [sid],
        )

    def delete(self, sid: str) -> None:
        """Forget a text."""
        self._db.execute("DELETE FROM texts WHERE sid = ?", [sid])

    # ---- Numbers, services, calls, alerts: kept as they are shown

    def put(self, kind: str, sid: str, **changes: object) -> dict[str, Any]:
        """Make or change a thing; returns it as it is now."""
        self._add_new(kind, sid, {"sid": sid})
        doc = (self.get(kind, sid) or {}) | changes | {"updated": time.time()}
        self._db.execute("UPDATE things SET doc = ? WHERE kind = ? AND sid = ?", [json.dumps(doc), kind, sid])
        return doc

    def get(self, kind: str, sid: str) -> dict[str, Any] | None:
        """The thing with this SID."""
        row = self._db.execute("SELECT doc FROM things WHERE kind = ? AND sid = ?", [kind, sid]).fetchone()
        return json.loads(row["doc"]) if row else None

    def all(self, kind: str) -> list[dict[str, Any]]:
        """All things of a kind, oldest first."""
        rows = self._db.execute("SELECT doc FROM things WHERE kind = ? ORDER BY seq", [kind])
        return [json.loads(row["doc"]) for row in rows]

    def line(self, number: str) -> dict[str, Any] | None:
        """The account's number, if it is one."""
        return self.get("number", fixed_sid("PN", number))

    def alert(
        self, code: int, sid: str, url: str, why: str, level: str = "error", method: str = "POST"
    ) -> None:
        """Write down what went wrong, as Twilio's console and its Monitor API show it."""
        facts = {"error_code": code, "resource_sid": sid, "url": url, "why": why}
        self.put("alert", "NO" + uuid.uuid4().hex, **facts, level=level, method=method)

    def alerts(
        self, limit: int, *, before: int | None, level: str | None, since: float | None, until: float | None
    ) -> list[tuple[int, dict[str, Any]]]:
        """Alerts with their places, newest first; times are in seconds since 1970, to the second."""
        rows = self._db.execute(
            "SELECT seq, doc, CAST(json_extract(doc, '$.created') AS INTEGER) AS created FROM things"
            " WHERE kind = 'alert' AND (:before IS NULL OR seq < :before)"
            " AND (:level IS NULL OR json_extract(doc, '$.level') = :level)"
            " AND (:since IS NULL OR created >= :since) AND (:until IS NULL OR created <= :until)"
            " ORDER BY seq DESC LIMIT :limit",
            {"before": before, "level": level, "since": since, "until": until, "limit": limit},
        )
        return [(row["seq"], json.loads(row["doc"])) for row in rows]

    # ---- What became of each text's webhook

    def note(self, sid: str, what: str, began: float, status: int = 0, detail: str = "") -> None:
        """Write down what was done for a text that came in: tried, replied, dropped or given_up.

        It began then (seconds since 1970) and ends now. `detail` is a failure's kind, or the reply's SID.
        """
        self._db.execute(
            "INSERT INTO webhook_log (sid, what, began, ended, status, detail) VALUES (?, ?, ?, ?, ?, ?)",
            [sid, what, began, time.time(), status, detail],
        )

    def noted(self) -> list[dict[str, Any]]:
        """All that was noted, in order."""
        return [dict(row) for row in self._db.execute("SELECT * FROM webhook_log ORDER BY seq")]

    def totals(self) -> dict[str, int]:
        """How many texts phones have sent, and how many of those a webhook has taken."""
        taken = "what = 'tried' AND status BETWEEN 200 AND 299"
        counts = {
            "sent": "SELECT count(*) FROM texts WHERE direction = 'inbound'",
            "acknowledged": f"SELECT count(DISTINCT sid) FROM webhook_log WHERE {taken}",  # noqa: S608 - constant
        }
        return {name: int(self._db.execute(query).fetchone()[0]) for name, query in counts.items()}

    # ---- Opting out

    def opt_out(self, line: str, texter: str) -> bool:
        """The texter wants nothing more from this line; False when that was known."""
        done = self._db.execute("INSERT OR IGNORE INTO opted_out VALUES (?, ?)", [line, texter])
        return done.rowcount == 1

    def opt_in(self, line: str, texter: str) -> bool:
        """The texter is back; False when they had not opted out."""
        done = self._db.execute("DELETE FROM opted_out WHERE line = ? AND texter = ?", [line, texter])
        return done.rowcount == 1

    def opted_out(self, line: str, texter: str) -> bool:
        """Whether the texter wants nothing from this line."""
        found = self._db.execute("SELECT 1 FROM opted_out WHERE line = ? AND texter = ?", [line, texter])
        return found.fetchone() is not None
