"""Values as a script spells them."""

from lrviz.spec.expression import spell_number


def spell_value(value: object) -> str:
    """Return a value as formatters spell it.

    >>> print(spell_value([1e-05, 8, True, None, 'say "hi"', (0.9, float("nan"))]))
    [1e-5, 8, True, None, 'say "hi"', (0.9, float("nan"))]
    """
    match value:
        case str():
            return _spell_text(value)
        case list():
            return f"[{', '.join(map(spell_value, value))}]"
        case tuple():
            return f"({', '.join(map(spell_value, value))}{',' * (len(value) == 1)})"
        case int() | float() if not isinstance(value, bool):
            return spell_number(value)
    return repr(value)


def _spell_text(text: str) -> str:
    """Return a text in double quotes, in single ones where fewer of its own are escaped then."""
    quote = "'" if text.count('"') > text.count("'") else '"'
    return f"{quote}{''.join(_escape(each, quote) for each in text)}{quote}"


def _escape(character: str, quote: str) -> str:
    if character in (quote, "\\"):
        return f"\\{character}"
    return character if character.isprintable() else repr(character)[1:-1]
