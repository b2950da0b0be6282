"""What is right. Pure: values in, a decision out; no I/O and no clock."""
