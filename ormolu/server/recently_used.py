"""What was read lately, bounded by how many there are and by how long their texts are together."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

# A tree takes some 150 bytes a character of its text.
CHARACTERS_MAX = 1_000_000
Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class RecentlyUsed(Generic[Key, Value]):
    """A bounded map that forgets what was not used for longest; shared by all sessions."""

    def __init__(self, size_max: int, *, characters_max: int = CHARACTERS_MAX) -> None:
        self._size_max = size_max
        self._characters_max = characters_max
        self._lock = Lock()
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._characters = 0

    def find(self, key: Key) -> Value | None:
        with self._lock:
            kept = self._values.get(key)
            if kept is None:
                return None
            self._values.move_to_end(key)
            return kept[0]

    def clear(self) -> None:
        with self._lock:
            self._values.clear()
            self._characters = 0

    def put(self, key: Key, value: Value, *, characters: int) -> None:
        """`characters` is the length of the text that the value was made of."""
        with self._lock:
            _, before = self._values.pop(key, (None, 0))
            self._values[key] = (value, characters)
            self._characters += characters - before
            while len(self._values) > self._size_max or (self._characters > self._characters_max and self._values):
                _, (_, gone) = self._values.popitem(last=False)
                self._characters -= gone
