"""``python -m dynateach``: the same as the command ``dynateach``."""

from dynateach.cli import main

main()
