"""The chat of the page, and the only file that names gradio. The document beside it is ours: `static/`.

What Gradio is not asked for, and why: no `js=` and no `gr.HTML` (both need 'unsafe-eval' in the CSP), no ChatInterface
(blank in a cross-site frame), no examples (an axe violation), no share, no run history (it writes every question to
the disk of a shared workstation without saying so).
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from functools import cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from assistant.conversation import Shown, read_conversation, turns, write_conversation
from assistant.desk import Busy, Desk, arriving, sentence_of
from assistant.rendering import answer_html, error_html, question_html, waiting_html, writing_html
from assistant.starters import starters
from assistant.types import Statement, Turn
from corpus.errors import UserError

if TYPE_CHECKING:
    from fastapi import FastAPI

    from assistant.listing import Shelf

QUESTION_CHARS = 2_000
AT_ONCE_SECONDS = 0.5
"""An answer that is there by then is shown at once, without a word that it is awaited: showing that costs the browser
of a long conversation some 40 ms, and the answer waits for it. Until then the button shows that Enter was heard."""
PAINT_SECONDS = 0.1
"""What the browser is given to paint an answer before Gradio sends all of it once more, to say that it is complete."""
NONE_CHOSEN = "*"
SHOWN_AT_ONCE = 6
"""Documents that an empty conversation shows to choose from, when there are several."""
BROKEN = "Something broke in Wardbook while it answered; the server's log says what."


def mount(app: FastAPI, library: Shelf, desk: Desk) -> FastAPI:
    """Mount the chat at "/" of the app; routes declared later are not reached."""

    async def mounted() -> FastAPI:
        return _mount(app, library, desk)

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        # Outside of a loop Gradio would make one for each of its locks and never close it.
        return asyncio.run(mounted())
    return _mount(app, library, desk)


def _mount(app: FastAPI, library: Shelf, desk: Desk) -> FastAPI:
    # All are read while the blocks are built: no telemetry, and no tally of every question made with pandas.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = str(10**12)
    import gradio as gr

    mounted: FastAPI = gr.mount_gradio_app(
        app,
        build(library, desk),
        path="/",
        theme=gr.themes.Base(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"]),
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        pwa=False,
        ssr_mode=False,
        mcp_server=False,
        show_error=False,
        max_file_size="1kb",
    )
    return mounted


def build(library: Shelf, desk: Desk) -> Any:
    """Return the blocks: the conversation, the question box, and what the page's own script drives by hidden fields."""
    import gradio as gr

    def shown_messages(conversation: list[Shown]) -> list[dict[str, str]]:
        get = cache(library.get)  # one reading of each document for the whole conversation
        pairs = ((question_html(shown.question), answer_html(shown, get)) for shown in conversation)
        return [message for asked, said in pairs for message in (_message("user", asked), _message("assistant", said))]

    async def answer(question: str, document_id: str, kept: Any) -> AsyncIterator[tuple[Any, Any]]:
        question = question.strip()
        if not question:
            yield gr.skip(), gr.skip()
            return
        conversation = read_conversation(kept)
        written: asyncio.Queue[Statement] = asyncio.Queue()
        only, before = _context(document_id, conversation)
        asked = asyncio.ensure_future(desk.ask(question, before, only, told=written.put_nowait))
        await asyncio.sleep(0)  # the question is worked on while what was said before is written out
        messages = [*shown_messages(conversation), _message("user", question_html(question))]
        try:
            await asyncio.wait({asked}, timeout=AT_ONCE_SECONDS)
            if not asked.done():
                yield [*messages, _message("assistant", waiting_html(_meanwhile(desk)))], gr.skip()
            async for so_far in arriving(written, asked):
                yield [*messages, _message("assistant", writing_html(question, so_far))], gr.skip()
            said = await asked
        except (Busy, UserError) as error:
            sentence = error.message if isinstance(error, Busy) else sentence_of(error)
            yield [*messages, _message("assistant", error_html(sentence, question))], gr.skip()
            return
        except Exception:
            yield [*messages, _message("assistant", error_html(BROKEN, question))], gr.skip()
            raise  # a bug: Gradio writes the traceback to the log
        finally:
            asked.cancel()
        shown = Shown.model_validate(said.to_dict())
        whole = _message("assistant", answer_html(shown, library.get))
        yield [*messages, whole], write_conversation([*conversation, shown])
        await asyncio.sleep(PAINT_SECONDS)

    def restore(kept: Any) -> list[dict[str, str]]:
        return shown_messages(read_conversation(kept))

    def begin(document_id: str) -> Any:
        return gr.Chatbot(placeholder=_placeholder(library, document_id))

    with gr.Blocks(title="Wardbook", fill_height=True, analytics_enabled=False) as blocks:
        kept = gr.BrowserState("[]", storage_key="wardbook-conversation", secret="wardbook")
        document = gr.Textbox(visible="hidden", elem_id="wb-document", label="Document shown")
        chat = gr.Chatbot(
            label="Conversation",
            show_label=False,
            elem_id="wb-chat",
            autoscroll=False,
            height=None,
            buttons=[],
            latex_delimiters=[],
            sanitize_html=True,
            allow_tags=False,
            allow_file_downloads=False,
            group_consecutive_messages=False,
            feedback_options=None,
            layout="panel",
            placeholder=_placeholder(library, ""),
        )
        with gr.Row(elem_id="wb-asking"):
            box = gr.Textbox(
                label="Your question",
                show_label=False,
                placeholder="Ask about this document" if len(library.documents()) == 1 else "Ask a question",
                elem_id="wb-box",
                lines=1,
                max_lines=6,
                max_length=QUESTION_CHARS,
                submit_btn="Ask",
                container=False,
            )
            gr.Markdown("Kept in this browser.", elem_id="wb-kept")
            gr.Button("Export", elem_id="wb-export", size="sm")  # the page's own script opens the choice
            clear = gr.Button("Delete conversation", elem_id="wb-clear", size="sm")
        private = {"api_visibility": "private", "show_progress": "hidden"}
        # "once", the default, would drop what is asked while an answer comes.
        asking = {"concurrency_limit": None, "trigger_mode": "always_last"}
        box.submit(answer, [box, document, kept], [chat, kept], **asking, **private)
        clear.click(lambda: ([], "[]"), None, [chat, kept], queue=False, **private)
        document.change(begin, document, chat, queue=False, **private)
        blocks.load(restore, kept, chat, queue=False, **private)
    blocks.queue(max_size=64, api_open=False)
    return blocks


