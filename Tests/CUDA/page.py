"""The program of docs/cuda.md, emitted, compiled and linked as the page says; it is run on a machine with a GPU only."""

import pathlib
import re
import shlex
import subprocess

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "cuda.md"


def block(page, language):
    """The first block of code in a language."""
    return re.search(rf"^```{language}\n(.*?)^```", page, re.DOTALL | re.MULTILINE).group(1)


def commands(page):
    """The page's own commands, an argument list each: how sources are emitted, and how they are compiled."""
    emit = re.search(r"^    (energy emit .*)$", page, re.MULTILINE).group(1)
    build = re.search(r"^    (nvcc .*?) && ./program$", page, re.MULTILINE).group(1)
    return shlex.split(emit), shlex.split(build)


def problems(tools, program, folder):
    """What is wrong with it; nothing where it links without a warning."""
    page = PAGE.read_text()
    folder.mkdir()
    (folder / "well.energy").write_text(block(page, "energy"))
    (folder / "program.cpp").write_text(block(page, "cpp"))
    emit, build = commands(page)
    for command in ([program] + emit[1:], [tools.nvcc, "-Werror", "all-warnings"] + build[1:]):
        done = subprocess.run(command, capture_output=True, text=True, cwd=folder)
        if done.returncode != 0 or (command[0] == tools.nvcc and done.stderr.strip()):
            return [f"docs/cuda.md: {' '.join(command[1:])}: {done.stderr.strip()[:1000]}"]
    return [] if (folder / "program").exists() else ["docs/cuda.md: no program was made"]
