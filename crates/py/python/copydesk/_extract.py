"""The calls of trafilatura, so that a program that uses it can be switched by an import."""

from __future__ import annotations

import json
from collections.abc import Container
from typing import TYPE_CHECKING, Any

from ._cleaning import cleaner
from ._errors import Error

if TYPE_CHECKING:
    from ._copydesk import Record
    from ._types import CleanerSettings, OutputFormat, Page

OUTPUT_FORMATS = ("txt", "markdown", "html", "json")

# Arguments of trafilatura without an equivalent, their defaults, and what does the same.
_WITHOUT_EQUIVALENT: dict[str, tuple[Any, str]] = {
    "author_blacklist": (None, "filter by `Record.author`"),
    "config": (None, "use the settings of `copydesk.Cleaner`"),
    "date_extraction_params": (None, "see `Record.date` and `Record.date_modified`"),
    "max_tree_size": (None, "use `copydesk.Cleaner(max_nodes=...)`"),
    "options": (None, "use the settings of `copydesk.Cleaner`"),
    "prune_xpath": (None, "use `copydesk.Cleaner(drop_selectors=...)`, which takes CSS selectors"),
    "settingsfile": (None, "use the settings of `copydesk.Cleaner`"),
    "tei_validation": (False, "there is no TEI output"),
}
# Arguments that only change how trafilatura works. Repeated blocks are always removed.
_WITHOUT_MEANING = {"as_dict", "deduplicate", "fast", "no_fallback"}


def extract(
    filecontent: Page | None,
    url: str | None = None,
    record_id: str | None = None,
    *,
    favor_precision: bool = False,
    favor_recall: bool = False,
    include_comments: bool = True,
    output_format: OutputFormat = "txt",
    target_language: str | None = None,
    include_tables: bool = True,
    include_images: bool = False,
    include_formatting: bool = False,
    include_links: bool = False,
    with_metadata: bool = False,
    only_with_metadata: bool = False,
    url_blacklist: Container[str] | None = None,
    **others: Any,
) -> str | None:
    """Extract the text of a page, with the arguments of ``trafilatura.extract``; ``None`` if it has none.

    In the format ``txt``, ``include_formatting``, ``include_links`` and ``include_images`` give Markdown, which has all
    three. ``with_metadata`` puts YAML before text and Markdown. Arguments that cannot be honored raise ``TypeError``.
    """
    if output_format not in OUTPUT_FORMATS:
        message = f"output_format: `{output_format}` is not one of {', '.join(OUTPUT_FORMATS)}"
        raise Error(message, kind="unknown_value", allowed=OUTPUT_FORMATS)
    record = _cleaned(
        filecontent,
        url,
        {
            "favor": _favor(favor_precision, favor_recall),
            "comments": include_comments,
            "markdown": True,
            "html": output_format == "html",
            "drop_selectors": () if include_tables else ("table",),
        },
        target_language,
        only_with_metadata,
        url_blacklist,
        others,
    )
    if record is None:
        return None
    is_markdown = output_format == "markdown" or include_formatting or include_links or include_images
    if output_format == "html":
        return record.html
    if output_format == "json":
        return json.dumps(_json_fields(record, record_id, is_markdown, with_metadata), ensure_ascii=False)
    parts = [_front_matter(record, record_id)] if with_metadata else []
    parts.append(_text(record, is_markdown))
    if record.comments:
        parts.append(record.comments)
    return "\n\n".join(parts)


def bare_extraction(
    filecontent: Page | None,
    url: str | None = None,
    *,
    favor_precision: bool = False,
    favor_recall: bool = False,
    include_comments: bool = True,
    output_format: str = "python",
    target_language: str | None = None,
    include_tables: bool = True,
    include_images: bool = False,
    include_formatting: bool = False,
    include_links: bool = False,
    with_metadata: bool = False,
    only_with_metadata: bool = False,
    url_blacklist: Container[str] | None = None,
    **others: Any,
) -> dict[str, Any] | None:
    """Extract the text and the metadata of a page, with the arguments of ``trafilatura.bare_extraction``.

    The dictionary has the keys of trafilatura's documents. ``None`` if the page has no text.
    """
    record = _cleaned(
        filecontent,
        url,
        {
            "favor": _favor(favor_precision, favor_recall),
            "comments": include_comments,
            "markdown": True,
            "drop_selectors": () if include_tables else ("table",),
        },
        target_language,
        only_with_metadata,
        url_blacklist,
        others,
    )
    if record is None:
        return None
    is_markdown = output_format == "markdown" or include_formatting or include_links or include_images
    return _document(record, None, is_markdown)


def _cleaned(
    page: Page | None,
    url: str | None,
    settings: CleanerSettings,
    target_language: str | None,
    only_with_metadata: bool,
    url_blacklist: Container[str] | None,
    others: dict[str, Any],
) -> Record | None:
    """The record of a page that has a text and passes the filters."""
    _check(others)
    # What trafilatura's `fetch_url` returns if there is no page.
    if page is None:
        return None
    record = cleaner(settings).clean(page, url=url)
    if not record.text:
        return None
    if target_language is not None and record.language != target_language:
        return None
    if only_with_metadata and not (record.date and record.title and (record.url or record.canonical_url)):
        return None
    if url_blacklist is not None and (record.url in url_blacklist or record.canonical_url in url_blacklist):
        return None
    return record


def _check(others: dict[str, Any]) -> None:
    for name, value in others.items():
        if name in _WITHOUT_MEANING:
            continue
        if name not in _WITHOUT_EQUIVALENT:
            raise TypeError(f"there is no argument `{name}`")
        default, instead = _WITHOUT_EQUIVALENT[name]
        if value is not default and value != default:
            raise TypeError(f"copydesk cannot honor `{name}`: {instead}")


def _favor(precision: bool, recall: bool) -> Any:
    # trafilatura goes by recall too if both are set.
    return "recall" if recall else "precision" if precision else "balance"


def _text(record: Record, is_markdown: bool) -> str:
    return record.markdown or record.text if is_markdown else record.text


def _document(record: Record, record_id: str | None, is_markdown: bool) -> dict[str, Any]:
    return {
        "title": record.title,
        "author": record.author,
        "url": record.url or record.canonical_url,
        "hostname": record.hostname,
        "description": record.description,
        "sitename": record.sitename,
        "date": record.date,
        "categories": record.categories,
        "tags": record.tags,
        "fingerprint": record.fingerprint,
        "id": record_id,
        "license": record.license,
        "comments": record.comments,
        "raw_text": record.text,
        "text": _text(record, is_markdown),
        "language": record.language,
        "image": record.image,
        "pagetype": record.pagetype,
    }


def _json_fields(record: Record, record_id: str | None, is_markdown: bool, with_metadata: bool) -> dict[str, Any]:
    document = _document(record, record_id, is_markdown)
    if not with_metadata:
        return {"text": document["text"], "comments": document["comments"]}
    # Some keys differ between trafilatura's documents and its JSON.
    document["source"] = document.pop("url")
    document["source-hostname"] = document.pop("sitename")
    document["excerpt"] = document.pop("description")
    document["categories"] = ";".join(record.categories)
    document["tags"] = ";".join(record.tags)
    return document


def _front_matter(record: Record, record_id: str | None) -> str:
    document = _document(record, record_id, False)
    names = ("title", "author", "url", "hostname", "description", "sitename", "date", "categories", "tags")
    # What is JSON is YAML too.
    lines = (
        f"{name}: {json.dumps(document[name], ensure_ascii=False)}"
        for name in (*names, "fingerprint", "id", "license")
        if document[name]
    )
    return "\n".join(("---", *lines, "---"))
