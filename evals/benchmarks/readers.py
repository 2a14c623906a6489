"""Sections found in PDF and DOCX against those that are there: `python -m evals.benchmarks.readers [--data FOLDER]`.

The shipped document and documents of MedQuAD are laid out in several ways (`written_files.py`) and read again. Told are
the share of headings found and of those found that are there, of sections with the right topic, of words in their own
section (F1 over words, of all sections together), of list items, and of headings on their right page. `--file` prints
what is found in files of yours instead.
"""

from __future__ import annotations

import argparse
import random
import re
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

import corpus
from corpus.blocks import Block, heading, paragraph
from corpus.errors import UserError
from corpus.read_markdown import read_markdown
from corpus.readers import understand
from corpus.types import Document
from corpus.vocabulary import load, normal
from evals.benchmarks.written_files import LAYOUTS, Pages, Text, pdf_printed
from evals.fit.public_data import medquad

SEED = 7


@dataclass(slots=True)
class Counts:
    """What was there and what was found, over all files of one layout."""

    files: int = 0
    there: int = 0
    found: int = 0
    right: int = 0
    topics: int = 0
    words_there: int = 0
    words_found: int = 0
    words_right: int = 0
    items_there: int = 0
    items_right: int = 0
    paged: int = 0
    pages_right: int = 0
    titles: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


def shipped_text() -> Text:
    """Return the shipped document without what it says about itself."""
    path = Path(corpus.__file__).parent / "documents" / "calcinosis-cutis-infant-neonate.md"
    page = read_markdown(path.read_text("utf-8"), path.name, path.stem)
    return Text(page.title, tuple(block for block in page.blocks if block.kind != "caption"))


def medquad_texts(data: Path, count: int) -> Iterator[Text]:
    """Yield documents of MedQuAD with at least two sections, always the same for the same count."""
    rows = [row for row in medquad(data) if len(row["sections"]) > 1]
    for row in random.Random(SEED).sample(rows, min(count, len(rows))):
        blocks: list[Block] = []
        for section in row["sections"]:
            blocks.append(heading(section["heading"]))
            for line in section["text"].split("\n"):
                bare = " ".join(line.split())
                if bare.startswith("- ") and len(bare) > 2:
                    blocks.append(Block("item", bare[2:]))
                elif bare.strip(" -"):
                    blocks.append(paragraph(bare))
        yield Text(row["title"], tuple(blocks))


def compare(text: Text, document: Document, pages: Pages, counts: Counts) -> None:
    """Count what of a text a document has in its right place."""
    there = _sections(text.blocks)
    found = [
        (section.heading, section.topic, document.text[section.start : section.end], section.start)
        for section in document.sections
    ]
    vocabulary = load()
    left = list(found)
    counts.files += 1
    counts.titles += document.title.casefold() == " ".join(text.title.split()).casefold()
    counts.there += len(there)
    counts.found += len(found)
    for name, blocks in there:
        words = Counter(word for block in blocks for word in block.text.split())
        counts.words_there += words.total()
        items = [" ".join(block.text.split()) for block in blocks if block.kind == "item"]
        counts.items_there += len(items)
        match = next((one for one in left if one[0].casefold() == name.casefold()), None)
        if match is None:
            counts.wrong.append(f"{text.title}: {name!r} not found")
            continue
        left.remove(match)
        counts.right += 1
        counts.topics += match[1] == vocabulary.topic_of(name) or vocabulary.topic_of(name) == "other"
        lines = [line.strip() for line in match[2].split("\n")]
        counts.words_right += (words & Counter(match[2].replace("• ", "").split())).total()
        counts.items_right += sum(f"• {item}" in lines for item in items)
        if name in pages:
            counts.paged += 1
            counts.pages_right += document.page_at(match[3] - 1) == pages[name]
    counts.words_found += sum(len(one[2].replace("• ", "").split()) for one in found)
    counts.wrong.extend(f"{text.title}: {one[0]!r} is no heading" for one in left)


def _sections(blocks: Sequence[Block]) -> list[tuple[str, list[Block]]]:
    found: list[tuple[str, list[Block]]] = []
    for block in blocks:
        if block.kind == "heading":
            found.append((" ".join(block.text.split()), []))
        else:
            found[-1][1].append(block)
    return found


