"""Sequences whose parts are made when they are first asked for."""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Generic, TypeVar, overload

T = TypeVar("T")


class Pile(Generic[T]):
    """Things that are made all at once, when the first one is asked for. In any thread.

    Parameters
    ----------
    make : callable
        Makes them, in their order.
    early : mapping of int to object
        Some that are there already, by their place; they stay the same objects.
    """

    def __init__(self, make: Callable[[], Sequence[T]], early: Mapping[int, T]) -> None:
        self._make = make
        self._early = early
        self._all: list[T] | None = None
        self._lock = threading.Lock()

    def __getitem__(self, place: int) -> T:
        if self._all is None and place in self._early:
            return self._early[place]
        return self.all[place]

    @property
    def all(self) -> list[T]:
        """Every one of them."""
        with self._lock:
            if self._all is None:
                made = list(self._make())
                for place, one in self._early.items():
                    made[place] = one
                self._all = made
            return self._all


class Lazily(Sequence[T]):
    """Some things of a pile, in an order; equal to a tuple of the same things.

    Parameters
    ----------
    pile : Pile
    places : sequence of int
        Where they lie in it.
    """

    __slots__ = ("_pile", "_places")

    def __init__(self, pile: Pile[T], places: Sequence[int]) -> None:
        self._pile = pile
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> T: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[T, ...]: ...
    def __getitem__(self, index: int | slice) -> T | tuple[T, ...]:
        if isinstance(index, slice):
            return tuple(self)[index]
        return self._pile[self._places[index]]

    def __iter__(self) -> Iterator[T]:
        found = self._pile.all
        return iter([found[place] for place in self._places])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, tuple | Lazily):
            return NotImplemented
        return self is other or tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Lazily({len(self)})"
