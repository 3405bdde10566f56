"""Types, examples and version of the package."""

import doctest
import importlib.metadata
import subprocess
import sys
from pathlib import Path
from typing import get_args

import copydesk
import pytest
from copydesk import _types

GUIDE = Path(__file__).parents[3] / "docs" / "python.md"


def run(*arguments, cwd=None):
    return subprocess.run([sys.executable, "-m", *arguments], capture_output=True, text=True, cwd=cwd)


def test_the_version():
    version = importlib.metadata.version("copydesk")
    assert copydesk.__version__ == version
    assert run("copydesk", "--version").stdout == f"copydesk {version}\n"


def test_the_examples_of_the_package_and_of_the_guide():
    assert doctest.testmod(copydesk).failed == 0
    result = doctest.testfile(str(GUIDE), module_relative=False, encoding="utf-8")
    assert result.attempted > 10
    assert result.failed == 0


@pytest.mark.parametrize("name", copydesk.CleanerSettings.__annotations__)
def test_every_typed_setting_exists(name):
    # The value is wrong for each; an unknown setting would be refused with another message.
    with pytest.raises((TypeError, ValueError)) as raised:
        copydesk.Cleaner(**{name: object()})
    assert "unknown setting" not in str(raised.value)


@pytest.mark.parametrize(
    ("name", "typed"),
    [("favor", _types.Favor), ("keep", _types.ClutterClass), ("layout", _types.Layout), ("lossy", _types.Lossy)],
)
def test_the_types_have_the_values_that_are_accepted(name, typed):
    with pytest.raises(copydesk.Error) as raised:
        copydesk.Cleaner(**{name: "zebra"})
    assert raised.value.allowed == get_args(typed)


def test_the_types_have_the_fields_of_records(page):
    record = copydesk.clean(page, markdown=True, html=True, images=True, links=True, explain=True)
    fields = record.to_dict()
    assert set(fields) <= set(copydesk.RecordDict.__annotations__)
    # Those of runs are in no record of this package.
    assert set(fields) - {"duplicate_of", "fetch"} <= set(dir(record))
    parts = {
        _types.AccessFacts: fields["access"],
        _types.BlockReport: next(block for block in fields["blocks"] if "evidence" in block),
        _types.EncodingReport: fields["encoding"],
        _types.RemovedBlock: fields["removed"]["blocks"][0],
        _types.StructureReport: fields["structure"],
        _types.TextLink: fields["links"][0],
        _types.TextQuality: fields["quality"],
    }
    for typed, part in parts.items():
        assert set(typed.__annotations__) == set(part)


def test_the_stubs_are_those_of_the_module(tmp_path):
    pytest.importorskip("mypy")
    checked = run("mypy.stubtest", "copydesk._copydesk", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_typed_programs_are_checked(tmp_path):
    pytest.importorskip("mypy")
    good = run("mypy", "--strict", str(Path(__file__).parent / "typed.py"), cwd=tmp_path)
    assert good.returncode == 0, good.stdout + good.stderr
    wrong = tmp_path / "wrong.py"
    wrong.write_text('import copydesk\ncopydesk.clean("<p>", favor="precison")\ncopydesk.clean("<p>").titel\n')
    found = run("mypy", "--strict", str(wrong), cwd=tmp_path)
    assert "Argument \"favor\"" in found.stdout
    assert '"Record" has no attribute "titel"' in found.stdout
