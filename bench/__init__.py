"""Benches anyone can run: each prints Rostrum beside a peer and a limit, measured in the same run."""
