"""Textline routes texts between people in need and peers who answer."""

import gc

# A process imports some hundred thousand objects that stay, and Python's own threshold (700) looks through them again
# and again: a fifth of the time that a killed process needs to come back.
gc.set_threshold(50_000)

__version__ = "0.1.0"
