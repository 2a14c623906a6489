"""`wardbook documents list | add | remove | show`; `update` is plugged in by the floor that can ask what it moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.plugins import PluggedGroup
from assistant.terminal import STATUS_SIGNS, console, index_progress
from corpus.errors import UserError

if TYPE_CHECKING:
    from assistant.settings import Settings
    from corpus.types import Document


@click.group("documents", cls=PluggedGroup, plugged="wardbook.documents")
def documents_group() -> None:
    """List, add, update, remove or show the documents that can be asked."""


@documents_group.command("list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_obj
def list_documents(settings: Settings, as_json: bool) -> None:
    """List the documents with their passages."""
    from assistant.wiring import open_library
    from corpus.passages import split

    for document in open_library(settings).documents():
        row = {
            "id": document.id,
            "title": document.title,
            "source": document.source,
            "version": document.version,
            "passages": len(split(document)),
        }
        if as_json:
            click.echo(json.dumps(row, ensure_ascii=False))
        else:
            click.echo(f"{document.id}\n  {document.title}; {row['passages']} passages; from {document.source}")


@documents_group.command("add")
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.pass_obj
def add_documents(settings: Settings, files: tuple[Path, ...]) -> None:
    """Read each FILE, say what was understood, and index it."""
    from assistant.wiring import build_index, open_library

    library = open_library(settings)
    refused: list[tuple[Path, UserError]] = []
    added = 0
    for path in files:
        try:
            document = library.add(path)
        except UserError as error:
            refused.append((path, error))
            continue
        added += 1
        _print_understood(document)
    if added:
        with index_progress() as progress:
            build_index(settings, progress)
        console.print(f"{added} document(s) added and indexed.")
    if refused:
        for path, refusal in refused:
            click.echo(f"error: {path} was not added: {refusal.message}", err=True)
            if refusal.hint:
                click.echo(f"  try: {refusal.hint}", err=True)
        raise click.exceptions.Exit(2)


@documents_group.command("remove")
@click.argument("document_id", metavar="ID")
@click.pass_obj
def remove_document(settings: Settings, document_id: str) -> None:
    """Take a document out of the library and the index."""
    from assistant.wiring import build_index, open_library

    open_library(settings).remove(document_id)
    with index_progress() as progress:
        build_index(settings, progress)
    console.print(f"Removed {document_id}.")


@documents_group.command("show")
@click.argument("document_id", metavar="ID")
@click.pass_obj
def show_document(settings: Settings, document_id: str) -> None:
    """Print a document section by section, withheld ones marked."""
    from assistant.wiring import open_library

    document = open_library(settings).get(document_id)
    click.echo(f"{document.title}\n{document.id}, {document.version}")
    for section in document.sections:
        click.echo(f"\n{STATUS_SIGNS[section.status]} {section.heading} [{section.status}]")
        if section.status == "present":
            click.echo(document.text[section.start : section.end])


def _print_understood(document: Document) -> None:
    from corpus.passages import split

    passages = split(document)
    click.echo(f"{document.id}: {document.title} ({len(passages)} passages)")
    for section in document.sections:
        count = sum(passage.section_id == section.id for passage in passages)
        known = "" if section.topic != "other" else ", a heading the vocabulary does not know"
        said = f"{count} passages" if section.status == "present" else section.status
        click.echo(f"  {STATUS_SIGNS[section.status]} {section.heading}: {said}{known}")
