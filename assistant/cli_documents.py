"""`wardbook documents list | add | remove | show`; `update` is plugged in by the floor that can ask what it moves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from assistant.cli_add import add_documents
from assistant.plugins import PluggedGroup
from assistant.terminal import STATUS_SIGNS, console, index_progress, pages_text, say

if TYPE_CHECKING:
    from assistant.settings import Settings


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


@documents_group.command("remove")
@click.argument("document_id", metavar="ID")
@click.option("--no-wait", is_flag=True, help="Leave when another command is changing the index.")
@click.pass_obj
def remove_document(settings: Settings, document_id: str, no_wait: bool) -> None:
    """Take a document out of the library and the index."""
    from assistant.wiring import build_index, open_library

    open_library(settings).remove(document_id)
    with index_progress() as progress:
        build_index(settings, progress, wait=not no_wait, say=say)
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
        where = pages_text(document, section)
        click.echo(
            f"\n{STATUS_SIGNS[section.status]} {section.heading} [{section.status}{f', {where}' if where else ''}]"
        )
        if section.status == "present":
            click.echo(document.text[section.start : section.end])


documents_group.add_command(add_documents)
