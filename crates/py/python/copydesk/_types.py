"""Types of settings, and of the parts of a record. ``docs/record.md`` of the project describes every field."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Union

if TYPE_CHECKING:
    from typing_extensions import NotRequired, TypeAlias

Bytes: TypeAlias = "Union[bytes, bytearray, memoryview]"
"""A page as it was received."""
Page: TypeAlias = "Union[str, Bytes]"
"""A page: bytes, whose charset is detected, or a string."""
PageItem: TypeAlias = "Union[Page, tuple[Page, Union[str, None]]]"
"""An item of ``clean_many``: a page, or a pair of a page and its URL."""

Favor = Literal["precision", "balance", "recall"]
InputKind = Literal["auto", "html", "text"]
Layout = Literal["auto", "lines", "paragraphs", "fragments", "wrapped", "one_line", "markdown"]
Lossy = Literal["restore", "mark", "drop", "leave"]
Outcome = Literal["ok", "empty", "error"]
OutputFormat = Literal["txt", "markdown", "html", "json"]
TextSource = Literal["visible", "json_ld", "hydration", "noscript", "template"]
ClutterClass = Literal[
    "navigation",
    "newsletter",
    "paywall",
    "login",
    "consent",
    "advert",
    "related",
    "share",
    "comments",
    "byline",
    "caption",
    "legal",
    "notice",
    "other",
]


class RepairSettings(TypedDict, total=False):
    """Settings of the repair."""

    mojibake: bool
    """Reverse text that was decoded with the wrong charset. Default true."""
    lossy: Lossy
    """What to do with characters that lost some of their bytes. Default ``restore``."""
    hygiene: bool
    """Normal form C, no control characters, common spaces and line ends. Default true."""
    straight_quotes: bool
    """Replace curly quotes and primes with straight ones. Default false."""
    ligatures: bool
    """Replace Latin ligatures with their letters. Default false."""
    width: bool
    """Replace fullwidth Latin and halfwidth kana with their common width. Default false."""
    escapes: bool
    """Replace escapes such as ``\\u00e9`` with their characters. Default false."""


class CleanerSettings(RepairSettings, total=False):
    """Settings of a cleaner."""

    keep: ClutterClass | Iterable[ClutterClass]
    """Clutter classes that stay in the text. Default none."""
    drop: ClutterClass | Iterable[ClutterClass]
    """Clutter classes to remove; ``keep`` wins. Default all."""
    favor: Favor
    """What to do with blocks that could be content or clutter. Default ``balance``."""
    markdown: bool
    """Fill ``Record.markdown``. Default false."""
    html: bool
    """Fill ``Record.html``. Default false."""
    images: bool
    """Fill ``Record.images``. Default false."""
    links: bool
    """Fill ``Record.links``. Default false."""
    comments: bool
    """Fill ``Record.comments``. Default false."""
    explain: bool
    """List every block with its verdict. Default false."""
    layout: Layout
    """How the lines of texts make up paragraphs. Default ``auto``."""
    structure_repair: bool
    """Put the paragraphs of texts together again. Default true."""
    keep_selectors: Iterable[str]
    """CSS selectors: matching elements are content."""
    drop_selectors: Iterable[str]
    """CSS selectors: matching elements are removed."""
    max_input_bytes: int
    """Bytes of a page; the rest is not read. Default 32 MiB."""
    max_depth: int
    """Maximum nesting depth of elements. Default 256."""
    max_nodes: int
    """Maximum number of nodes in a page's tree. Default 500,000."""
    max_attributes: int
    """Maximum number of attributes of an element. Default 256."""
    max_blocks: int
    """Maximum number of blocks of text in a page. Default 50,000."""
    page_timeout: float | None
    """Seconds to clean one page; what was parsed by then is cleaned. ``None`` is no limit. Default 10."""


class RecordError(TypedDict):
    """What went wrong with a page."""

    kind: str
    message: str
    concerns: str


class TextImage(TypedDict):
    """A picture that belongs to the text."""

    url: str
    alt: str
    caption: str | None


class TextLink(TypedDict):
    """A link in the text."""

    url: str
    text: str


class ScriptNeed(TypedDict):
    """Why the text of a page cannot be had without running its scripts."""

    evidence: list[str]


class AccessFacts(TypedDict):
    """Facts about payment."""

    declared: Literal["free", "paid", "unknown"]
    prompt: Literal["none", "generic", "wall"]
    prompt_seen: bool
    appears_truncated: bool
    evidence: list[str]


class EncodingReport(TypedDict):
    """How bytes became text."""

    charset: str
    decided_by: str
    had_errors: bool
    undecoded: int
    first_undecoded: int | None
    strays: int
    refused_label: str | None
    repairs: dict[str, int]
    unrepaired: int


StructureRepair = TypedDict("StructureRepair", {"kind": str, "count": int, "where": "list[str]"})
"""What was put together again in a text."""


class StructureReport(TypedDict):
    """How the lines of a text became blocks."""

    layout: str | None
    unpacked: dict[str, int]
    repairs: list[StructureRepair]


RemovedBlock = TypedDict(
    "RemovedBlock",
    {
        "class": ClutterClass,
        "rule": str,
        "evidence": "list[str]",
        "score": float,
        "class_confidence": float,
        "where": str,
        "text": str,
    },
)
"""A block that is not in the text."""


class RemovedContent(TypedDict, total=False):
    """The number of removed blocks by class; with ``explain=True`` also the blocks."""

    navigation: int
    newsletter: int
    paywall: int
    login: int
    consent: int
    advert: int
    related: int
    share: int
    comments: int
    byline: int
    caption: int
    legal: int
    notice: int
    other: int
    blocks: list[RemovedBlock]


BlockReport = TypedDict(
    "BlockReport",
    {
        "text": str,
        "kept": bool,
        "title": bool,
        "class": "ClutterClass | None",
        "score": float,
        "rule": str,
        "evidence": "NotRequired[list[str]]",
        "where": str,
    },
)
"""The verdict on one block of a page."""


class TextQuality(TypedDict):
    """How reliable the text is."""

    confidence: float
    kept_ratio: float
    left_as_is: bool


class RepairChange(TypedDict):
    """A change of a text. Positions are in characters of the input."""

    start: int
    end: int
    before: str
    after: str
    rules: list[str]
    posterior: float | None


class RecordDict(TypedDict):
    """All fields of a record."""

    source: str
    outcome: Outcome
    error: RecordError | None
    url: str | None
    canonical_url: str | None
    hostname: str | None
    sitename: str | None
    title: str | None
    author: str | None
    description: str | None
    image: str | None
    license: str | None
    language: str | None
    pagetype: str | None
    date: str | None
    date_modified: str | None
    categories: list[str]
    tags: list[str]
    text: str
    markdown: NotRequired[str]
    html: NotRequired[str]
    images: NotRequired[list[TextImage]]
    links: NotRequired[list[TextLink]]
    text_source: TextSource
    needs_javascript: ScriptNeed | None
    comments: str | None
    captions: list[str]
    bylines: list[str]
    access: AccessFacts
    encoding: EncodingReport
    structure: StructureReport
    removed: RemovedContent
    blocks: NotRequired[list[BlockReport]]
    quality: TextQuality
    fingerprint: str
    duplicate_of: str | None
    fetch: dict[str, Any] | None
