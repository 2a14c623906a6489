"""The sections of clinical references, read from `vocabulary.yaml`: their headings, and how people ask for them."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import yaml

OTHER = "other"
_FILE = Path(__file__).with_name("vocabulary.yaml")
_LINKS = frozenset({"of", "in", "for", "and", "or", "with", "to", "by", "among", "during", "from", "on"})
_LONGEST_HEADING_WORDS = 14


@dataclass(frozen=True, slots=True)
class Topic:
    """What a section of a clinical page is about."""

    name: str
    """Stable, snake_case."""
    label: str
    """For readers."""
    headings: tuple[str, ...]
    """As pages write them; "*" stands for one or more words."""
    asks: tuple[str, ...]
    """Lower-case words and phrases in base form that ask for this topic."""
    metadata: bool
    """About the page (codes, contributors, dates), not about the disease."""
    systems: tuple[str, ...] = ()
    """Of codes, the names of the systems that there are, lower case."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All topics, and the lines of a saved page that are no text."""

    topics: tuple[Topic, ...]
    withheld_markers: tuple[re.Pattern[str], ...]
    """Each matches the whole of a line that stands in the place of a withheld body."""
    boilerplate: tuple[re.Pattern[str], ...]
    """Each matches the whole of a line of navigation, copyright or a link-button."""
    captions: tuple[re.Pattern[str], ...]
    """Each matches the whole of a line that carries a picture's caption, in the group `caption`."""
    fingerprint: str
    """Sha256 of the data file."""
    _exact: Mapping[str, str] = field(repr=False)
    _wild: Mapping[str, Sequence[tuple[re.Pattern[str], str]]] = field(repr=False)
    """Headings with "*", by their first word."""
    _line: Mapping[str, re.Pattern[str]] = field(repr=False)

    def topic(self, name: str) -> Topic | None:
        """Return the topic of that name; None when there is none, as for "other"."""
        return next((topic for topic in self.topics if topic.name == name), None)

    def topic_of(self, heading: str) -> str:
        """Return the topic of a heading, "other" when the vocabulary does not know it.

        Tried in turn: the heading as it is, without its numbering or bracket, the part after or before a colon, what
        stands before "of", "in", "and" ..., the longest known ending ("Medical treatment").
        """
        for variant in _variants(heading):
            if topic := self.known(variant):
                return topic
        words = normal(_NUMBERING.sub("", heading)).split()
        if len(words) > _LONGEST_HEADING_WORDS:
            return OTHER
        for at in range(len(words) - 1, 0, -1):
            if words[at] in _LINKS and (topic := self._exact.get(" ".join(words[:at]))):
                return topic
        for at in range(1, len(words)):
            if topic := self._exact.get(" ".join(words[at:])):
                return topic
        return OTHER

    def known(self, heading: str) -> str | None:
        """Return the topic of a heading that the vocabulary lists as it is, else None."""
        words = normal(heading)
        if not words:
            return None
        if len(words) > 120:
            return None
        if topic := self._exact.get(words):
            return topic
        listed = self._wild.get(words.partition(" ")[0], ())
        return next((topic for pattern, topic in listed if pattern.fullmatch(words)), None)

    def listed(self, heading: str) -> str | None:
        """Return the topic of a heading that stands in the vocabulary word by word, without "*"; else None."""
        return self._exact.get(normal(heading)) if len(heading) <= 120 else None

    def is_withheld(self, line: str) -> bool:
        """Tell whether a whole line says that the body is not in this copy."""
        if len(line) > 300:
            return False
        if self._line["withheld"].fullmatch(line.strip(_EDGES)):
            return True
        # A stub may be said in clauses, "Subscription required – log in for access": then each of them is one.
        clauses = [clause.strip(_EDGES) for clause in _CLAUSES.split(line)]
        stubs = [self._line["withheld"].fullmatch(clause) is not None for clause in clauses]
        return any(stubs) and all(stub or self.asks_to_log_in(c) for stub, c in zip(stubs, clauses, strict=True))

    def is_boilerplate(self, line: str) -> bool:
        """Tell whether a whole line belongs to the site around the page."""
        return len(line) <= 500 and self._line["boilerplate"].fullmatch(line.strip()) is not None

    def asks_to_log_in(self, line: str) -> bool:
        """Tell whether a line of the site is a log-in button: alone under a heading it means a withheld body."""
        return self._line["login"].fullmatch(line.strip()) is not None

    def caption_of(self, line: str) -> str | None:
        """Return the caption that a whole line carries, "" for machinery without one, None for other lines."""
        if len(line) > 2000 or self._line["caption"].search(line) is None:
            return None
        found = next((match for pattern in self.captions if (match := pattern.fullmatch(line.strip()))), None)
        return found["caption"].strip() if found else None


