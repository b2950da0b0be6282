"""Textline routes texts between people in need and peers who answer."""

__version__ = "0.1.0"
