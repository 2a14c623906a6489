"""The command line: `wardbook ask | index | documents | watch | serve | mcp | eval | doctor`.

Heavy imports wait inside the commands, so that `wardbook --help` answers at once. Commands of the floor above
(`wardbook eval`) are found by their entry point, see `assistant/plugins.py`.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import click

from assistant.cli_documents import documents_group
from assistant.cli_watch import watch
from assistant.plugins import PluggedGroup
from assistant.terminal import console, index_progress, print_answer, say
from corpus.errors import UserError


class WardbookGroup(PluggedGroup):
    """The command line: prints a `UserError` without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run; what a person can mend is told in a sentence, exit code 2."""
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"error: {error.message}", err=True)
            if error.hint:
                click.echo(f"  try: {error.hint}", err=True)
            ctx.exit(2)


@click.group(cls=WardbookGroup)
@click.option(
    "--home", type=click.Path(path_type=Path, file_okay=False), help="Folder of all user data (WARDBOOK_HOME)."
)
@click.version_option(package_name="wardbook")
@click.pass_context
def main(ctx: click.Context, home: Path | None) -> None:
    """Ask a clinical document; get its own words, each sentence cited."""
    # Nothing here may reach out; libraries that phone home by default are told so before they are imported.
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_OFFLINE="1", GRADIO_ANALYTICS_ENABLED="False", DO_NOT_TRACK="1")
    ctx.obj = _settings(home)
    # LangSmith traces as soon as its variable is set for any other program of this user.
    os.environ["LANGSMITH_TRACING"] = os.environ["LANGCHAIN_TRACING_V2"] = str(ctx.obj.tracing).lower()


def _settings(home: Path | None) -> Any:
    from pydantic import ValidationError

    from assistant.settings import Settings

    try:
        return Settings(home=home) if home is not None else Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "WARDBOOK_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UserError(f"{name}={first['input']!r}: {first['msg']}", f"unset {name}") from None


@main.command()
@click.argument("question")
@click.option("--document", "document_id", metavar="ID", help="Ask this document; see `wardbook documents list`.")
@click.option("--json", "as_json", is_flag=True, help="Print the answer as the API returns it.")
@click.option("--model", metavar="PROVIDER:NAME", help="Chat model that writes, or quotes (WARDBOOK_MODEL).")
@click.pass_obj
def ask(settings: Any, question: str, document_id: str | None, as_json: bool, model: str | None) -> None:
    """Ask a QUESTION and print the cited answer."""
    from assistant.assistant import check_question
    from assistant.wiring import open_assistant

    check_question(question)
    settings = _with(settings, model=model)
    with index_progress() as progress:
        assistant = open_assistant(settings, progress, say)
    answer = assistant.ask(question, document_id=document_id)
    if as_json:
        click.echo(json.dumps(answer.to_dict(), ensure_ascii=False, indent=2))
    else:
        print_answer(answer)


@main.command()
@click.option("--rebuild", is_flag=True, help="Encode every passage again, also what is up to date.")
@click.option("--restore", is_flag=True, help="Go back to the index and the documents before the last change.")
@click.option("--no-wait", is_flag=True, help="Leave when another command is changing the index.")
@click.pass_obj
def index(settings: Any, rebuild: bool, restore: bool, no_wait: bool) -> None:
    """Bring the search index up to the documents, and make again what of it is damaged."""
    from assistant.indexing import restore_index
    from assistant.wiring import build_index

    if restore and rebuild:
        raise UserError("--restore and --rebuild exclude each other", "wardbook index --restore")
    if restore:
        manifest = restore_index(settings, wait=not no_wait)
    else:
        with index_progress() as progress:
            manifest = build_index(settings, progress, rebuild=rebuild, thorough=True, wait=not no_wait, say=say)
    console.print(
        f"Index of {manifest.created[:19]}: {len(manifest.documents)} document(s), {manifest.passages} passages, "
        f"encoder {manifest.encoder_name}."
    )


@main.command()
@click.option("--host", help="Address to listen on (WARDBOOK_HOST, 127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), help="Port to listen on (WARDBOOK_PORT, 7860).")
@click.option("--model", metavar="PROVIDER:NAME", help="Chat model that writes, or quotes (WARDBOOK_MODEL).")
@click.pass_obj
def serve(settings: Any, host: str | None, port: int | None, model: str | None) -> None:
    """Open the assistant in a browser: the page, the API and the document beside the chat."""
    from assistant.server import serve as run

    run(_with(settings, host=host, port=port, model=model))


def _with(settings: Any, **given: Any) -> Any:
    """Return the settings with those options that were given; the model "quotes" is none."""
    told = {name: value for name, value in given.items() if value is not None}
    if told.get("model") == "quotes":
        told["model"] = None
    return settings.model_copy(update=told)


@main.command()
@click.pass_obj
def mcp(settings: Any) -> None:
    """Serve the assistant as tools to one agent, over standard input and output (needs the extra `mcp`)."""
    from assistant.agents import check_installed
    from assistant.server import serve_agent

    check_installed()
    serve_agent(settings)


@main.command()
@click.option("--repair", is_flag=True, help="Mend documents and index first, and say what was done.")
@click.pass_obj
def doctor(settings: Any, repair: bool) -> None:
    """Say what is installed, which weights and which index are used, and what is missing."""
    from assistant.doctor import examine

    if repair:
        from assistant.repair import repair as mend

        with index_progress() as progress:
            for sentence in mend(settings, progress):
                click.echo(f"mended   {sentence}")
    findings = examine(settings)
    for finding in findings:
        click.echo(f"{'ok     ' if finding.good else 'MISSING'}  {finding.name}: {finding.text}")
        if finding.hint:
            click.echo(f"           try: {finding.hint}")
    sys.exit(0 if all(finding.good for finding in findings) else 1)


main.add_command(documents_group)
main.add_command(watch)