_CLAUSES = re.compile(r"\s[–—-]\s|[.:;|]\s+")
_EDGES = " \t*_.!…[]()🔒"
_NUMBERING = re.compile(r"^\s*(?:\d+(?:\.\d+)*|[IVX]+|[A-Za-z])[.)]\s+|^\s*\d+(?:\.\d+)*\s+(?=[A-Z])")
_APOSTROPHE = re.compile(r"['’]")
_SIGNS = re.compile(r"[^\w*]+|_")
_BRACKET = re.compile(r"\s*[(\[][^()\[\]]*[)\]]\s*$")


def normal(text: str) -> str:
    """Return the words of a heading, comparable: lower case, "&" as "and", no accents, no punctuation but "*"."""
    plain = text.replace("&", " and ").casefold()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain)
        plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return " ".join(_SIGNS.sub(" ", _APOSTROPHE.sub("", plain)).split())


def _variants(heading: str) -> tuple[str, ...]:
    bare = _NUMBERING.sub("", heading)
    parts = [part for part in re.split(r"\s*[:–—|]\s+|\s+[-/]\s+", bare) if part]
    return (heading, bare, _BRACKET.sub("", bare), *(reversed(parts) if len(parts) > 1 else ()))


@lru_cache(maxsize=1)
def load() -> Vocabulary:
    """Read the vocabulary that ships with the package; the same object every time."""
    raw = _FILE.read_bytes()
    return parse(raw)


def parse(raw: bytes) -> Vocabulary:
    """Make a vocabulary of the bytes of its YAML file.

    Raises:
        ValueError: a heading or an `asks` entry stands under two topics. The file is ours, so this is a bug, not a
            person's mistake.
    """
    data = yaml.load(raw, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    topics = tuple(
        Topic(
            name=entry["name"],
            label=entry["label"],
            headings=tuple(dict.fromkeys(str(heading) for heading in entry["headings"])),
            asks=tuple(dict.fromkeys(str(ask) for ask in entry["asks"])),
            metadata=bool(entry.get("metadata", False)),
            systems=tuple(map(str, entry.get("systems", ()))),
        )
        for entry in data["topics"]
    )
    exact: dict[str, str] = {}
    wild: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for topic in topics:
        for heading in topic.headings:
            words = normal(heading)
            if "*" in words:
                pattern = re.compile(re.escape(words).replace(r"\*", ".+"))
                wild.setdefault(words.partition(" ")[0], []).append((pattern, topic.name))
            elif exact.setdefault(words, topic.name) != topic.name:
                raise ValueError(f"heading {heading!r} stands under {exact[words]} and {topic.name}")
    asked: dict[str, str] = {}
    for topic in topics:
        for ask in topic.asks:
            if asked.setdefault(ask, topic.name) != topic.name:
                raise ValueError(f"{ask!r} asks for {asked[ask]} and for {topic.name}")
    patterns = {
        key: tuple(re.compile(line, re.IGNORECASE) for line in data[key])
        for key in ("withheld", "login", "boilerplate", "captions")
    }
    for listed in wild.values():
        listed.sort(key=lambda pair: -len(pair[0].pattern))
    return Vocabulary(
        topics=topics,
        withheld_markers=patterns["withheld"],
        boilerplate=patterns["login"] + patterns["boilerplate"],
        captions=patterns["captions"],
        fingerprint=hashlib.sha256(raw).hexdigest(),
        _exact=exact,
        _wild=wild,
        _line={
            "withheld": _any(data["withheld"]),
            "login": _any(data["login"]),
            "boilerplate": _any(data["login"] + data["boilerplate"]),
            "caption": re.compile(
                r"caption|image|photo|figure|fig\b|illustration|drawing|diagram|plate", re.IGNORECASE
            ),
        },
    )


def _any(lines: list[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{line})" for line in lines), re.IGNORECASE)
