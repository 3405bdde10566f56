#!/usr/bin/env python3
"""Checks that modules depend on one another in one direction.

Within a crate, two modules beside each other must not import each other, directly or by way of others. A
module and the modules inside it are one thing and may. Between crates, arrows point down the list below.
Only `use` lines and qualified paths outside of tests are read; re-exports are followed to where a name is
defined.

    python3 scripts/check_modules.py            # exit status 1 and a list if there is a circle
    python3 scripts/check_modules.py --graph    # print every arrow
"""

import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

# What a crate may depend on, of this workspace.
CRATES = {
    "clean": set(),
    "fetch": set(),
    "testkit": set(),
    "core": {"clean", "fetch"},
    "inspect": {"clean"},
    "crawl": {"core", "clean", "fetch"},
    "eval": {"core", "clean", "fetch"},
    "py": {"inspect", "clean"},
    "cli": {"crawl", "eval", "inspect", "core", "clean", "fetch"},
}

TEST_MODULE = re.compile(r"#\[cfg\((?:test|all\(test[^\]]*)\)\]\s*(?:#\[[^\]]*\]\s*)*(?:pub(?:\([^)]*\))? )?mod (\w+)( \{|;)")
USE = re.compile(r"^[ \t]*(pub(?:\([^)]*\))? )?use ([^;]+);", re.M)
PATH = re.compile(r"\b((?:crate|super|self)(?:::\w+)+)")


def strip(text):
    """The code without comments, strings and inline test modules, and the names of test modules in files."""
    text = re.sub(r'r(#+)".*?"\1|"(?:[^"\\]|\\.)*"', '""', text, flags=re.S)
    text = re.sub(r"//[^\n]*", "", text)
    tests = set()
    while match := TEST_MODULE.search(text):
        if match[2] == ";":
            tests.add(match[1])
            text = text[: match.start()] + text[match.end() :]
            continue
        depth, at = 1, match.end()
        while depth and at < len(text):
            depth += {"{": 1, "}": -1}.get(text[at], 0)
            at += 1
        text = text[: match.start()] + text[at:]
    # Imports that exist only in tests.
    text = re.sub(r"#\[cfg\(test\)\]\s*(?:pub(?:\([^)]*\))? )?use [^;]+;", "", text)
    return text, tests


def leaves(tree):
    """`a::{b, c::d as e}` -> [(a::b, b), (a::c::d, e)]: paths and the names they get."""
    tree = tree.strip()
    found = []

    def walk(prefix, text):
        text = text.strip()
        brace = text.find("{")
        if brace >= 0:
            head = text[:brace].strip().removesuffix("::")
            parts = prefix + ([p for p in head.split("::") if p] if head else [])
            depth, start, inner = 0, 0, text[brace + 1 : text.rfind("}")]
            for at, char in enumerate(inner + ","):
                depth += {"{": 1, "}": -1}.get(char, 0)
                if char == "," and depth == 0:
                    if inner[start:at].strip():
                        walk(parts, inner[start:at])
                    start = at + 1
            return
        path, _, name = text.partition(" as ")
        parts = prefix + [p.strip() for p in path.split("::") if p.strip()]
        if parts and parts[-1] == "self":
            parts = parts[:-1]
        found.append((parts, name.strip() or (parts[-1] if parts else "")))

    walk([], tree)
    return found


