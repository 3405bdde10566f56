"""Clean text from web pages, and from text that another scraper already extracted.

>>> import copydesk
>>> page = "<nav><a href=/>Home</a></nav><article><h1>Ferry returns</h1><p>The ferry sailed again on Monday.</p></article>"
>>> record = copydesk.clean(page, url="https://coast.example/ferry")
>>> record.title, record.text
('Ferry returns', 'The ferry sailed again on Monday.')
"""

from ._cleaning import clean, clean_many, clean_text, inspect
from ._copydesk import Cleaner, Inspector, Record, RecordIterator, RepairedText, __version__, repair
from ._errors import Error
from ._extract import bare_extraction, extract
from ._types import CleanerSettings, RecordDict

__all__ = [
    "Cleaner",
    "CleanerSettings",
    "Error",
    "Inspector",
    "Record",
    "RecordDict",
    "RecordIterator",
    "RepairedText",
    "__version__",
    "bare_extraction",
    "clean",
    "clean_many",
    "clean_text",
    "extract",
    "inspect",
    "repair",
]
