"""The files of the tree, as git knows them: tracked, and new ones that are not ignored."""

import os
import subprocess

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def files(*suffixes, under=()):
    """Sorted paths relative to the root, with one of the suffixes (any when none is given), below one of the folders."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "-z", "--", *under], cwd=ROOT, check=True,
                            capture_output=True).stdout.decode().split("\0")
    return sorted({p for p in listed if p and (not suffixes or p.endswith(suffixes)) and
                   os.path.isfile(os.path.join(ROOT, p)) and not os.path.islink(os.path.join(ROOT, p))})


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8", errors="replace") as f:
        return f.read()


def table(path):
    """The lines of a data file of tools/check, without blank lines and # comments."""
    lines = (line.strip() for line in read(os.path.join("tools/check", path)).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def report(findings, summary):
    """Prints the findings, then one line; answers the exit status."""
    for finding in findings:
        print(finding)
    print(summary if not findings else f"{len(findings)} found; {summary}")
    return 1 if findings else 0
