#!/usr/bin/env python3
"""Times ftfy and `copydesk repair` on the same files, one after the other.

    python3 train/speed/with_ftfy.py FOLDER [--copydesk COMMAND]

FOLDER has the texts that `train/speed` writes. The time of the command is that of the whole process.
"""

import argparse
import subprocess
import time
from pathlib import Path

import ftfy

MEGABYTE = 1_000_000


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--copydesk", default="target/release/copydesk")
    args = parser.parse_args()
    print(f"{'text, MB/s':<26} {'copydesk':>10} {'ftfy':>10} {'times':>8}")
    for path in sorted(args.folder.glob("*.txt")):
        text = path.read_text("utf-8")
        started = time.perf_counter()
        subprocess.run([args.copydesk, "repair", "--quiet", path], stdout=subprocess.DEVNULL, check=True)
        own = time.perf_counter() - started
        started = time.perf_counter()
        ftfy.fix_text(text)
        other = time.perf_counter() - started
        size = path.stat().st_size / MEGABYTE
        print(f"{path.stem:<26} {size / own:>10.1f} {size / other:>10.2f} {other / own:>8.1f}")


if __name__ == "__main__":
    main()