def _context(told: str, conversation: list[Shown]) -> tuple[str | None, tuple[Turn, ...]]:
    """Return the one document to answer from, if any, and the history.

    `told` is what the page's script tells of the document beside the chat: nothing where there is one; `=ID` where no
    other may be asked; `ID` for the one that the reader chose or that the last answer is from, with which the
    conversation stays unless a question names another; `*` for none.
    """
    if told.startswith("="):
        return told[1:], turns(conversation, told[1:])
    if told == NONE_CHOSEN:
        return None, (*turns(conversation, None), Turn("user", "", ""))
    if told:
        return None, (*turns(conversation, told), Turn("user", "", told))
    return None, turns(conversation, None)


def _meanwhile(desk: Desk) -> str:
    if desk.opening.state != "loading":
        return "Reading the document…"
    return f"{desk.opening.sentence} Your question is kept and will be answered as soon as it is ready."


def _message(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def _placeholder(library: Shelf, document_id: str) -> str:
    """Return the empty state: what can be asked, as buttons that the page's script turns into questions.

    Of several documents, none of which is chosen, the first few are shown, as links.
    """
    chosen = document_id.removeprefix("=").removeprefix(NONE_CHOSEN)
    try:
        documents = (library.get(chosen),) if chosen else library.documents()
    except UserError:
        documents = ()
    if not documents:
        add = "<p>Add one with <code>wardbook documents add FILE</code>.</p>"
        return f"<div class='wb-welcome'><h2>No document yet</h2>{add}</div>"
    if len(documents) > 1:
        some = documents[:SHOWN_AT_ONCE]
        links = "".join(f"<li><a href='#{quote(one.id, safe='')}'>{escape(one.title)}</a></li>" for one in some)
        more = "" if len(documents) == len(some) else "<p>The others are in the list beside the chat.</p>"
        return (
            f"<div class='wb-welcome'><h2>Ask about {len(documents):,} documents</h2>"
            "<p>Name the disease that you ask about, or choose a document. Every sentence of an answer is quoted from "
            f"one of them.</p><ul class='wb-starters'>{links}</ul>{more}</div>"
        )
    (document,) = documents
    asked = [escape(question) for question in starters(document)]
    buttons = "".join(f"<li><button class='wb-ask' value='{question}'>{question}</button></li>" for question in asked)
    return (
        f"<div class='wb-welcome'><h2>Ask about {escape(document.title)}</h2>"
        "<p>Every sentence of an answer is quoted from the document. Choose a number to see it in its place.</p>"
        f"<ul class='wb-starters'>{buttons}</ul></div>"
    )
