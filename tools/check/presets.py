"""The pages of the presets say what the catalogue says: docs/presets is what tools/preset_pages.py writes."""

import os
import sys

import tree

sys.path.insert(0, os.path.join(tree.ROOT, "tools"))
import preset_pages  # noqa: E402


def main():
    return tree.report(preset_pages.stale(), f"{len(preset_pages.pages())} pages")


if __name__ == "__main__":
    sys.exit(main())
