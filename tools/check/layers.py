"""Layers: includes between the folders of src/, and of cli/ beside it, against layers.txt, bans.txt, and the length of files."""

import os
import re
import sys

import tree

LONGEST = 400
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*"([^"]+)"', re.M)
# a comment, or a literal that may hold what looks like one
LEXEME = re.compile(r'//[^\n]*|/\*.*?\*/|R"([^()\\ ]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])+\'', re.S)


def without_comments(text):
    def replaced(match):
        return re.sub(r"[^\n]", " ", match[0]) if match[0].startswith(("//", "/*")) else match[0]
    return LEXEME.sub(replaced, text)


def folder_of(path):
    """src/oauth/x.cpp -> oauth; src/adapters/sqlite/x.cpp -> adapters/sqlite; src/main.cpp, src/commands/x.cpp -> '' (the wiring);
    cli/x.cpp -> cli, which stands beside src/."""
    if path.startswith("cli/"):
        return "cli"
    parts = path.split("/")[1:-1]
    if parts[:1] == ["commands"]:
        return ""
    return "/".join(parts[:2]) if parts[:1] == ["adapters"] else "/".join(parts[:1])


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def include_findings(path, text, allowed):
    folder = folder_of(path)
    if not folder:
        return
    layer = folder.split("/")[0]
    if layer not in allowed:
        yield f"{path}: folder {folder} is not in tools/check/layers.txt"
        return
    for match in INCLUDE.finditer(text):
        target = match[1]
        where = f"{path}:{line_of(text, match.start())}"
        if target.startswith("embedded/") and layer == "adapters":
            continue                                       # data that the build puts into the binary
        if "/" not in target or target.startswith("."):
            yield f'{where}: include "{target}": write it from src/'
            continue
        other = folder_of("src/" + target)
        if other == folder or other in allowed[layer] or (path.endswith("_test.cpp") and other in allowed["tests"]):
            continue
        yield f"{where}: {folder} may not include {other or target} (allowed: {' '.join(allowed[layer]) or 'nothing of ours'})"


def is_permitted(places, path):
    folder = folder_of(path)
    return (folder in places or ("wiring" in places and not folder) or
            ("tests" in places and path.endswith("_test.cpp")) or ("headers" in places and not path.endswith(".hpp")))


def ban_findings(path, text, bans):
    for name, places, pattern, reason in bans:
        if is_permitted(places, path):
            continue
        for match in pattern.finditer(text):
            shown = " ".join(match[0].split())[:60]
            yield name, f"{path}:{line_of(text, match.start())}: {name}: {shown} ({reason})"


def bans_of(lines):
    """(name, places, pattern, reason) of each line; the pattern may hold | itself."""
    bans = []
    for line in lines:
        name, places, rest = (part.strip() for part in line.split(" | ", 2))
        pattern, reason = (part.strip() for part in rest.rsplit(" | ", 1))
        bans.append((name, places.split(), re.compile(pattern), reason))
    return bans


def main():
    allowed = {name.strip(): names.split() for name, names in (line.split(":") for line in tree.table("layers.txt"))}
    bans = bans_of(tree.table("bans.txt"))
    exceptions = {tuple(part.strip() for part in line.split("|")[:2]) for line in tree.table("exceptions.txt")}

    findings = []
    paths = tree.files(".cpp", ".hpp", under=["src", "cli"])
    for path in paths:
        raw = tree.read(path)
        text = without_comments(raw)
        findings += include_findings(path, text, allowed)
        findings += [said for name, said in ban_findings(path, text, bans) if (name, path) not in exceptions]
        length = raw.count("\n")
        if length > LONGEST and ("length", path) not in exceptions:
            findings.append(f"{path}: {length} lines, the ceiling is {LONGEST}")
    return tree.report(findings, f"{len(paths)} files")


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main())