class Crate:
    def __init__(self, folder):
        self.folder = folder
        self.modules = {}
        self.names = defaultdict(dict)
        source = folder / "src"
        test_modules = set()
        files = []
        for path in sorted(source.rglob("*.rs")):
            parts = list(path.relative_to(source).with_suffix("").parts)
            if parts[-1] in ("mod", "lib", "main"):
                parts = parts[:-1]
            text, tests = strip(path.read_text(encoding="utf-8"))
            files.append((tuple(parts), path, text))
            test_modules |= {(*parts, name) for name in tests}
        for module, path, text in files:
            if any(module[: n + 1] in test_modules for n in range(len(module))):
                continue
            self.modules[module] = (path, text)
        for module, (_, text) in self.modules.items():
            for match in USE.finditer(text):
                for parts, name in leaves(match[2]):
                    self.names[module][name] = parts

    def absolute(self, module, parts):
        """The path from the root of the crate, or None for what is of another crate."""
        if not parts:
            return None
        if parts[0] == "crate":
            return (), parts[1:]
        if parts[0] in ("super", "self"):
            here = module
            while parts and parts[0] in ("super", "self"):
                here = here[:-1] if parts[0] == "super" else here
                parts = parts[1:]
            return here, parts
        if (*module, parts[0]) in self.modules:
            return module, parts
        return None

    def resolve(self, module, parts, seen=frozenset()):
        """The module in which what a path names is defined; None if that is not in this crate."""
        start = self.absolute(module, parts)
        if start is None:
            return None
        here, rest = start
        while rest:
            if (*here, rest[0]) in self.modules:
                here, rest = (*here, rest[0]), rest[1:]
                continue
            key = (here, rest[0])
            target = self.names[here].get(rest[0])
            if target and key not in seen and self.absolute(here, target):
                return self.resolve(here, target + rest[1:], seen | {key})
            if target and not self.absolute(here, target):
                return None
            break
        return here

    def arrows(self):
        """(folder, from, to) -> places, for modules beside each other in a folder."""
        arrows = defaultdict(set)
        for module, (path, text) in self.modules.items():
            paths = {tuple(parts) for m in USE.finditer(text) for parts, _ in leaves(m[2])}
            paths |= {tuple(m[1].split("::")) for m in PATH.finditer(USE.sub("", text))}
            for parts in paths:
                target = self.resolve(module, list(parts))
                if target is None:
                    continue
                common = 0
                while (
                    common < min(len(module), len(target)) and module[common] == target[common]
                ):
                    common += 1
                if common in (len(module), len(target)):
                    continue
                arrows[module[:common], module[common], target[common]].add(
                    f"{path.relative_to(ROOT)}: {'::'.join(parts)}"
                )
        return arrows


def circles(edges):
    """Strongly connected groups of more than one module (Tarjan)."""
    index, low, stack, groups = {}, {}, [], []

    def visit(node):
        index[node] = low[node] = len(index)
        stack.append(node)
        for other in edges[node]:
            if other not in index:
                visit(other)
                low[node] = min(low[node], low[other])
            elif other in stack:
                low[node] = min(low[node], index[other])
        if low[node] == index[node]:
            at = stack.index(node)
            group = stack[at:]
            del stack[at:]
            if len(group) > 1:
                groups.append(sorted(group))

    for node in sorted(edges):
        if node not in index:
            visit(node)
    return groups


def main():
    failures = 0
    for name, allowed in CRATES.items():
        folder = ROOT / "crates" / name
        manifest = (folder / "Cargo.toml").read_text(encoding="utf-8").split("[dev-dependencies]")[0]
        for other in re.findall(r"^copydesk-(\w+)", manifest, re.M):
            if other not in allowed:
                print(f"crates/{name} must not depend on crates/{other}")
                failures += 1
        arrows = Crate(folder).arrows()
        folders = defaultdict(lambda: defaultdict(set))
        for parent, source, target in arrows:
            folders[parent][source].add(target)
            folders[parent].setdefault(target, set())
            if "--graph" in sys.argv:
                print(f"{name}/{'/'.join(parent)}: {source} -> {target}")
        for parent, edges in sorted(folders.items()):
            for group in circles(edges):
                failures += 1
                print(f"crates/{name}/src/{'/'.join(parent)}: these modules import one another: {', '.join(group)}")
                for source in group:
                    for target in sorted(edges[source] & set(group)):
                        places = sorted(arrows[parent, source, target])
                        print(f"    {source} -> {target}: {places[0]}" + (f" and {len(places) - 1} more" if len(places) > 1 else ""))
    if failures:
        print(f"\n{failures} circles. Move what both need to a module of its own, or hand it in as an argument.")
        return 1
    print(f"No circles between the modules of {len(CRATES)} crates.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
