"""How long an endpoint may take, and how much it may say."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how much. Times in seconds.

    Attributes:
        connect: Until the connection stands.
        idle: Between two bytes, and until the first.
        whole: For one whole answer.
        characters: Of an answer; beyond it the answer ends as `length`.
    """

    connect: float = 5.0
    idle: float = 60.0
    whole: float = 900.0
    characters: int = 400_000
