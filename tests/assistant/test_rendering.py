from __future__ import annotations

import socket

import pytest
from page_fakes import FakeAssistant, FakeLibrary, shipped

from assistant.conversation import Shown, read_conversation, turns, write_conversation
from assistant.feedback_html import thumbs_html
from assistant.notices import CLINICIAN, EMERGENCY, refusal
from assistant.rendering import answer_html, error_html, question_html, writing_html
from assistant.server import _listen
from assistant.starters import questions_of, starters
from assistant.types import Turn
from corpus.build import build
from corpus.errors import UserError
from corpus.read_markdown import read_markdown
from corpus.types import Document

TEXT = r"""# Bumps

## Synopsis

Bumps are common. They \<b>heal\</b> & fade.

## Treatment

- Wait.
- Ice – for an hour.

## Prognosis

Withheld: subscription required
"""


@pytest.fixture(scope="module")
def bumps() -> Document:
    return build(read_markdown(TEXT, "bumps.md", "bumps"))


def shown(document: Document, quotes: list[str], **changes: object) -> Shown:
    statements = []
    for quote in quotes:
        start = document.text.index(quote)
        section = next(s for s in document.sections if s.start <= start < s.end)
        place = {"start": start, "end": start + len(quote), "quote": quote, "passage": "p"}
        statements.append(
            {"text": quote, "citations": [{"document": document.id, "section": section.heading, **place}]}
        )
    of = {"id": document.id, "title": document.title, "version": document.version}
    body = {"question": "?", "outcome": "answered", "text": "", "statements": statements, "document": of}
    return Shown.model_validate({**body, **changes})


def cite(document: Document, quote: str, number: int) -> str:
    start = document.text.index(quote)
    place = f"#{document.id}@{document.version[7:17]}:{start}-{start + len(quote)}"
    return f"<a class='wb-cite' href='{place}'><span class='wb-sr'>source </span>{number}</a>"


def test_sentences_become_paragraphs_and_items_a_list(bumps: Document) -> None:
    quotes = ["Bumps are common.", "Wait.", "Ice – for an hour."]
    given = shown(bumps, quotes)
    html = answer_html(given, FakeLibrary(bumps).get)
    assert html == (
        "<div class='wb-answer wb-answered'>"
        "<p class='wb-outcome'><strong>Answered</strong> <span class='wb-from'>from "
        "<a class='wb-section-link' href='#bumps/synopsis'>Synopsis</a>, "
        "<a class='wb-section-link' href='#bumps/treatment'>Treatment</a></span>"
        "<span class='wb-home'> in <a href='#bumps'>Bumps</a></span></p>"
        f"<p class='wb-said'>Bumps are <span class='wb-last'>common. {cite(bumps, quotes[0], 1)}</span></p>"
        f"<ul><li><span class='wb-last'>Wait. {cite(bumps, quotes[1], 2)}</span></li>"
        f"<li>Ice – for an <span class='wb-last'>hour. {cite(bumps, quotes[2], 3)}</span></li></ul>"
        "<p class='wb-foot'><span>In the document's own words</span> "
        "<button class='wb-copy' value='text'>Copy</button> "
        f"<button class='wb-copy' value='markdown'>Copy as Markdown</button></p>{thumbs_html(given)}</div>"
    )


def test_a_count_is_no_item_of_the_list_it_counts_and_not_the_documents_words(bumps: Document) -> None:
    counted = shown(bumps, ["Wait.\n• Ice – for an hour."])
    counted = counted.model_copy(
        update={"statements": (counted.statements[0].model_copy(update={"text": "2 are listed."}),)}
    )
    html = answer_html(counted, FakeLibrary(bumps).get)
    assert "<p class='wb-said'>2 are <span class='wb-last'>listed. " in html
    assert "Worked out from the quoted places" in html


def test_the_same_quote_has_one_number(bumps: Document) -> None:
    html = answer_html(shown(bumps, ["Wait.", "Bumps are common.", "Wait."]), FakeLibrary(bumps).get)
    assert html.count(cite(bumps, "Wait.", 1)) == 2
    assert cite(bumps, "Bumps are common.", 2) in html


def test_nothing_of_an_answer_is_markup_or_ends_the_block(bumps: Document) -> None:
    evil = "<script>alert('1')</script>\n\n# \"x\" & y"
    answer = shown(
        bumps,
        ["They <b>heal</b> & fade."],
        question=evil,
        interpreted_as=evil,
        notice=evil,
        withheld=[evil],
        answered_by=evil,
    )
    for html in (answer_html(answer, FakeLibrary(bumps).get), question_html(evil), error_html(evil, evil)):
        assert "<script" not in html
        assert "<b>" not in html
        assert "\n" not in html
    assert "They &lt;b&gt;heal&lt;/b&gt; &amp; <span class='wb-last'>fade." in answer_html(
        answer, FakeLibrary(bumps).get
    )


