"""A picture as a notebook shows it."""

from base64 import b64encode
from html import escape


def show_picture(
    plain: str, text: str, png: bytes
) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return a picture by kind of content, and what is to be known of each kind.

    It stands there twice: in HTML, as no notebook reads an alternative text beside a PNG yet, and
    bare, for what shows no HTML.

    Args:
        plain: what is shown where there are no pictures.
        text: the alternative text.
        png: the picture.

    Returns:
        The contents by MIME type, and the metadata by MIME type.
    """
    data = b64encode(png).decode()
    source = f"data:image/png;base64,{data}"
    html = f'<img src="{source}" alt="{escape(text)}" style="max-width: 100%">'
    return {"text/plain": plain, "text/html": html, "image/png": data}, {"image/png": {"alt": text}}
