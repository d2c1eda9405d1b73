"""The benchmark of `make bench`; benchmarks/README.md is its method."""
