"""Functions that clean with settings of one call."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ._copydesk import Cleaner

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from ._copydesk import Inspector, Record, RecordIterator
    from ._types import CleanerSettings, InputKind, Page, PageItem


def cleaner(settings: CleanerSettings) -> Cleaner:
    """The cleaner of these settings. Those that were used last are kept: making one takes longer than a page does."""
    return _made(tuple(sorted((name, _fixed(value)) for name, value in settings.items())))


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, Iterable) and not isinstance(value, str) else value


@lru_cache(maxsize=16)
def _made(settings: tuple[tuple[str, Any], ...]) -> Cleaner:
    return Cleaner(**dict(settings))


def clean(
    page: Page,
    *,
    url: str | None = None,
    source: str | None = None,
    charset: str | None = None,
    kind: InputKind = "auto",
    **settings: Unpack[CleanerSettings],
) -> Record:
    """Clean a page.

    A page that cannot be read gives a record with ``error``. ``url`` resolves relative links, ``source`` becomes
    ``Record.source``, ``charset`` is what came with the bytes, and ``kind`` says whether it is markup or text. The
    settings are those of ``Cleaner``.
    """
    return cleaner(settings).clean(page, url=url, source=source, charset=charset, kind=kind)


def clean_many(
    pages: Iterable[PageItem], *, threads: int | None = None, **settings: Unpack[CleanerSettings]
) -> RecordIterator:
    """Clean many pages in threads, and yield their records in order.

    Pages are strings, bytes, or pairs of a page and its URL. They are taken as they are needed, so memory stays bounded.
    ``threads`` is one for each processor by default.
    """
    return cleaner(settings).clean_many(pages, threads=threads)


def clean_text(text: str, **settings: Unpack[CleanerSettings]) -> str:
    """Remove the clutter from a text that another scraper extracted."""
    return cleaner(settings).clean_text(text)


def inspect(
    page: Page,
    *,
    url: str | None = None,
    source: str | None = None,
    charset: str | None = None,
    kind: InputKind = "auto",
    **settings: Unpack[CleanerSettings],
) -> Inspector:
    """Show a page beside its cleaned text: what was kept, what was removed, and why. Notebooks display the result."""
    return cleaner(settings).inspect(page, url=url, source=source, charset=charset, kind=kind)
