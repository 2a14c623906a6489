"""A newer index takes over while questions are being answered: none fails, none is cut off."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread

import pytest

from assistant.desk import Desk, Opening
from assistant.serving import Serving
from corpus.errors import UserError


class Numbered:
    """Answers with its number, when it may."""

    def __init__(self, number: int, may: Event | None = None) -> None:
        self.number = number
        self.asked = Event()
        self.may = may

    def ask(self, *_arguments: object, **_more: object) -> int:
        self.asked.set()
        if self.may is not None:
            self.may.wait(30)
        return self.number


def test_what_is_lent_is_closed_when_its_last_question_is_done() -> None:
    closed: list[str] = []
    serving = Serving("old", closed.append)
    with serving.lent() as first, serving.lent() as second:
        serving.replace("new")
        assert (first, second, closed) == ("old", "old", [])
        with serving.lent() as third:
            assert third == "new"
        assert closed == []
    assert closed == ["old"]
    assert serving.newest == "new"
    serving.replace("newest")
    assert closed == ["old", "new"]


def test_a_newer_one_that_cannot_be_opened_is_told_once_and_the_old_one_serves(
    caplog: pytest.LogCaptureFixture,
) -> None:
    serving = Serving("old")
    stop = Event()
    looks: Iterator[str] = iter(["broken", "broken", "new"])

    def renewed(_old: str) -> str:
        look = next(looks)
        if look == "broken":
            raise UserError("index is damaged: words.npz is missing", "wardbook index")
        stop.set()
        return look

    serving.keep_up(renewed, stop, 0.001)
    assert serving.newest == "new"
    assert [record.message for record in caplog.records] == [
        "The newer index is not served: index is damaged: words.npz is missing"
    ]


def test_the_desk_answers_from_the_new_one_and_ends_what_the_old_one_has_begun() -> None:
    may, swapped = Event(), Event()
    old, new = Numbered(1, may), Numbered(2)
    closed: list[int] = []

    def renewed(served: Numbered) -> Numbered | None:
        if served is old and old.asked.is_set():
            return new
        if served is new:
            swapped.set()
        return None

    opening = Opening(lambda _say: old, renewed, lambda one: closed.append(one.number), 0.01)  # type: ignore[arg-type, return-value, attr-defined]
    desk = Desk(opening)
    opening.start()

    async def asking() -> list[object]:
        begun = asyncio.ensure_future(desk.ask("first?"))
        await asyncio.to_thread(swapped.wait, 30)
        later = await desk.ask("second?")
        assert closed == []
        may.set()
        return [await begun, later]

    assert asyncio.run(asking()) == [1, 2]
    desk.close()
    assert closed == [1]
    assert opening.newest is new


@pytest.mark.real
def test_a_server_takes_up_documents_that_come_change_and_go_without_failing_a_question(tmp_path: Path) -> None:
    from fastapi.testclient import TestClient

    from assistant.server import create_app_of
    from assistant.settings import Settings
    from assistant.wiring import build_index, open_library

    settings = Settings(home=tmp_path, questions_per_minute=0)
    page = tmp_path / "marsh.md"
    ended = Event()
    codes: set[int] = set()

    def written(sentence: str) -> None:
        page.write_text(f"# Marsh rash\n\n## Synopsis\n\nMarsh rash is {sentence}.\n", encoding="utf-8")
        open_library(settings).add(page)
        build_index(settings)

    app = create_app_of(settings, look_seconds=0.05)
    with TestClient(app, base_url="http://localhost") as client:

        def ask(question: str, document: str | None = None) -> dict[str, object]:
            response = client.post("/api/ask", json={"question": question, "document": document})
            codes.add(response.status_code)
            answer: dict[str, object] = response.json()
            return answer

        def going_on() -> None:
            while not ended.is_set():
                ask("what should I rule out?")

        def shown() -> str:
            listed = client.get("/api/documents").json()
            # A document that goes between the two requests is a 404, and has no text.
            return " ".join(client.get(f"/api/documents/{one['id']}").json().get("text", "") for one in listed)

        def until(sentence: str, there: bool = True) -> None:
            while (sentence in shown()) is not there:
                assert not ended.wait(0.05)

        ask("what should I rule out?")
        reader = Thread(target=going_on)
        reader.start()
        try:
            written("a rash of the shins")
            until("of the shins")
            assert "of the shins" in str(ask("What is marsh rash?", "marsh-rash"))
            written("a rash of the knees")
            until("of the knees")
            assert "of the knees" in str(ask("What is marsh rash?", "marsh-rash"))
            open_library(settings).remove("marsh-rash")
            build_index(settings)
            until("of the knees", there=False)
        finally:
            ended.set()
            reader.join()
    assert codes == {200}
    assert len(list((settings.index_folder / "open").glob("*.lock"))) <= 1
