"""The thumbs below an answer. The page's script sends what they carry: the chat's sanitiser leaves no other way."""

from __future__ import annotations

import html
import json

from assistant.conversation import Shown


def thumbs_html(shown: Shown) -> str:
    """Return two buttons and, unseen, the answer that they judge; a style sheet hides them where they aren't wanted."""
    given = html.escape(json.dumps(shown.model_dump(mode="json"), ensure_ascii=False), quote=True)
    buttons = "".join(
        f"<button class='wb-thumb wb-thumb-{verdict}' value='{verdict}'><span class='wb-sr'>{label}</span></button>"
        for verdict, label in (("up", "This answer helped"), ("down", "This answer is wrong or of no help"))
    )
    return f"<div class='wb-thumbs'>{buttons}<span class='wb-given' title='{given}'></span></div>"
