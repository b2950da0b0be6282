"""`python -m textline`, the same as `textline`."""

from textline.cli import main

main()
