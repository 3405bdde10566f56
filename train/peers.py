#!/usr/bin/env python3
"""Extracts the text of labelled pages with another extractor, for comparison.

    python3 train/peers.py DATASET OUT --with trafilatura|resiliparse

DATASET is a folder with `html/ID.html.gz` or `html/ID.html`. For each page, OUT gets `ID.txt`, the text (empty
where the extractor finds none), and, from an extractor that also reads them, `ID.json` with title, author and
date: what `copydesk eval DATASET --texts OUT` reads. OUT/peer.json says which version it was and on which
pages it failed.

Each extractor runs with its defaults for main content. It needs the packages in requirements-peers.txt.
"""

import argparse
import gzip
import json
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from importlib.metadata import version
from pathlib import Path

# The text, and title, author and date where the extractor reads them.
Extract = Callable[[bytes], tuple[str, dict | None]]


def trafilatura() -> Extract:
    from trafilatura import bare_extraction, extract

    def run(page: bytes):
        text = extract(page, include_comments=False, include_tables=True)
        document = bare_extraction(page, include_comments=False, include_tables=True, with_metadata=True)
        fields = {name: getattr(document, name, None) for name in ("title", "author", "date")}
        return text or "", fields

    return run


def resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    def run(page: bytes):
        html = bytes_to_str(page, detect_encoding(page, from_html_meta=True))
        return extract_plain_text(html, main_content=True, alt_texts=False, list_bullets=False), None

    return run


EXTRACTORS = {"trafilatura": trafilatura, "resiliparse": resiliparse}


def pages(dataset: Path) -> dict[str, Path]:
    """The files of the pages, by id."""
    found = {}
    for path in sorted((dataset / "html").glob("*")):
        for suffix in (".html.gz", ".html"):
            if path.name.endswith(suffix):
                found.setdefault(path.name.removesuffix(suffix), path)
    return found


def one(name: str, out: Path, page: tuple[str, Path]) -> str | None:
    """Writes what the extractor makes of one page, and says why it failed if it did."""
    page_id, path = page
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    extract = _loaded.get(name) or _loaded.setdefault(name, EXTRACTORS[name]())
    failure = None
    try:
        text, fields = extract(content)
    except Exception as error:  # A page on which a peer fails is a page without text.
        text, fields, failure = "", None, f"{page_id}: {type(error).__name__}: {error}"
    (out / f"{page_id}.txt").write_text(text, encoding="utf-8", errors="replace")
    if fields is not None:
        (out / f"{page_id}.json").write_text(json.dumps(fields, ensure_ascii=False), encoding="utf-8")
    return failure


_loaded: dict[str, Extract] = {}


def main() -> None:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=raw)
    add = parser.add_argument
    add("dataset", type=Path, metavar="DATASET", help="folder of labelled pages")
    add("out", type=Path, metavar="OUT", help="folder to write to")
    add("--with", dest="name", required=True, choices=EXTRACTORS, help="the extractor")
    add("--workers", type=int, default=1, metavar="N", help="processes; default: %(default)s")
    arguments = parser.parse_args()
    name, out = arguments.name, arguments.out
    found = pages(arguments.dataset)
    if not found:
        sys.exit(f"{arguments.dataset}: no html/ID.html.gz there")
    out.mkdir(parents=True, exist_ok=True)
    failures = []
    with ProcessPoolExecutor(arguments.workers) as pool:
        for done, failure in enumerate(pool.map(partial(one, name, out), found.items(), chunksize=4), 1):
            if failure:
                failures.append(failure)
                print(f"warning: {failure}", file=sys.stderr)
            if done % 100 == 0 or done == len(found):
                print(f"{name}: {done} of {len(found)} pages", file=sys.stderr)
    facts = {"name": name, "version": version(name), "pages": len(found), "failures": failures}
    (out / "peer.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
