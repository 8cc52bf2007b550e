"""What a lint prints, block by block, while it works."""

from collections.abc import Iterator

from lrviz.commands.block import Block, Line
from lrviz.commands.linting import Request as Request
from lrviz.commands.linting import iter_linted
from lrviz.commands.targets import Listing
from lrviz.linter.formats import LISTERS
from lrviz.linter.linted import Linted, closing_line
from lrviz.linter.schema import format_json
from lrviz.linter.summary import summary_table
from lrviz.spell import printable


def iter_blocks(request: Request, listing: Listing) -> Iterator[Block]:
    """Lint, and yield what is to be printed of every spec, then of all.

    Raises:
        UsageError: the request makes no sense, whatever the specs say.
    """
    done: list[Linted] = []
    for linted in iter_linted(request):
        done.append(linted)
        lines: list[Line] = [*map(str, (*linted.changes, *linted.refusals)), *linted.warnings]
        found = LISTERS[listing](linted) if listing in LISTERS else ()
        yield Block("".join(f"{line}\n" for line in found), tuple(lines), linted.exit_status)
    if listing == "json":
        yield Block(f"{format_json(done)}\n")
    else:
        yield Block("".join(f"{line}\n" for line in _table(done)))
    yield Block(lines=(closing_line(done),))


def _table(done: list[Linted]) -> list[str]:
    rows = [(printable(each.source), row) for each in done for row in each.summaries]
    return list(map(printable, summary_table(rows))) if rows else []
