# The part of `multipart` that is used here. `mcp` brings `python-multipart` along, whose folder of
# the same name hides the module from type checkers; at run time it steps aside.
from collections.abc import Generator
from types import TracebackType
from typing import Self

class MultipartError(ValueError): ...

class MultipartSegment:
    name: str | None
    filename: str | None

class PushMultipartParser:
    def __init__(self, boundary: str | bytes, *, max_segment_count: int = ...) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
    def parse(
        self, chunk: bytes | bytearray
    ) -> Generator[MultipartSegment | bytes | bytearray | None]: ...
