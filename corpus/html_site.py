"""Which part of an HTML page is the page, and which is the site around it: by tags, roles and class names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

from corpus.vocabulary import Vocabulary, normal

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_DROPPED = frozenset({
    "script", "style", "noscript", "template", "nav", "footer", "aside", "svg", "iframe", "object", "canvas",
    "audio", "video", "map", "head",
})  # fmt: skip
_ROLES = frozenset({
    "navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "menu", "menubar",
    "toolbar",
})  # fmt: skip
_CLASSES = frozenset({
    "cookie", "cookies", "consent", "gdpr", "breadcrumb", "breadcrumbs", "sidebar", "social", "share", "sharing",
    "advert", "adverts", "advertisement", "ads", "newsletter", "popup", "modal", "promo", "toolbar", "pagination",
    "skip", "skiplink", "editsection", "navbox", "navbar", "noprint",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contents:
    """A page's own list of its sections."""

    holder: Tag | None
    headings: tuple[str, ...]
    anchors: Mapping[str, str]
    """Id of an element -> the heading that links to it."""


_SITE_NAME = re.compile(r"\s+[|–—·»:-]\s+")


def is_dropped(tag: Tag) -> bool:
    """Tell whether a tag and all in it belong to the site, or are hidden.

    A class name alone drops nothing that holds the page's title or main part; a hidden panel that a click opens stays.
    """
    if tag.name in _DROPPED:
        return True
    if tag.name in ("html", "body", "main", "article"):
        return False
    if tag.name == "header":
        return tag.find("h1") is None and tag.find_parent(["article", "main", "section"]) is None
    if tag.name == "sup" and re.fullmatch(r"(\s*\[[\w ,–-]{1,12}\]\s*)+", tag.get_text()) and tag.find("a"):
        return True
    attributes = tag.attrs
    if not attributes:
        return False
    role = str(attributes.get("role", "")).lower()
    if role in _ROLES:
        return tag.find("h1") is None
    panel = role in ("tabpanel", "region")
    hidden = "hidden" in attributes and attributes["hidden"] != "until-found"
    hidden = hidden or str(attributes.get("aria-hidden", "")).lower() == "true"
    hidden = (
        hidden or re.search(r"display\s*:\s*none|visibility\s*:\s*hidden", str(attributes.get("style", ""))) is not None
    )
    if hidden and not panel:
        return True
    classes = tag.get_attribute_list("class")
    labels = " ".join(str(name) for name in [*classes, attributes.get("id", "")] if name).lower()
    return (
        bool(labels)
        and not _CLASSES.isdisjoint(re.split(r"[^a-z]+", labels))
        and tag.find(["h1", "main", "article"]) is None
    )


def root_of(soup: BeautifulSoup) -> Tag:
    """The part that holds the page: its main element or only article, when that has most of the text."""
    body: Tag = soup.body or soup
    whole = len(body.get_text())
    candidates = [*soup.find_all("main"), *soup.find_all(role="main"), *soup.find_all("article")]
    for candidate in candidates:
        if len(candidate.get_text()) >= 0.5 * _own_length(body, whole):
            return candidate
    return body


def _own_length(body: Tag, whole: int) -> int:
    """How much text a body holds besides what is dropped anyway."""
    outer = body.find_all(["script", "style", "noscript", "nav", "footer", "aside"])
    return whole - sum(
        len(tag.get_text()) for tag in outer if tag.find_parent(["script", "nav", "footer", "aside"]) is None
    )


def title_of(soup: BeautifulSoup) -> str | None:
    """The level-1 heading that the page's title names, else the only one, else the title without the site's name."""
    tops = [words for tag in soup.find_all("h1") if (words := text_of(tag))]
    meta = soup.find("meta", attrs={"property": "og:title"})
    named = [text_of(soup.title)] if soup.title else []
    named += [" ".join(str(meta.get("content") or "").split())] if meta else []
    for words in tops:
        if any(normal(words) and normal(words) in normal(name) for name in named):
            return words
    if tops:
        return tops[0]
    return next((_SITE_NAME.split(name)[0] for name in named if name), None)


def contents_of(soup: BeautifulSoup, vocabulary: Vocabulary) -> Contents:
    """Find the list of links into the page that names its sections.

    Links to elsewhere count only when they repeat headings that the page prints.
    """
    printed = {normal(text_of(tag)) for tag in soup.find_all(list(HEADINGS[1:]))}
    best, most = Contents(None, (), {}), 0
    for holder in soup.find_all(["nav", "ul", "ol"]):
        links = [(link, text_of(link)) for link in holder.find_all("a")]
        links = [(link, words) for link, words in links if words]
        # A list of prose with some links in it is a list of prose.
        if not 3 <= len(links) <= 60 or len(text_of(holder)) > 1.5 * sum(len(words) + 1 for _, words in links):
            continue
        inward = [(link, words) for link, words in links if str(link.get("href") or "").startswith("#")]
        headings = tuple(dict.fromkeys(words for _, words in inward or links))
        found = [words for words in headings if vocabulary.known(words) or normal(words) in printed]
        repeated = sum(normal(words) in printed for words in headings)
        if len(found) <= most or len(found) < max(3, 0.5 * len(headings)) or (repeated < 2 and len(inward) < 3):
            continue
        anchors = {str(link["href"])[1:]: words for link, words in inward if len(str(link["href"])) > 1}
        best, most = Contents(holder, headings if inward else tuple(found), anchors), len(found)
    return best


def text_of(tag: Tag) -> str:
    """Return the words of a tag in one line, without comments and markup declarations."""
    return squeeze(piece for piece in tag.find_all(string=True) if not isinstance(piece, PreformattedString))


def squeeze(parts: Iterable[object]) -> str:
    """Return pieces of text joined as they stand, white space made single."""
    return " ".join("".join(str(part) for part in parts).split())
