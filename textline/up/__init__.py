"""`textline up`: all of Textline on one machine, with one command."""

from textline.up.errors import UpError
from textline.up.run import up
from textline.up.values import known

__all__ = ["UpError", "known", "up"]
