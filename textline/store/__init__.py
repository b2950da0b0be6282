"""What lasts: all SQL. One noun a file: its table together with its queries.

Every query takes its scope first: an organization's rows (`Scope`), or, for sweeps and for finding out whose
something is, everything (`Everywhere`).
"""
