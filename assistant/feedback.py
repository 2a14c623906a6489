"""What readers said of answers, kept in SQLite on this machine: a thumb, an optional word, the whole answer.

Nothing is sent anywhere. A row goes when it is older than the settings allow, and its bytes are overwritten.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, Literal

from assistant.types import Turn
from corpus.errors import UserError

Verdict = Literal["up", "down"]
Status = Literal["inbox", "accepted", "dismissed"]
STATUSES: tuple[Status, ...] = ("inbox", "accepted", "dismissed")
MOST_ROWS = 20_000
"""So many wait in the inbox; a script that floods it doesn't fill the disk."""
_SCHEMA = """
create table if not exists feedback (
  id integer primary key,
  created text not null,
  verdict text not null check (verdict in ('up', 'down')),
  word text not null,
  question text not null,
  history text not null,
  answer text not null,
  document_id text,
  document_version text,
  status text not null default 'inbox' check (status in ('inbox', 'accepted', 'dismissed')),
  case_id text
)
"""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One thumb."""

    id: int
    created: str
    """ISO 8601, UTC."""
    verdict: Verdict
    word: str
    """What the reader wrote beside it; may be empty."""
    question: str
    history: tuple[Turn, ...]
    answer: dict[str, Any]
    """As `Answer.to_dict()` gave it when it was shown."""
    document_id: str | None
    document_version: str | None
    status: Status
    case_id: str | None
    """The case that it became."""


class FeedbackStore:
    """The feedback of one data folder. Every call opens the file anew, so that any thread may call."""

    def __init__(self, path: Path, keep_days: int) -> None:
        """Keep the file's place; rows older than `keep_days` go, 0 keeps them for ever."""
        self._path = path
        self._keep_days = keep_days

    def add(
        self,
        verdict: Verdict,
        word: str,
        answer: dict[str, Any],
        history: Sequence[Turn],
        moment: datetime | None = None,
    ) -> int:
        """Keep a thumb and return its id.

        Raises:
            UserError: the inbox is full, or the file can't be written.
        """
        document = answer.get("document") or {}
        turns = [{"role": turn.role, "content": turn.content} for turn in history]
        with self._open() as database:
            (count,) = database.execute("select count(*) from feedback where status = 'inbox'").fetchone()
            if count >= MOST_ROWS:
                raise UserError(f"the inbox is full: {MOST_ROWS:,} wait in it", "ask the reviewers to dismiss some")
            made = database.execute(
                "insert into feedback"
                " (created, verdict, word, question, history, answer, document_id, document_version)"
                " values (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    (moment or datetime.now(timezone.utc)).isoformat(timespec="seconds"),
                    verdict,
                    word,
                    answer["question"],
                    json.dumps(turns, ensure_ascii=False),
                    json.dumps(answer, ensure_ascii=False),
                    document.get("id"),
                    document.get("version"),
                ),
            )
            return int(made.lastrowid or 0)

    def all(self, status: Status | None = None) -> tuple[Feedback, ...]:
        """Return the feedback of one status, or all of it, the newest first."""
        where, values = ("where status = ?", (status,)) if status else ("", ())
        with self._open() as database:
            rows = database.execute(f"select * from feedback {where} order by id desc", values).fetchall()
        return tuple(_feedback(row) for row in rows)

    def get(self, number: int) -> Feedback | None:
        """Return one by its id."""
        with self._open() as database:
            row = database.execute("select * from feedback where id = ?", (number,)).fetchone()
        return _feedback(row) if row else None

    def counts(self) -> dict[Status, int]:
        """Return how many there are of each status."""
        with self._open() as database:
            found = dict(database.execute("select status, count(*) from feedback group by status").fetchall())
        return {status: found.get(status, 0) for status in STATUSES}

    def settle(self, number: int, status: Status, case_id: str | None = None) -> None:
        """Say what became of one."""
        with self._open() as database:
            database.execute("update feedback set status = ?, case_id = ? where id = ?", (status, case_id, number))

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # What readers asked is nobody else's to read.
            self._path.touch(mode=0o600)
            database = sqlite3.connect(self._path, timeout=10)
        except (OSError, sqlite3.Error) as error:
            raise self._unusable(error) from None
        try:
            database.row_factory = sqlite3.Row
            with database:
                database.execute("pragma secure_delete = on")
                database.execute(_SCHEMA)
                if self._keep_days:
                    oldest = datetime.now(timezone.utc) - timedelta(days=self._keep_days)
                    database.execute("delete from feedback where created < ?", (oldest.isoformat(timespec="seconds"),))
                yield database
        except sqlite3.Error as error:
            raise self._unusable(error) from None
        finally:
            database.close()

    def _unusable(self, error: Exception) -> UserError:
        return UserError(
            f"{self._path}: the feedback cannot be kept: {error}", "check the folder, or set WARDBOOK_FEEDBACK=false"
        )


def _feedback(row: sqlite3.Row) -> Feedback:
    values = dict(row)
    turns = tuple(Turn(turn["role"], turn["content"]) for turn in json.loads(values.pop("history")))
    return Feedback(history=turns, answer=json.loads(values.pop("answer")), **values)
