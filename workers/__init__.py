"""RQ functions, one a file, and the processes that run them."""
