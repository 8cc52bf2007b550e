"""The command `lrviz`, and `python -m lrviz`."""

import sys


def main() -> None:
    """Run the command line; what lrviz raises on purpose becomes a line and an exit status."""
    if sys.path and not sys.flags.safe_path and sys.argv[0].endswith("__main__.py"):
        del sys.path[0]  # `python -m` put the current folder first: nothing in it is to be run

    from lrviz.system.process import heed_signals, own_process

    own_process()
    try:
        heed_signals()
        from lrviz.cli import app, give_up, say_error
        from lrviz.errors import LrvizError, Mishap
        from lrviz.system.files import write_streams_whole
        from lrviz.system.mishap import OUT_OF_MEMORY

        write_streams_whole()
        try:
            app()
        except LrvizError as error:
            sys.exit(say_error(error))
        except MemoryError:
            sys.exit(say_error(Mishap("lrviz", OUT_OF_MEMORY)))
        except OSError as error:
            if error.filename is not None:
                raise  # what becomes of files is said where they are read and written
            sys.exit(give_up(error))
    except KeyboardInterrupt:
        sys.exit(130)


def run() -> None:
    """Run the command line, and end the process."""
    try:
        main()
    except SystemExit as end:
        status = end.code
    else:
        status = 0
    from lrviz.system.process import leave

    leave(status)


if __name__ == "__main__":
    run()
