"""Repairing texts."""

import copydesk
import pytest
from copydesk import Error

DAMAGED = "Über the bridge, the cafÃ© is open again."


def test_broken_characters_are_repaired():
    assert copydesk.repair(DAMAGED) == "Über the bridge, the café is open again."
    assert copydesk.repair("Nothing is broken.") == "Nothing is broken."


def test_changes_have_positions_in_characters():
    repaired = copydesk.repair(DAMAGED, explain=True)
    assert repaired.text == str(repaired) == copydesk.repair(DAMAGED)
    assert repaired.unrepaired == 0
    [change] = repaired.changes
    assert DAMAGED[change["start"] : change["end"]] == change["before"] == "Ã©"
    assert (change["after"], change["rules"]) == ("é", ["mojibake/windows-1252"])
    assert repr(repaired) == "<RepairedText 1 changes, 40 characters>"


def test_settings_of_the_repair():
    assert copydesk.repair("“Open”", straight_quotes=True) == '"Open"'
    assert copydesk.repair(DAMAGED, mojibake=False) == DAMAGED
    with pytest.raises(Error, match="restore, mark, drop, leave"):
        copydesk.repair(DAMAGED, lossy="keep")
    with pytest.raises(TypeError, match="unknown setting `favor`"):
        copydesk.repair(DAMAGED, favor="recall")
