"""What all pages are made of: the files beside the code, and a policy that forbids all else."""

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files


def read_asset(package: str, name: str) -> str:
    """Return a file that lies beside a package's code.

    >>> read_asset("lrviz.page", "figure.html").startswith("<!doctype html>")
    True
    """
    return (files(package) / name).read_text(encoding="utf-8")


def build_policy(style: str, script: str) -> str:
    """Return the content security policy of a page: this style, this script, pictures in it.

    >>> build_policy("", "")[:63]
    "default-src 'none'; img-src data:; style-src 'sha256-47DEQpj8HB"
    """
    return (
        f"default-src 'none'; img-src data:; style-src {_hash(style)}; "
        f"script-src {_hash(script)}; base-uri 'none'; form-action 'none'"
    )


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
