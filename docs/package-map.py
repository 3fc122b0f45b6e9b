#!/usr/bin/env python3
"""Draws the packages of each module into docs/architecture.md, from the compiled classes: docs/package-map.py

An arrow is left out where a longer way says the same. Needs a build (`./mvnw test-compile`) and a JDK.
"""
import collections
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
MODULES = ["model", "augment", "metrics", "actors", "app"]
PAGE = ROOT / "docs" / "architecture.md"


def arrows(module, jdk):
    """From package to the packages of the same module that it uses, and how many files each has."""
    classes = ROOT / module / "target" / "classes"
    lines = subprocess.run(
        [f"{jdk}/bin/jdeps", "-v", "--ignore-missing-deps", "--multi-release", "21", "-filter:none", str(classes)],
        capture_output=True, text=True, check=True,
    ).stdout
    found = collections.defaultdict(set)
    for origin, target in re.findall(r"(?m)^\s+io\.mocov3\.(\S+)\s+-> io\.mocov3\.(\S+)", lines):
        origin, target = (name.rpartition(".")[0] for name in (origin, target))
        if origin != target and target.split(".")[0] == module:
            found[origin].add(target)
    sources = ROOT / module / "src" / "main" / "java" / "io" / "mocov3"
    files = collections.Counter(
        ".".join(file.parent.relative_to(sources).parts)
        for file in sources.rglob("*.java")
        if file.name != "package-info.java"
    )
    return found, files


def reach(found, start):
    seen, waiting = set(), [start]
    while waiting:
        for target in found[waiting.pop()] - seen:
            seen.add(target)
            waiting.append(target)
    return seen


def drawing(module, jdk):
    found, files = arrows(module, jdk)
    label = lambda name: name.partition(".")[2] or module
    lines = ["```mermaid", "flowchart TD"]
    lines += [f'  {name.replace(".", "_")}["{label(name)} ({count})"]' for name, count in sorted(files.items())]
    for origin in sorted(found):
        needless = set().union(*(reach(found, target) for target in found[origin]))
        lines += [f'  {origin.replace(".", "_")} --> {target.replace(".", "_")}' for target in sorted(found[origin] - needless)]
    return "\n".join([f"**{module}**", "", *lines, "```"])


def main():
    jdk = subprocess.run([ROOT / ".mvn" / "find-jdk.sh"], capture_output=True, text=True, check=True).stdout.strip()
    drawings = "\n\n".join(drawing(module, jdk) for module in MODULES if module != "metrics")
    begin, end = "<!-- packages: begin -->", "<!-- packages: end -->"
    page = PAGE.read_text()
    before, after = page[: page.index(begin) + len(begin)], page[page.index(end) :]
    PAGE.write_text(f"{before}\n\n{drawings}\n\n{after}")


if __name__ == "__main__":
    main()
