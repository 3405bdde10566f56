"""The inspector."""

import html

import copydesk
import pytest


def test_an_inspector_can_be_shown_and_saved(page, tmp_path):
    inspector = copydesk.inspect(page, url="https://coast.example/ferry")
    assert inspector.html.startswith("<!doctype html>")
    assert "The crew had used the winter" in inspector.html
    shown = inspector._repr_html_()
    assert shown.startswith('<iframe srcdoc="')
    assert html.unescape(shown.split('"')[1]) == inspector.html
    inspector.save(tmp_path / "ferry.html")
    assert (tmp_path / "ferry.html").read_text(encoding="utf-8") == inspector.html
    with pytest.raises(FileNotFoundError):
        inspector.save(tmp_path / "missing" / "ferry.html")
