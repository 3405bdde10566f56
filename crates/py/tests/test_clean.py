"""Cleaning one page."""

import json
import pickle
import threading

import copydesk
import pytest
from copydesk import Cleaner, Error

URL = "https://coast.example/ferry"


def test_a_record_has_text_and_metadata(page):
    record = copydesk.clean(page, url=URL)
    assert record.outcome == "ok"
    assert record.error is None
    assert (record.title, record.author, record.date) == ("Ferry returns", "Ines Tallow", "2026-03-18")
    assert (record.url, record.hostname, record.language) == (URL, "coast.example", "en")
    assert record.text.startswith("The ferry sailed again on Monday")
    assert "newsletter" not in record.text
    assert record.removed["navigation"] >= 1
    assert 0 < record.quality["confidence"] <= 1
    assert record.access["declared"] == "unknown"
    assert record.markdown is None
    assert repr(record) == f"<Record ok \"Ferry returns\", {len(record.text)} characters>"


def test_strings_and_all_kinds_of_bytes_give_the_same_text(page):
    text = copydesk.clean(page).text
    encoded = page.encode()
    for given in (encoded, bytearray(encoded), memoryview(encoded)):
        assert copydesk.clean(given).text == text


def test_a_string_is_not_decoded_again():
    page = "<meta charset=windows-1251><article><p>Die Fähre fährt wieder nach Ærøskøbing, sagte die Hafenmeisterin.</p></article>"
    assert "Ærøskøbing" in copydesk.clean(page).text


def test_a_given_charset_is_used():
    page = "<article><p>Паром знову вийшов у море в понеділок.</p></article>".encode("koi8-u")
    assert "Паром знову" in copydesk.clean(page, charset="koi8-u").text


def test_surrogates_are_joined_or_replaced():
    page = "<article><p>The ferry \ud83d\ude00 sailed \ud800 again on Monday.</p></article>"
    assert "The ferry 😀 sailed" in copydesk.clean(page).text


@pytest.mark.parametrize("wrong", [None, 7, ["<p>"]])
def test_other_types_are_refused(wrong):
    with pytest.raises(TypeError, match="str or bytes"):
        copydesk.clean(wrong)


def test_a_page_that_cannot_be_read_is_a_record(page):
    record = copydesk.clean(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 9)
    assert record.outcome == "error"
    assert record.error["kind"] == "binary"
    assert record.text == ""
    assert repr(record) == "<Record error error=binary, 0 characters>"
    assert copydesk.clean("").outcome == "empty"


def test_dictionaries_and_attributes_say_what_the_json_says(page):
    record = copydesk.clean(page, url=URL, markdown=True, html=True, images=True, links=True, explain=True)
    fields = record.to_dict()
    assert json.loads(record.to_json()) == fields
    runs = {"duplicate_of", "fetch", "images"}
    assert {name: getattr(record, name) for name in fields if name not in runs} == {
        name: value for name, value in fields.items() if name not in runs
    }
    assert record.links == [{"url": "https://coast.example/monday", "text": "Monday"}]
    assert "[Monday](https://coast.example/monday)" in record.markdown
    assert record.html.startswith("<")
    assert any(block["class"] == "newsletter" for block in record.removed["blocks"])
    assert any(block["kept"] for block in record.blocks)


def test_records_are_equal_by_their_fields_and_can_be_pickled(page):
    record = copydesk.clean(page, url=URL, explain=True)
    assert record == copydesk.clean(page, url=URL, explain=True)
    assert record != copydesk.clean(page, url=URL)
    assert record != "text"
    assert pickle.loads(pickle.dumps(record)) == record
    assert copydesk.Record.from_json(record.to_json()) == record
    with pytest.raises(ValueError, match="EOF"):
        copydesk.Record.from_json("{")


def test_settings_change_what_is_kept(page):
    assert "Sign up for our newsletter" in copydesk.clean(page, keep=["newsletter"]).text
    assert "Sign up for our newsletter" in copydesk.clean(page, keep="newsletter").text
    assert copydesk.clean(page, drop=[]).removed == {}


def test_selectors_keep_and_drop_with_and_without_a_url(page):
    for url in (None, URL):
        record = copydesk.clean(page, url=url, drop_selectors=[".crew"], keep_selectors="nav")
        assert "engines" not in record.text
        assert "Sport" in record.text


def test_limits_are_kept_and_reported(page):
    record = copydesk.clean(page, max_input_bytes=400)
    assert (record.error["kind"], record.error["concerns"]) == ("limit", "max_input_bytes")


def test_a_page_out_of_time_has_an_error():
    page = "<article>" + "<p>The ferry sailed again on Monday after nine weeks in dock.</p>" * 20_000
    assert copydesk.clean(page, page_timeout=0.0).error["kind"] == "interrupted"


def test_an_unknown_value_names_the_possible_ones():
    with pytest.raises(Error, match="precison") as raised:
        Cleaner(favor="precison")
    assert raised.value.kind == "unknown_value"
    assert raised.value.hint == "did you mean `precision`?"
    assert raised.value.allowed == ("precision", "balance", "recall")
    assert isinstance(raised.value, ValueError)
    restored = pickle.loads(pickle.dumps(raised.value))
    assert (str(restored), restored.allowed) == (str(raised.value), raised.value.allowed)
    with pytest.raises(Error, match="paywal"):
        Cleaner(keep=["paywal"])
    with pytest.raises(Error, match="auto, html, text"):
        copydesk.clean("<p>", kind="pdf")


def test_an_invalid_selector_is_named():
    with pytest.raises(Error, match="p\\[") as raised:
        Cleaner(drop_selectors=["p["])
    assert raised.value.kind == "invalid_selector"


def test_an_unknown_setting_is_a_type_error_as_of_any_function():
    with pytest.raises(TypeError, match="did you mean `favor`"):
        Cleaner(favour="recall")
    with pytest.raises(TypeError, match="unknown setting `zebra`$"):
        copydesk.clean("<p>", zebra=1)
    with pytest.raises(TypeError, match="markdown"):
        Cleaner(markdown="yes")


def test_a_cleaner_is_pickled_by_its_settings(page):
    cleaner = Cleaner(favor="recall", keep=iter(["caption", "byline"]), lossy="mark", page_timeout=None)
    restored = pickle.loads(pickle.dumps(cleaner))
    assert restored.settings == cleaner.settings == {
        "favor": "recall",
        "keep": ["caption", "byline"],
        "lossy": "mark",
        "page_timeout": None,
    }
    assert restored.clean(page) == cleaner.clean(page)
    assert repr(Cleaner(markdown=True)) == "Cleaner(markdown=True)"


def test_threads_share_a_cleaner(page):
    cleaner = Cleaner()
    expected = cleaner.clean(page)
    records = []
    threads = [
        threading.Thread(target=lambda: records.extend(cleaner.clean(page) for _ in range(5))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert records == [expected] * 20


def test_scraped_text_is_cleaned():
    text = "\n".join(
        [
            "Home | Sport | Weather",
            "Ferry returns",
            "The ferry sailed again on Monday after nine weeks in dock, the harbour master said.",
            "Tickets for the first week were sold out by noon, and the queue reached the fish market.",
            "Sign up for our newsletter and never miss a story",
        ]
    )
    cleaned = copydesk.clean_text(text)
    assert "nine weeks in dock" in cleaned
    assert "newsletter" not in cleaned
    assert "newsletter" in copydesk.clean_text(text, keep=["newsletter"])
    assert copydesk.clean(text, kind="text").text == cleaned
