"""What happens: one verb a file.

receive → record → screen → escalate or match → notify; reply → send → status.
"""
