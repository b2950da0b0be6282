"""Textline routes texts between people in need and peers who answer."""
