"""A picture as bytes: its record, its numbers, PNG and WebP."""

from typing import Literal, get_args

Format = Literal["png", "webp", "svg", "pdf"]
FORMATS: tuple[Format, ...] = get_args(Format)