def measure(texts: Sequence[Text], suffix: str, write: Callable[[Text], tuple[bytes, Pages]], folder: Path) -> Counts:
    """Write each text, read it again and count."""
    counts = Counts()
    for number, text in enumerate(texts):
        raw, pages = write(text)
        path = folder / f"file-{number}{suffix}"
        path.write_bytes(raw)
        began = time.perf_counter()
        try:
            document = understand(path).document
        except UserError as error:
            counts.wrong.append(f"{text.title}: {error.message}")
            counts.files += 1
            counts.there += len(_sections(text.blocks))
            continue
        counts.seconds += time.perf_counter() - began
        compare(text, document, pages, counts)
    return counts


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


def show(rows: Sequence[tuple[str, Counts]], console: Console) -> None:
    """Print the table."""
    table = Table(
        "layout", "files", "headings there", "found", "of found, there", "right topic", "words F1", "list items",
        "right page", "titles", "ms a file",
    )  # fmt: skip
    for name, one in rows:
        f1 = 2 * one.words_right / (one.words_there + one.words_found) if one.words_there + one.words_found else 0.0
        table.add_row(
            name, str(one.files), str(one.there), _share(one.right, one.there), _share(one.right, one.found),
            _share(one.topics, one.right), f"{f1:.3f}", _share(one.items_right, one.items_there),
            _share(one.pages_right, one.paged), _share(one.titles, one.files), f"{1000 * one.seconds / one.files:.0f}",
        )  # fmt: skip
    console.print(table)


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--data", type=Path, help="folder of medquad.jsonl.gz; without it only the shipped document is asked"
    )
    parser.add_argument("--documents", type=int, default=100, help="documents of MedQuAD")
    parser.add_argument("--printed", type=int, default=0, help="documents to print from Chromium, if there is one")
    parser.add_argument("--wrong", type=int, default=0, help="how many mistakes of each layout to print")
    parser.add_argument("--file", type=Path, nargs="+", help="print what is found in these files")
    given = parser.parse_args()
    console = Console(width=160)
    if given.file:
        for path in given.file:
            _print_found(path, console)
        return
    texts = [shipped_text(), *(medquad_texts(given.data, given.documents) if given.data else ())]
    layouts = dict(LAYOUTS)
    if given.printed and (chromium := shutil.which("chromium")):
        layouts["PDF, printed by Chromium"] = (".pdf", lambda text: pdf_printed(text, chromium))
    rows: list[tuple[str, Counts]] = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (suffix, write) in layouts.items():
            # A browser takes seconds to start for each file.
            some = texts[: given.printed] if "Chromium" in name else texts
            rows.append((name, measure(some, suffix, write, Path(folder))))
    show(rows, console)
    for name, counts in rows:
        for line in counts.wrong[: given.wrong]:
            console.print(f"{name}: {line}", highlight=False)


def bookmarks(path: Path) -> list[str]:
    """Return the titles of a PDF's own bookmarks: what its author calls its sections."""
    import pypdfium2 as pdfium

    pdf = pdfium.PdfDocument(path)
    return [title for mark in pdf.get_toc() if _bare(title := mark.get_title() or "")]


def _bare(heading: str) -> str:
    """Return the words of a heading without its number, comparable."""
    return normal(re.sub(r"^(?:\d+|[A-Z])(?:\.\d+)*\.?\s+", "", heading.strip()))


def _print_found(path: Path, console: Console) -> None:
    began = time.perf_counter()
    try:
        understood = understand(path)
    except UserError as error:
        console.print(f"{path}: refused: {error.message} ({error.hint})", highlight=False, markup=False)
        return
    document = understood.document
    console.print(f"{path}: {document.title}, {time.perf_counter() - began:.1f} s", highlight=False, markup=False)
    for warning in understood.warnings:
        console.print(f"  ! {warning}", highlight=False, markup=False)
    if path.suffix.lower() == ".pdf" and (marks := bookmarks(path)):
        heads = Counter(_bare(section.heading) for section in document.sections)
        found = (Counter(map(_bare, marks)) & heads).total()
        console.print(
            f"  {len(marks)} bookmarks, {found} of them found as headings; {heads.total()} sections in all",
            highlight=False,
        )
    for section in document.sections:
        where = f"p. {document.page_at(section.start)}"
        line = (
            f"  {where} {section.heading} [{section.topic}, {section.status}, {section.end - section.start} characters]"
        )
        console.print(line, highlight=False, markup=False)


if __name__ == "__main__":
    main()
