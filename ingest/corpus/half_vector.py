"""Vectors of half precision, as short text for the database."""

from pgvector import HalfVector


class ShortHalfVector(HalfVector):
    """A half vector whose text holds five digits a number, and no more.

    Five tell any two of these numbers apart. The library writes all digits of their double
    precision, twice as long, which costs three times as much here and again in the database.
    """

    def to_text(self) -> str:
        """As `halfvec` reads it."""
        numbers = self.to_list()
        return f"[{','.join(['%.5g'] * len(numbers))}]" % tuple(numbers)
