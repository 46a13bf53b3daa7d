"""How many cases of other libraries were replayed, for the line at the end of a test run."""

from collections import Counter

COUNTS: Counter[str] = Counter()
