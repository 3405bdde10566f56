#!/usr/bin/env python3
"""Checks that each crate carries what it embeds: `cargo package` leaves out what lies outside a crate, and says nothing.

    python3 scripts/check_packages.py

Reads the sources for `include_str!`, `include_bytes!` and askama templates, and compares with `cargo package --list`.
Tests are left aside: they are not run from a published crate.
"""

import fnmatch
import json
import re
import subprocess
import sys
from pathlib import Path

INCLUDE = re.compile(r'\binclude(?:_str|_bytes)?!\s*\(((?:[^()]|\([^()]*\))*)\)')
TEMPLATE = re.compile(r'#\[template\([^\]]*?\bpath\s*=\s*"([^"]+)"')
USED_BY_TEMPLATE = re.compile(r'\{%[-+~]?\s*(?:extends|include|import)\s+"([^"]+)"')
MANIFEST_DIR = 'env!("CARGO_MANIFEST_DIR")'
EVERY_CRATE_HAS = ["LICENSE-APACHE", "LICENSE-MIT", "README.md"]


def cargo(*arguments):
    run = subprocess.run(["cargo", *arguments], stdout=subprocess.PIPE, text=True)
    if run.returncode != 0:
        sys.exit(run.returncode)
    return run.stdout


def is_test(path):
    return path.stem in ("tests", "testing") or path.stem.endswith("_tests") or {"tests", "testing"} & set(path.parts)


def embedded_pattern(arguments, source, root):
    """The path in the crate, with `*` for each part that a macro fills in, or None if it lies outside."""
    base = source.parent
    if MANIFEST_DIR in arguments:
        base = root
        arguments = arguments.replace(MANIFEST_DIR, "")
    # string literals, and variables of a macro
    parts = re.findall(r'"([^"]*)"|(\$\w+)', arguments)
    joined = "".join(literal or "*" for literal, _ in parts).lstrip("/")
    steps = []
    for step in [*base.relative_to(root).parts, *joined.split("/")]:
        if step != "..":
            steps.append(step)
        elif not steps:
            return None
        else:
            steps.pop()
    return "/".join(steps)


def templates(name, root, found):
    """The template, and those that it extends, includes and imports."""
    path = f"templates/{name}"
    if path in found:
        return
    found.add(path)
    if (root / path).is_file():
        for used in USED_BY_TEMPLATE.findall((root / path).read_text("utf-8")):
            templates(used, root, found)


def problems_of(package):
    root = Path(package["manifest_path"]).parent
    packed = set(cargo("package", "--quiet", "--list", "--allow-dirty", "--package", package["name"]).splitlines())
    for name in EVERY_CRATE_HAS:
        if name not in packed:
            yield f"{name} is missing"
    for source in sorted(root.glob("src/**/*.rs")):
        place = source.relative_to(root)
        if is_test(place):
            continue
        text = source.read_text("utf-8")
        for arguments in INCLUDE.findall(text):
            pattern = embedded_pattern(arguments, source, root)
            if pattern is None:
                yield f"{place} embeds {arguments.strip()}, which lies outside the crate"
                continue
            # `glob` follows no symbolic link to a folder when it meets `**`; a single `*` is followed.
            wanted = {path.relative_to(root).as_posix() for path in root.glob(pattern)} or {pattern}
            for path in sorted(wanted - packed):
                yield f"{place} embeds {path}, which the package leaves out"
            if not fnmatch.filter(packed, pattern):
                yield f"{place} embeds {pattern}, and the package has no such file"
        used = set()
        for name in TEMPLATE.findall(text):
            templates(name, root, used)
        for path in sorted(used - packed):
            yield f"{place} uses the template {path}, which the package leaves out"


def main():
    metadata = json.loads(cargo("metadata", "--no-deps", "--format-version", "1"))
    failed = False
    for package in metadata["packages"]:
        if package["publish"] == []:
            continue
        for problem in problems_of(package):
            print(f"{package['name']}: {problem}", file=sys.stderr)
            failed = True
    if failed:
        print("See `include` and `exclude` in the crate's Cargo.toml, and the symbolic links beside it.", file=sys.stderr)
    return failed


if __name__ == "__main__":
    sys.exit(main())
