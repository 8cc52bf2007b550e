"""The machine: disk, pipes, processes, the interpreter's start and end."""
