"""Models on this machine: loading, batching, and one process of them for all others."""
