from __future__ import annotations

import time
from pathlib import Path

import pages
import pytest

from corpus.decoding import clean
from corpus.errors import UserError
from corpus.readers import READER_VERSION, read, understand

WESTERN = "Milia – naïve “cysts” of the skin, 5 µm and up to 2 mm – are harmless.\n\nTherapy\n\nA needle does it.\n"
RUSSIAN = "Милиум — это маленькая киста кожи. Она безвредна и проходит сама собой.\n\nЛечение не требуется у детей.\n"


def test_version_is_a_string() -> None:
    assert READER_VERSION


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings_of_western_text(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "milia.txt"
    path.write_bytes(WESTERN.encode(encoding))
    assert read(path).text == (
        "Introduction\nMilia – naïve “cysts” of the skin, 5 µm and up to 2 mm – are harmless.\n\n"
        "Therapy\nA needle does it.\n\n"
    )


def test_an_encoding_that_is_guessed(tmp_path: Path) -> None:
    path = tmp_path / "milia.txt"
    path.write_bytes((RUSSIAN * 5).encode("cp1251"))
    assert "Милиум — это маленькая киста кожи." in read(path).text


def test_the_charset_that_html_declares(tmp_path: Path) -> None:
    path = tmp_path / "milia.html"
    path.write_bytes(('<meta charset="iso-8859-2"><h1>Milia</h1><p>Łódź.</p>').encode("iso-8859-2"))
    assert read(path).text == "Text\nŁódź.\n\n"


def test_clean() -> None:
    assert clean("a\u00a0b\u2009c\r\nd\re\u2028f\u200bg\ufeff\x00h\u00adi\x0cj") == "a b c\nd\ne\nfghi\nj"


@pytest.mark.parametrize(
    "name", ["milia.md", "milia.markdown", "milia.txt", "milia.html", "milia.htm", "milia.MD", "milia.TXT"]
)
def test_every_suffix(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("<p>Small cysts.</p>" if "htm" in name else "Small cysts.")
    document = read(path)
    assert (document.id, document.title, document.source) == ("milia", "milia", name)
    assert document.text == "Text\nSmall cysts.\n\n"


def test_the_title_of_a_file_name(tmp_path: Path) -> None:
    path = tmp_path / "milia_in-adults.txt"
    path.write_text("Small cysts.")
    assert (read(path).title, read(path).id) == ("milia in adults", "milia-in-adults")


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("a.txt", b"", "a.txt is empty"),
        ("a.md", b" \n\r\n\t\n", "a.md is empty"),
        ("a.txt", b"\xef\xbb\xbf", "a.txt is empty"),
        ("a.txt", b"%PDF-1.7 ...", "a.txt is a PDF, not text"),
        ("a.md", b"PK\x03\x04....", "a.md is a DOCX or ZIP archive, not text"),
        ("a.html", b"\x89PNG\r\n", "a.html is a PNG picture, not text"),
        ("a.txt", bytes(range(256)) * 20, "a.txt is binary or in an encoding that cannot be told"),
        ("a.txt", b"\x00\x01\x02\x03" * 50, "a.txt is binary or in an encoding that cannot be told"),
        ("a.odt", b"text", "a.odt: a file of kind .odt cannot be read"),
        ("a.pdf", b"", "a.pdf is empty"),
        ("a.docx", b" ", "a.docx is empty"),
        ("a.pdf", b"text", "a.pdf is of another kind, not a PDF"),
        ("a.pdf", b"<!DOCTYPE html><p>Sign in</p>", "a.pdf is an HTML page, not a PDF"),
        ("a.pdf", b"PK\x03\x04....", "a.pdf is a DOCX or ZIP archive, not a PDF"),
        ("a.docx", b"%PDF-1.7 ...", "a.docx is a PDF, not a Word document"),
        ("a.docx", b"PK\x03\x04....", "a.docx is broken"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + bytes(600), "a.docx is an old Office file"),
        ("a.docx", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "a.docx is locked with a password"),
        ("a.pdf", b"%PDF-1.7\n" + b"x" * 300, "a.pdf is broken"),
        ("a", b"text", "a: a file without a suffix cannot be read"),
        ("a.html", b"<html><script>x</script></html>", "a.html: no text"),
        ("a.md", b"# Milia\n\n## Causes\n", "a.md: no text"),
        ("a.txt", b"Milia\n", "a.txt: no text"),
    ],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, name: str, raw: bytes, message: str) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    with pytest.raises(UserError) as error:
        read(path)
    assert message in error.value.message
    assert error.value.hint


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such file"):
        read(tmp_path / "none.md")
    with pytest.raises(UserError, match="is a folder, expected a file"):
        read(tmp_path)


def test_the_same_page_in_two_kinds_of_file(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(pages.HTML)
    (tmp_path / "b.htm").write_text(pages.HTML)
    assert read(tmp_path / "a.html").version == read(tmp_path / "b.htm").version


@pytest.mark.parametrize(("suffix", "size"), [("txt", 5_000_000), ("md", 1_500_000), ("html", 1_500_000)])
def test_twice_the_text_takes_about_twice_as_long(tmp_path: Path, suffix: str, size: int) -> None:
    sentence = "Milia are small cysts of the skin that are seen on the face of every second newborn. "
    heading = {"txt": "Therapy", "md": "## Therapy", "html": "<h2>Therapy</h2>"}[suffix]
    paragraph = sentence * 8 if suffix != "html" else f"<p>{sentence * 8}</p>"
    section = f"{heading}\n\n{paragraph}\n\n"

    def seconds(length: int) -> float:
        path = tmp_path / f"long.{suffix}"
        path.write_text(section * (length // len(section)))
        start = time.thread_time()
        document = read(path)
        taken = time.thread_time() - start
        assert len(document.text) > 0.9 * length
        return taken

    seconds(size // 50)  # what is loaded at first use counts for nothing
    # Of this thread alone, as threads that other tests left may work beside it, and the least of three, as a collection
    # of their garbage may fall into one. What grows by the square takes four times as long.
    assert min(seconds(size) for _ in range(3)) < 3 * max(seconds(size // 2), 0.5)


@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.txt"])
def test_huge_files_are_refused_unread(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    with path.open("wb") as file:
        file.truncate(300_000_000)  # sparse: takes no room on disk
    with pytest.raises(UserError, match=rf"{name} has 300 MB, expected at most") as error:
        read(path)
    assert error.value.hint


def test_what_to_look_at_afterwards_is_told(tmp_path: Path) -> None:
    path = tmp_path / "milia_in-adults.txt"
    path.write_text("Small cysts.")
    assert understand(path).warnings == (
        "No title was found in it, so it is named after the file: “milia in adults”.",
        "No headings were found, so all of it is one section.",
    )
    path.write_text("Milia\n\nTherapy\n\nA needle.\n")
    assert understand(path).warnings == ()