def test_a_withheld_heading_is_a_link_where_the_notice_names_it(bumps: Document) -> None:
    link = "<a class='wb-section-link' href='#bumps/prognosis'>Prognosis</a>"
    named = shown(bumps, [], outcome="withheld", withheld=["Prognosis"], notice="“Prognosis” is withheld.")
    assert f"<p class='wb-notice'>“{link}” is withheld.</p>" in answer_html(named, FakeLibrary(bumps).get)
    unnamed = shown(bumps, [], outcome="withheld", withheld=["Prognosis"], notice="Please see a clinician.")
    assert f"<p class='wb-locked'>Withheld in this copy: {link}</p>" in answer_html(unnamed, FakeLibrary(bumps).get)


@pytest.mark.parametrize(
    ("notice", "rest"), [(EMERGENCY, ""), (f"{EMERGENCY} {CLINICIAN}", f"<p class='wb-notice'>{CLINICIAN}</p>")]
)
def test_an_emergency_line_stands_before_all_else(bumps: Document, notice: str, rest: str) -> None:
    html = answer_html(shown(bumps, ["Wait."], notice=notice), FakeLibrary(bumps).get)
    line = f"<p class='wb-notice wb-emergency'>{EMERGENCY}</p>"
    assert html.startswith(f"<div class='wb-answer wb-answered'>{line}<p class='wb-outcome'>")
    assert html.count("wb-notice") == 1 + bool(rest)
    assert f"</ul>{rest}<p class='wb-foot'>" in html


def test_an_emergency_line_does_not_wait_for_the_model() -> None:
    line = f"<p class='wb-notice wb-emergency'>{EMERGENCY}</p>"
    assert writing_html("He isn't breathing", []).startswith(f"<div class='wb-answer wb-answered'>{line}")
    assert "wb-emergency" not in writing_html("What are bumps?", [])


def test_the_nearest_heading_of_a_refusal_is_a_link(bumps: Document) -> None:
    notice = refusal("not_in_document", bumps, (), "Synopsis", False)
    html = answer_html(shown(bumps, [], outcome="not_in_document", notice=notice), FakeLibrary(bumps).get)
    link = "<a class='wb-section-link' href='#bumps/synopsis'>Synopsis</a>"
    assert f"<p class='wb-notice'>“Bumps” does not say. The nearest it has is under {link}.</p>" in html


def test_only_a_web_address_in_a_notice_becomes_a_link(bumps: Document) -> None:
    notice = "See https://pubmed.ncbi.nlm.nih.gov/?term=a+b, javascript:alert(1) or http://x.example."
    html = answer_html(shown(bumps, [], outcome="not_in_document", notice=notice), FakeLibrary(bumps).get)
    link = "<a href='https://pubmed.ncbi.nlm.nih.gov/?term=a+b'>pubmed.ncbi.nlm.nih.gov</a>"
    assert f"See {link}, javascript:alert(1) or http://x.example." in html


def test_an_answer_outlives_its_document(bumps: Document) -> None:
    html = answer_html(shown(bumps, ["Wait."]), FakeLibrary(shipped()).get)
    assert "<p class='wb-said'>" in html
    assert "wb-section-link" not in html


@pytest.mark.parametrize(
    "kept",
    [
        None,
        "x",
        "{}",
        "\ud800",
        3,
        {},
        [3],
        [{}],
        [{"question": "a"}],
        [{"question": "a", "outcome": "maybe", "text": "b"}],
    ],
)
def test_a_conversation_of_another_shape_is_empty(kept: object) -> None:
    assert read_conversation(kept) == []


def test_what_the_browser_keeps_is_read_back(bumps: Document) -> None:
    library = FakeLibrary(shipped())
    answers = [FakeAssistant(library).ask(question) for question in ("What is it?", "How is it treated?")]
    kept = read_conversation([answer.to_dict() for answer in answers] * 20)
    assert len(kept) == 30
    assert read_conversation(write_conversation([kept[0], *kept])) == kept
    assert turns(kept[-2:], None) == (
        Turn("user", "What is it?"),
        Turn("assistant", answers[0].text, shipped().id),
        Turn("user", "How is it treated?"),
        Turn("assistant", answers[1].text, shipped().id),
    )
    assert turns(kept, "another") == ()


def test_starters_come_from_the_sections_a_withheld_one_last(bumps: Document) -> None:
    assert starters(bumps) == ["What is it?", "How is it treated?", "Who is affected?", "What is the prognosis?"]
    assert starters(shipped())[-1] == "How is it treated?"
    assert starters(build(read_markdown("# A\n\n## Zebras\n\nText.", "a.md", "a"))) == [
        "What does it say under “Zebras”?"
    ]


def test_a_withheld_section_offers_no_questions(bumps: Document) -> None:
    assert [questions_of(section) for section in bumps.sections][-1] == []


def test_a_taken_port_is_told_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UserError, match=f"cannot listen on 127.0.0.1 port {port}: Address already in use") as error:
            _listen("127.0.0.1", port)
    assert error.value.hint == "wardbook serve --port 7861"
