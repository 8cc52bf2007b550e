"""From a spec to a script in a file, or on standard output."""

from collections.abc import Iterator

from lrviz.commands.code.script import write_code
from lrviz.commands.results import Block, drive_spec, output_file, refuse_target
from lrviz.errors import spec_error
from lrviz.reading.sources import AS_WRITTEN, Reading, parse_data, read_source
from lrviz.system.own import sign_script
from lrviz.system.writing import write_file


def save_code(
    source: str, output: str, reading: Reading = AS_WRITTEN, *, overwrite: bool = False
) -> Iterator[Block]:
    """Yield a spec as Python, or write it to a file, and yield what is worth saying.

    Args:
        source: the spec, as `load` takes it.
        output: a file; `-` for standard output.
        reading: as the command line says it.
        overwrite: whether the file is replaced, too, where lrviz did not write it.

    Raises:
        FileError: a file cannot be read or written.
        RefusedError: the output is also an input, or is not to be replaced.
        SpecError: what the source holds is no spec, or none that torch can drive.
    """
    path = output_file(output)
    spec = parse_data(read_source(source), source, reading)
    if "factory" in spec.tree:  # of which a figure keeps the numbers
        raise spec_error(source, "drawn from a factory, which is code already")
    refuse_target(path, "script", [spec], overwrite=overwrite)
    run = drive_spec(spec)
    code = sign_script(write_code(run))
    if path is None:
        yield Block(code)
    else:
        write_file(path, code.encode(), overwrite=overwrite)
    yield Block(lines=run.warnings)
