"""A run as a notebook shows it."""

from base64 import b64encode
from html import escape

from lrviz.figure.image import render_run
from lrviz.run.driven import Run


def show_run(run: Run) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return a run by kind of content, and what is to be known of each kind.

    The same picture stands there twice: in HTML, as no notebook reads an alternative text beside a
    PNG yet, and bare, for what shows no HTML.

    Returns:
        The contents by MIME type, and the metadata by MIME type.
    """
    text = str(run)
    png = b64encode(render_run(run, "png", metadata=False)[0]).decode()
    source = f"data:image/png;base64,{png}"
    html = f'<img src="{source}" alt="{escape(text)}" style="max-width: 100%">'
    contents = {"text/plain": repr(run), "text/html": html, "image/png": png}
    return contents, {"image/png": {"alt": text}}
