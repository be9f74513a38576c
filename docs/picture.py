#!/usr/bin/env python3
"""Draws the story of the README as a picture, docs/story.svg, from what the commands printed there.

    docs/picture.py            draws it anew
    docs/picture.py --check    fails if it is not what README.md says
"""

import pathlib
import re
import sys
from xml.sax.saxutils import escape

ROOT = pathlib.Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs/story.svg"

# The commands of the story that are shown, by how they begin.
SHOWN = ["kubectl ds-cast rng", "kubectl relabel ds/rng svc/rng", "kubectl logs-selector -l app=rng --service svc/rng --traffic"]

# Of a terminal with so many columns, and in pixels: a character, a line, and what is around them.
COLUMNS, WIDTH, HEIGHT, MARGIN = 124, 7.8, 19, 18

STYLE = """
  rect { fill: #f6f8fa; stroke: #d0d7de }
  text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; fill: #1f2328; white-space: pre }
  .typed { font-weight: bold }
  .result { fill: #116329 }
  .talk { fill: #57606a }
  .label { fill: #0550ae }
  @media (prefers-color-scheme: dark) {
    rect { fill: #161b22; stroke: #30363d }
    text { fill: #e6edf3 }
    .result { fill: #7ee787 }
    .talk { fill: #8b949e }
    .label { fill: #79c0ff }
  }
"""


def story(readme):
    """What was typed and printed, a list of lines for each command."""
    blocks = re.findall(r"^```\n(\$ .*?)^```$", readme, re.MULTILINE | re.DOTALL)
    runs = [run.splitlines() for block in blocks for run in block.strip().split("\n\n")]
    for beginning in SHOWN:
        found = [run for run in runs if run[0].startswith("$ " + beginning)]
        if not found:
            sys.exit(f"error: README.md does not tell of: {beginning}")
        yield found[0]


def kind(line):
    """How a line is shown: what was typed, a result, or talk."""
    if line.startswith("$ "):
        return "typed"
    if line.startswith("  ") or line.startswith("waiting "):
        return "talk"
    return "result"


def spans(line):
    """The line in parts, the label of a line of talk apart."""
    labelled = re.match(r"(  \w+ +)(.*)", line) if kind(line) == "talk" else None
    if labelled:
        yield "label", labelled[1]
        yield "talk", labelled[2]
    else:
        yield kind(line), line


def draw(runs):
    lines = [line for run in runs for line in [*run, ""]][:-1]
    for line in lines:
        if len(line) > COLUMNS:
            sys.exit(f"error: longer than {COLUMNS} characters: {line}")
    width, height = round(COLUMNS * WIDTH + 2 * MARGIN), len(lines) * HEIGHT + 2 * MARGIN
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" aria-label="A terminal">'
    yield f"<style>{STYLE}</style>"
    yield f'<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="6"/>'
    for number, line in enumerate(lines, start=1):
        if line:
            parts = "".join(f'<tspan class="{style}">{escape(text)}</tspan>' for style, text in spans(line))
            yield f'<text x="{MARGIN}" y="{MARGIN + number * HEIGHT - 5}" xml:space="preserve">{parts}</text>'
    yield "</svg>"


def main():
    picture = "\n".join(draw(story((ROOT / "README.md").read_text()))) + "\n"
    if sys.argv[1:] == ["--check"]:
        if not PICTURE.exists() or PICTURE.read_text() != picture:
            sys.exit("error: docs/story.svg is not what README.md says\nhint: make picture")
    else:
        PICTURE.write_text(picture)


main()
