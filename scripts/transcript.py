"""Draws what the first example prints as a picture for the README: transcript.py PROGRAM OUT.svg"""

import subprocess
import sys
from html import escape

COMMANDS = [
    "run examples/01_gaussian.energy",
    "eval examples/01_gaussian.energy --input examples/data/iris.csv",
    "derive -e 'a*sum((x^2 - b)^2)'",
]


def main():
    program, out = sys.argv[1:]
    lines = []
    for command in COMMANDS:
        lines.append(("$ energy " + command, "#7aa2f7"))
        done = subprocess.run(f"{program} {command}", shell=True, capture_output=True, text=True, check=True)
        lines += [(line, "#c0caf5") for line in done.stdout.splitlines()] + [("", "")]
    lines.pop()
    width = max(len(line) for line, _ in lines) * 8.5 + 40
    height = len(lines) * 20 + 30
    rows = [
        f'<text x="20" y="{30 + 20 * row}" fill="{colour}" xml:space="preserve">{escape(line)}</text>'
        for row, (line, colour) in enumerate(lines)
        if line
    ]
    with open(out, "w") as file:
        file.write(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height}" '
            f'font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14">\n'
            f'<rect width="100%" height="100%" rx="8" fill="#1a1b26"/>\n' + "\n".join(rows) + "\n</svg>\n"
        )


if __name__ == "__main__":
    main()
