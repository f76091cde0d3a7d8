"""The page around a notebook's cells: title, table of contents, looks for screen and paper, and nothing from elsewhere."""

import re
from base64 import b64encode
from html import escape
from importlib.resources import files
from mimetypes import guess_type
from pathlib import Path
from urllib.parse import unquote

from nbconvert import HTMLExporter
from nbformat import NotebookNode

_WEB = files("dynateach.export") / "web"
_STYLE = (_WEB / "page.css").read_text("utf-8")
_SCRIPT = (_WEB / "page.js").read_text("utf-8")

_HEADING = re.compile(r'<h([1-3]) id="([^"]*)">(.*?)<a class="anchor-link"[^>]*></a></h\1>', re.DOTALL)
_IMAGE = re.compile(r'(<img\b[^>]*?\bsrc=")(?![a-z]+:)([^"]+)"')
_WORKBOOK_LINK = re.compile(r'<a href="(?![a-z]+:|#|/)([^"]+)">(.*?)</a>', re.DOTALL)


def page(notebook: NotebookNode, path: Path, needs: str) -> str:
    """The whole page. ``path`` is where the notebook lies, for pictures that its text refers to; ``needs`` is what its cells ask of the page."""
    body = _WORKBOOK_LINK.sub(_unlinked, _cells(notebook))
    body = _IMAGE.sub(lambda image: _embedded(image, path.parent), body)
    headings = [(int(level), anchor, words) for level, anchor, words in _HEADING.findall(body)]
    title = next((_text(words) for level, _, words in headings if level == 1), escape(path.stem))
    contents = _contents([heading for heading in headings if heading[0] > 1])
    return _PAGE.format(title=title, style=_STYLE, contents=contents, body=body, needs=needs, script=_SCRIPT)


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<link rel="icon" href="data:,">
<style>
{style}</style>
</head>
<body>
{contents}
<main>
{body}
</main>
{needs}
<script>
{script}</script>
</body>
</html>
"""


def _cells(notebook: NotebookNode) -> str:
    """The cells in nbconvert's plainest form, which loads no script and no style."""
    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        template_name="basic", anchor_link_text="", exclude_input_prompt=True, exclude_output_prompt=True
    )
    body, _ = exporter.from_notebook_node(notebook)
    return str(body)


def _unlinked(link: re.Match[str]) -> str:
    """Another file of the workbook did not travel with the page, so it is named, not linked."""
    return f'<span class="dynateach-elsewhere" title="In the workbook: {link[1]}">{link[2]}</span>'


def _embedded(image: re.Match[str], folder: Path) -> str:
    """A picture beside the notebook travels in the page. (nbconvert could do that, but then closes each ``<details>`` where it opens.)

    Nothing else does: a notebook from somebody else may name any file of the machine on which it is exported.
    """
    file = (folder / unquote(image[2])).resolve()
    kind = guess_type(file.name)[0] or ""
    if not (file.is_file() and file.is_relative_to(folder.resolve()) and kind.startswith("image/")):
        return image[0]
    return f'{image[1]}data:{kind};base64,{b64encode(file.read_bytes()).decode()}"'


def _contents(headings: list[tuple[int, str, str]]) -> str:
    if not headings:
        return ""
    lines = "\n".join(
        f'<li class="level-{level}"><a href="#{anchor}">{_text(words)}</a></li>' for level, anchor, words in headings
    )
    return f'<nav aria-label="Contents"><details open><summary>Contents</summary>\n<ol>\n{lines}\n</ol></details></nav>'


def _text(words: str) -> str:
    """A heading without its marks; what it escaped stays escaped."""
    return re.sub(r"<[^>]*>", "", words)
