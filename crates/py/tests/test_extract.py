"""The calls of trafilatura."""

import json

import pytest
from copydesk import Error, bare_extraction, extract

URL = "https://coast.example/ferry"


def test_text_markdown_html_and_json(page):
    text = extract(page)
    assert text.startswith("The ferry sailed again on Monday after")
    assert "[Monday](https://coast.example/monday)" in extract(page, URL, output_format="markdown")
    assert extract(page, url=URL, include_links=True) == extract(page, url=URL, output_format="markdown")
    assert '<a href="https://coast.example/monday">' in extract(page, url=URL, output_format="html")
    assert json.loads(extract(page, output_format="json")) == {"text": text, "comments": None}
    fields = json.loads(extract(page, URL, "a1", output_format="json", with_metadata=True))
    assert (fields["title"], fields["source"], fields["id"]) == ("Ferry returns", URL, "a1")


def test_metadata_stand_before_the_text(page):
    document = extract(page.encode(), url=URL, with_metadata=True)
    head, text = document.removeprefix("---\n").split("\n---\n\n")
    assert 'title: "Ferry returns"' in head.splitlines()
    assert text == extract(page)


def test_nothing_found_is_none(page):
    for empty in (None, "", "<nav><a href=/>Home</a></nav>", b"\x89PNG\r\n\x1a\n" + bytes(999)):
        assert extract(empty) is None
        assert bare_extraction(empty) is None


def test_filters(page):
    assert extract(page, target_language="de") is None
    assert extract(page, target_language="en") is not None
    assert extract(page, url=URL, url_blacklist={URL}) is None
    assert extract(page, only_with_metadata=True) is None
    assert extract(page, url=URL, only_with_metadata=True) is not None


def test_tables_can_be_left_out(page):
    assert "12 crowns" in extract(page)
    assert "12 crowns" not in extract(page, include_tables=False)


def test_bare_extraction_has_the_keys_of_trafilatura(page):
    document = bare_extraction(page, url=URL, with_metadata=True)
    assert list(document) == [
        "title", "author", "url", "hostname", "description", "sitename", "date", "categories", "tags", "fingerprint",
        "id", "license", "comments", "raw_text", "text", "language", "image", "pagetype",
    ]  # fmt: skip
    assert (document["author"], document["date"], document["hostname"]) == ("Ines Tallow", "2026-03-18", "coast.example")


def test_what_cannot_be_honored_is_refused(page):
    assert extract(page, fast=True, deduplicate=True, prune_xpath=None, tei_validation=False) == extract(page)
    with pytest.raises(TypeError, match="drop_selectors"):
        extract(page, prune_xpath="//aside")
    with pytest.raises(TypeError, match="there is no argument `zebra`"):
        extract(page, zebra=1)
    with pytest.raises(Error, match="txt, markdown, html, json") as raised:
        extract(page, output_format="xmltei")
    assert raised.value.allowed == ("txt", "markdown", "html", "json")
