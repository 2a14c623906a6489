"""What the styles of a DOCX say of a paragraph: whether it is a heading, a list item, and how large its letters are."""

from __future__ import annotations

from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_OUTLINE_TEXT = 9


class Styles:
    """Paragraph styles by id, with what they take over from those they are based on."""

    def __init__(self, document: Any) -> None:
        self._elements = {style.style_id: style.element for style in document.styles}
        default = next((s for s in document.styles if s.type == 1 and s.element.get(f"{W}default") == "1"), None)
        self._default = default.style_id if default is not None else None

    def chain(self, paragraph: Any) -> list[Any]:
        """Return the elements that speak of a paragraph: its own properties, its style's, and so on upwards."""
        own = paragraph.find(f"{W}pPr")
        named = own.find(f"{W}pStyle") if own is not None else None
        found = [own] if own is not None else []
        style: str | None = named.get(f"{W}val") if named is not None else self._default
        seen: set[str] = set()
        while style is not None and style in self._elements and style not in seen:
            seen.add(style)
            found.append(self._elements[style])
            based = self._elements[style].find(f"{W}basedOn")
            style = based.get(f"{W}val") if based is not None else None
        return found

    def names(self, chain: list[Any]) -> list[str]:
        """Return the names of the styles of a chain, in lower case."""
        names = [element.find(f"{W}name") for element in chain]
        return [name.get(f"{W}val", "").lower() for name in names if name is not None]


def level_of(chain: list[Any], names: list[str]) -> int:
    """Return 1 to 9 for a heading by style or outline, 0 for the title, -1 for what is none."""
    for name in names:
        if name == "title":
            return 0
        if name.startswith("heading ") and name[8:].isdigit():
            return int(name[8:])
    for part in chain:
        outline = next(part.iter(f"{W}outlineLvl"), None)
        if outline is not None and outline.get(f"{W}val", "").isdigit():
            level = int(outline.get(f"{W}val"))
            return level + 1 if level < _OUTLINE_TEXT else -1
    return -1


def list_level_of(chain: list[Any], names: list[str]) -> int:
    """Return the level of a list item from 0, -1 for what is none."""
    listed = next((name for name in names if name.startswith(("list bullet", "list number"))), "")
    # "List Bullet 2" is a list of its own, whose level is 0.
    by_name = int(listed[-1]) - 1 if listed[-1:].isdigit() else 0
    for part in chain:
        numbered = next(part.iter(f"{W}numPr"), None)
        if numbered is None:
            continue
        number, level = numbered.find(f"{W}numId"), numbered.find(f"{W}ilvl")
        if number is not None and number.get(f"{W}val") == "0":
            return -1
        told = level.get(f"{W}val", "0") if level is not None else "0"
        return max(int(told) if told.isdigit() else 0, by_name)
    return by_name if listed else -1


def is_on(properties: Any, name: str) -> bool:
    """Tell whether a property such as "b" is switched on."""
    found = properties.find(f"{W}{name}") if properties is not None else None
    return found is not None and found.get(f"{W}val", "true") not in ("0", "false", "off", "none")


def size_of(run: Any, chain: list[Any]) -> float:
    """Return the size of a run in points; 0 when nothing says."""
    sources = [run.find(f"{W}rPr") if run is not None else None, *(part.find(f"{W}rPr") for part in chain[1:])]
    for properties in sources:
        size = properties.find(f"{W}sz") if properties is not None else None
        if size is not None and size.get(f"{W}val", "").isdigit():
            return int(size.get(f"{W}val")) / 2
    return 0.0
