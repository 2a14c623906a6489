"""Markdown with YAML front matter becomes a `Page`.

Front matter, all optional: id, title, codes [{system, code, label}], contributors [], dates {label: date}, sources [].
A bold line that the vocabulary knows is a heading; a page without any Markdown heading is read as a saved page. Table
rows become items "Header: cell; Header: cell"; an image becomes a caption of its alternative text.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.blocks import Block, Page
from corpus.build import slug
from corpus.errors import UserError
from corpus.read_saved_page import read_saved_page
from corpus.tables import row_items
from corpus.vocabulary import load, normal

_FENCE = re.compile(r"---[ \t]*\n(?P<yaml>.*?)\n?^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


def read_markdown(text: str, source: str, stem: str) -> Page:
    """Make the page of a Markdown text; `stem` names it when neither front matter nor a heading does."""
    front, body = _front_matter(text, source)
    blocks = _blocks(MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(body))
    if not front and not any(block.kind == "heading" for block in blocks):
        # A saved page in a file named .md has no Markdown headings; its own lines are then what tells its sections.
        page = read_saved_page(text, source, stem)
        if any(block.kind == "heading" for block in page.blocks):
            return page
    title = _string(front, "title", source) or _first_title(blocks) or stem
    blocks = [
        block
        for block in blocks
        if not (block.kind == "heading" and block.level == 1 and normal(block.text) == normal(title))
    ]
    return Page(
        title=title,
        blocks=tuple(blocks),
        source=source,
        id=slug(_string(front, "id", source) or "") or None,
        codes=[_code(entry, source) for entry in _list(front, "codes", source)],
        contributors=[_text(entry, "contributors", source) for entry in _list(front, "contributors", source)],
        dates=_dates(front, source),
        sources=[_text(entry, "sources", source) for entry in _list(front, "sources", source)],
    )


def _front_matter(text: str, source: str) -> tuple[Mapping[str, Any], str]:
    import frontmatter
    import yaml

    fence = _FENCE.match(text)
    if fence is None:
        return {}, text
    try:
        # Read once by itself: frontmatter strips lines off the top, so that its errors name the wrong line.
        plain = yaml.safe_load(fence["yaml"])
        front, body = frontmatter.parse(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        problem = getattr(error, "problem", None) or "cannot be read as YAML"
        line = f"line {mark.line + 2}: " if mark is not None else ""
        raise UserError(
            f"{source}, {line}front matter is not valid YAML: {problem}",
            "Mend that line; a value that holds a colon or begins with a sign needs quotes.",
        ) from error
    except ValueError as error:
        raise UserError(
            f"{source}: front matter holds a value that is none: {error}", "Mend it, or put it in quotes."
        ) from error
    if plain is None:
        return {}, text[fence.end() :]
    # frontmatter gives {} for a block that is no mapping: a rule at the top of a page, whose words stay text.
    return (front, body) if isinstance(plain, dict) else ({}, text)


def _first_title(blocks: Sequence[Block]) -> str | None:
    """The first level-1 heading, when it is the only one: with several they are the sections."""
    tops = [block for block in blocks if block.kind == "heading" and block.level == 1]
    return (
        tops[0].text
        if len(tops) == 1 or (tops and blocks[0] is tops[0] and len(blocks) > 1 and blocks[1].kind == "heading")
        else None
    )


def _blocks(tokens: Sequence[Token]) -> list[Block]:
    blocks: list[Block] = []
    depth = -1
    opened = False
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.type in ("bullet_list_open", "ordered_list_open"):
            depth += 1
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            depth -= 1
            opened = False
        elif token.type == "list_item_open":
            opened = True
        elif token.type == "heading_open":
            text = _inline(tokens[at + 1], blocks)
            if text:
                blocks.append(Block("heading", text, int(token.tag[1])))
            at += 1
        elif token.type == "table_open":
            end = next(place for place in range(at, len(tokens)) if tokens[place].type == "table_close")
            blocks.extend(_table(tokens[at:end], blocks, depth + 1))
            at = end
        elif token.type == "inline":
            text = _inline(token, blocks)
            if depth < 0 and _is_bold(token) and load().known(text.rstrip(":")):
                blocks.append(Block("heading", text.rstrip(":"), 6))
            else:
                _add(blocks, text, depth, opened)
            opened = False
        elif token.type in ("fence", "code_block"):
            for line in token.content.splitlines():
                _add(blocks, line.strip(), depth, False)
        elif token.type == "html_block":
            _add(blocks, _without_tags(token.content), depth, opened)
        at += 1
    return blocks


def _add(blocks: list[Block], text: str, depth: int, opened: bool) -> None:
    """Add a paragraph or an item; a further paragraph of one item is joined to it, so that its note stays with it."""
    if not text:
        return
    if depth < 0:
        blocks.append(Block("paragraph", text))
    elif opened or not blocks or blocks[-1].kind != "item":
        blocks.append(Block("item", text, depth))
    else:
        blocks[-1] = Block("item", f"{blocks[-1].text} {text}", blocks[-1].level)


def _table(tokens: Sequence[Token], blocks: list[Block], level: int) -> list[Block]:
    rows: list[list[str]] = []
    for token in tokens:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline":
            rows[-1].append(_inline(token, blocks))
    return [Block("item", text, level) for text in row_items(rows[0], rows[1:])]


def _inline(token: Token, blocks: list[Block]) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            parts.append(" ")
        elif child.type == "image" and child.content.strip():
            blocks.append(Block("caption", child.content.strip()))
        elif child.type == "html_inline" and re.match(r"<br\b", child.content, re.IGNORECASE):
            parts.append(" ")
    return " ".join("".join(parts).split())


def _is_bold(token: Token) -> bool:
    """Tell whether a line is wholly bold: many write their headings so."""
    kinds = [child.type for child in token.children or () if child.type != "text" or child.content.strip()]
    return kinds[:1] == ["strong_open"] and kinds[-1:] == ["strong_close"] and kinds.count("strong_open") == 1


def _without_tags(html: str) -> str:
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(html, "html.parser")
    for hidden in soup(["script", "style"]):
        hidden.decompose()
    return " ".join(soup.get_text(" ").split())


def _wrong(source: str, key: str, expected: str, value: object) -> UserError:
    return UserError(
        f"{source}: front matter {key!r} is {value!r}, expected {expected}", f"Mend {key!r} at the top of {source}."
    )


def _string(front: Mapping[str, Any], key: str, source: str) -> str | None:
    value = front.get(key)
    return None if value is None else _text(value, key, source)


def _text(value: object, key: str, source: str) -> str:
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    if isinstance(value, (dict, list)) or value is None:
        raise _wrong(source, key, "text", value)
    return " ".join(str(value).split())


def _list(front: Mapping[str, Any], key: str, source: str) -> list[Any]:
    value = front.get(key)
    if value is None:
        return []
    if isinstance(value, dict):
        raise _wrong(source, key, "a list", value)
    return value if isinstance(value, list) else [value]


def _code(entry: object, source: str) -> str:
    if not isinstance(entry, dict):
        return _text(entry, "codes", source)
    if "code" not in entry:
        raise _wrong(source, "codes", "entries with system, code and label", entry)
    words = [_text(entry[key], "codes", source) for key in ("system", "code") if entry.get(key) is not None]
    label = f" – {_text(entry['label'], 'codes', source)}" if entry.get("label") is not None else ""
    return " ".join(words) + label


def _dates(front: Mapping[str, Any], source: str) -> dict[str, str]:
    value = front.get("dates")
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise _wrong(source, "dates", "a mapping of labels to dates", value)
    return {str(label): _text(date, "dates", source) for label, date in value.items()}
