"""Format: clang-format on every C++ file."""

import os
import subprocess
import sys

import tree


def main():
    paths = tree.files(".cpp", ".hpp")
    if not paths:
        return tree.report([], "no C++ file")
    run = subprocess.run(["xargs", "-0", "-n", "40", "-P", str(os.cpu_count()), "clang-format-19", "--dry-run",
                          "--ferror-limit=1"], input="\0".join(paths), text=True, capture_output=True, check=False)
    findings = sorted({line.split(": warning:")[0] for line in run.stderr.splitlines() if ": warning:" in line})
    if run.returncode != 0 and not findings:
        findings = [run.stderr.strip() or "clang-format-19 failed"]
    return tree.report([f"{f}: not formatted (make fmt)" for f in findings], f"{len(paths)} files")


if __name__ == "__main__":
    os.chdir(tree.ROOT)
    sys.exit(main())
