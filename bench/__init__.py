"""Benchmarks: ratios from interleaved rounds in one run, never one absolute number."""
