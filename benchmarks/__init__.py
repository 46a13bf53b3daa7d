"""Benchmarks: chalkgrad beside its peers, in one process, after checking that all of them agree.

``python -m benchmarks [row ...] [--quick]``; the peers are in ``peers.txt`` (``make bench-peers``).
"""
