"""A parser's process without any lock or limit: what hostile files do to it."""

import os
import sys

from ingest.sandbox_child import RECURSION, serve
from ingest.sandbox_protocol import HELLO

UNBOUNDED = 2**62


def main() -> None:
    """Serve like a child that forgot to confine itself."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.setrecursionlimit(RECURSION)
    answers.write(HELLO)
    answers.flush()
    serve(sys.stdin.buffer, answers, UNBOUNDED, 600)


if __name__ == "__main__":
    main()
