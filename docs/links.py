"""Write links to Binder and Colab into the course, for a public repository that holds it.

python docs/links.py OWNER/REPOSITORY [BRANCH]

A line of links goes under the title of each notebook; one that is there is replaced.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

import nbformat

COURSE = Path(__file__).parents[1] / "notebooks"
MARK = "[Open in Binder]"


def links(repository: str, branch: str, name: str) -> str:
    """Return the line for one notebook."""
    binder = f"https://mybinder.org/v2/gh/{repository}/{branch}?labpath=notebooks/{name}"
    colab = f"https://colab.research.google.com/github/{repository}/blob/{branch}/notebooks/{name}"
    return (
        f"{MARK}({binder}) · [Open in Colab]({colab}), there first run `%pip install auralise-jax`"
    )


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("repository", help="OWNER/REPOSITORY on GitHub")
    parser.add_argument("branch", nargs="?", default="main")
    options = parser.parse_args()
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", options.repository):
        parser.error(f"a repository is OWNER/REPOSITORY, not {options.repository!r}")
    for path in sorted(COURSE.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        first = notebook.cells[0]
        lines = [line for line in first.source.splitlines() if not line.startswith(MARK)]
        lines[1:1] = ["", links(options.repository, options.branch, path.name)]
        first.source = re.sub(r"\n{3,}", "\n\n", "\n".join(lines))
        nbformat.write(notebook, path)
        print(path.name)  # noqa: T201


if __name__ == "__main__":
    main()
