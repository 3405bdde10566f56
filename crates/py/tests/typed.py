"""A program that `mypy --strict` has to accept; `test_package.py` asks it."""

from collections.abc import Iterator

import copydesk
from copydesk import Cleaner, Record, RepairedText


def titles(pages: Iterator[tuple[bytes, str]]) -> list[str | None]:
    cleaner = Cleaner(favor="recall", keep=["caption"], page_timeout=2.5, lossy="mark")
    return [record.title for record in cleaner.clean_many(pages, threads=2)]


def removed_newsletters(record: Record) -> int:
    return record.removed.get("newsletter", 0)


record: Record = copydesk.clean("<p>The ferry sailed again.</p>", url="https://coast.example/", markdown=True)
confidence: float = record.quality["confidence"]
language: str | None = record.to_dict()["language"]
text: str = copydesk.repair("cafÃ©")
repaired: RepairedText = copydesk.repair("cafÃ©", explain=True)
start: int = repaired.changes[0]["start"]
extracted: str | None = copydesk.extract(b"<p>The ferry sailed again.</p>", output_format="markdown")
