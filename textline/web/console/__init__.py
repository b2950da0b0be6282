"""The console: what volunteers and supervisors see."""
