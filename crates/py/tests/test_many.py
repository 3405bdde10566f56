"""Cleaning many pages."""

import itertools
import multiprocessing
import signal
import subprocess
import sys
import textwrap

import copydesk
import pytest
from copydesk import Cleaner


def numbered(page, count):
    return [page.replace("nine weeks", f"{number} weeks") for number in range(count)]


@pytest.mark.parametrize("threads", [None, 1, 3, 10**6])
def test_records_come_in_the_order_of_the_pages(page, threads):
    pages = numbered(page, 60)
    records = list(copydesk.clean_many(pages, threads=threads))
    assert records == [copydesk.clean(page) for page in pages]


def test_pages_can_have_urls(page):
    pages = [page, (page, "https://coast.example/ferry"), (page.encode(), None)]
    records = list(Cleaner().clean_many(pages, threads=2))
    assert [record.url for record in records] == [None, "https://coast.example/ferry", None]


def test_pages_are_taken_as_they_are_needed(page):
    taken = 0

    def pages():
        nonlocal taken
        while True:
            taken += 1
            yield page

    records = Cleaner().clean_many(pages(), threads=2)
    assert taken == 0
    for number in range(1, 200):
        next(records)
        assert taken <= number + 64


def test_what_the_pages_raise_comes_after_the_records_before_it(page):
    def pages():
        yield page
        yield page
        raise OSError("the disk is gone")

    records = copydesk.clean_many(pages(), threads=2)
    assert [next(records).title, next(records).title] == ["Ferry returns"] * 2
    with pytest.raises(OSError, match="the disk is gone"):
        next(records)
    assert list(records) == []


def test_an_item_of_another_type_is_refused(page):
    records = copydesk.clean_many([page, 7], threads=1)
    assert next(records).outcome == "ok"
    with pytest.raises(TypeError, match="str or bytes, not int"):
        next(records)


def test_a_page_that_cannot_be_read_does_not_end_the_others(page):
    records = list(copydesk.clean_many([page, b"\x89PNG\r\n\x1a\n" + bytes(999), page], threads=2))
    assert [record.outcome for record in records] == ["ok", "error", "ok"]


def test_a_running_iterator_cannot_be_asked_again(page):
    def pages():
        yield next(records)

    records = copydesk.clean_many(pages(), threads=1)
    with pytest.raises(ValueError, match="already running"):
        next(records)


def test_no_threads_are_refused(page):
    with pytest.raises(ValueError, match="at least 1"):
        copydesk.clean_many([page], threads=0)


def test_an_iterator_can_be_left_early(page):
    records = copydesk.clean_many(itertools.repeat(page), threads=2)
    next(records)
    del records


@pytest.mark.skipif(sys.platform == "win32", reason="sends a POSIX signal")
def test_ctrl_c_ends_a_batch_that_runs_in_c(page):
    program = textwrap.dedent(
        """
        import collections, itertools, sys, copydesk
        records = copydesk.clean_many(itertools.repeat(sys.stdin.read()), threads=2)
        print(next(records).title, flush=True)
        collections.deque(records, maxlen=0)
        """
    )
    command = [sys.executable, "-c", program]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as child:
        child.stdin.write(page)
        child.stdin.close()
        assert child.stdout.readline() == "Ferry returns\n"
        child.send_signal(signal.SIGINT)
        assert "KeyboardInterrupt" in child.stderr.read()
        assert child.wait() != 0


@pytest.mark.skipif(not hasattr(multiprocessing, "get_context") or sys.platform == "win32", reason="forks")
def test_a_cleaner_works_in_a_forked_process(page):
    cleaner = Cleaner(favor="recall")
    expected = list(cleaner.clean_many([page] * 4, threads=2))
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(cleaner.clean, [page] * 4) == expected
