"""Exceptions of the package."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Error(ValueError):
    """Something about an argument is wrong. A page that cannot be read is no error, but a record with ``error``."""

    __module__ = "copydesk"

    kind: str
    """What kind of error it is, for programs: ``unknown_value`` or ``invalid_selector``."""
    hint: str | None
    """What to do about it, if that is known."""
    allowed: tuple[str, ...]
    """The values that are possible, if there are only a few."""

    def __init__(self, message: str, *, kind: str, hint: str | None = None, allowed: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.hint = hint
        self.allowed = tuple(allowed)

    def __str__(self) -> str:
        message = super().__str__()
        return f"{message} ({self.hint})" if self.hint else message

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (self.args[0], self.kind, self.hint, self.allowed)


def _restored(message: str, kind: str, hint: str | None, allowed: tuple[str, ...]) -> Error:
    return Error(message, kind=kind, hint=hint, allowed=allowed)
