"""The four floors stand in one direction, and starting the command line costs no heavy import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parent.parent
FLOORS = ("corpus", "index", "assistant", "evals")
BIG_LIBRARIES = (
    "chromadb",
    "gradio",
    "langchain",
    "langchain_core",
    "langchain_text_splitters",
    "sentence_transformers",
    "bm25s",
    "docx",
    "ir_measures",
    "onnx",
    "onnxruntime",
    "pypdfium2",
)
HEAVY = (*BIG_LIBRARIES, "torch", "sklearn", "transformers", "pandas")


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every module a file imports, with whether the import stands at module level."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    typing_only = {
        node
        for block in ast.walk(tree)
        if isinstance(block, ast.If) and "TYPE_CHECKING" in ast.dump(block.test)
        for node in ast.walk(block)
    }
    found = []
    for node in ast.walk(tree):
        at_top = node not in inside and node not in typing_only
        if isinstance(node, ast.Import):
            found += [(alias.name, at_top) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append((node.module, at_top))
    return found


MODULES = [path for floor in FLOORS for path in sorted((CHECKOUT / floor).rglob("*.py"))]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_a_floor_imports_only_what_stands_to_its_left(path: Path) -> None:
    floor = path.relative_to(CHECKOUT).parts[0]
    right = FLOORS[FLOORS.index(floor) + 1 :]
    assert [name for name, _ in imports(path) if name.split(".")[0] in right] == []


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_heavy_libraries_are_imported_where_they_are_needed(path: Path) -> None:
    assert [name for name, at_top in imports(path) if at_top and name.split(".")[0] in HEAVY] == []


@pytest.mark.parametrize("library", BIG_LIBRARIES)
def test_only_one_file_of_a_floor_names_each_big_library(library: str) -> None:
    naming = [
        path.relative_to(CHECKOUT).parts
        for path in MODULES
        if "benchmarks" not in path.parts and any(name.split(".")[0] == library for name, _ in imports(path))
    ]
    floors = [floor for floor, *_ in naming]
    assert floors, f"no file names {library}"
    assert len(set(floors)) == len(floors), naming


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [path.name for path in MODULES if path.name in ("utils.py", "base.py", "helpers.py", "common.py")] == []


def test_the_command_line_starts_without_the_heavy_libraries() -> None:
    code = f"import sys, assistant.cli; print([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=CHECKOUT)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("module", [".".join(path.relative_to(CHECKOUT).with_suffix("").parts) for path in MODULES])
def test_a_module_holds_no_machine_path(module: str) -> None:
    text = (CHECKOUT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")
    assert "/wo" + "rk/" not in text
