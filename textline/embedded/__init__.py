"""The embedded servers: PostgreSQL and Valkey under a data directory, for whoever sets no addresses of their own."""

from textline.embedded.errors import EmbeddedError
from textline.embedded.owner import Servers, servers

__all__ = ["EmbeddedError", "Servers", "servers"]
