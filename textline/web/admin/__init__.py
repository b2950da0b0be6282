"""Setting up: what admins see."""
