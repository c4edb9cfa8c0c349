"""Hygiene: no paths of one machine, no secrets, no conflict markers, no stray bytes in the tree."""

import os
import re
import sys

import tree

LARGEST = 1024 * 1024

# each pattern is written so that it does not find itself
FORBIDDEN = [
    ("path of one machine", re.compile(r"(?<![\w.$}*~-])/(?:home|root|wor[k]|Users|tmp/v[k])(?:/|\b(?![\w.-]))")),
    ("private key", re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KE[Y]-----")),
    ("token of a provider", re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_\w{40,}|AKIA[0-9A-Z]{16}|xox[abpr]-\d{8,}-\w{10,}|"
                                       r"sk_live_\w{16,}|AIza[\w-]{35}|glpat-[\w-]{20})\b")),
    ("API key of the broker", re.compile(r"\bvk_[A-Za-z0-9_-]{40,}")),
    ("conflict marker", re.compile(r"^(?:<<<<<<<|>>>>>>>) ", re.M)),
]


def is_exempt(name, path, exceptions):
    return any(path == place or (place.endswith("/") and path.startswith(place)) for what, place in exceptions if what == name)


def main():
    exceptions = [tuple(part.strip() for part in line.split("|")[:2]) for line in tree.table("exceptions.txt")]
    findings = []
    paths = tree.files()
    for path in paths:
        size = os.path.getsize(path)
        if size > LARGEST and not is_exempt("large file", path, exceptions):
            findings.append(f"{path}: {size} bytes, more than {LARGEST}")
            continue
        text = tree.read(path)
        for name, pattern in FORBIDDEN:
            for match in pattern.finditer(text):
                if not is_exempt(name, path, exceptions):
                    line = text.count("\n", 0, match.start()) + 1
                    shown = match[0] if name in ("path of one machine", "conflict marker") else match[0][:8] + "..."
                    findings.append(f"{path}:{line}: {name}: {shown.strip()}")
    return tree.report(findings, f"{len(paths)} files")


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main())
