"""The command ``merge``: the students' lists of marked features as one table."""

from __future__ import annotations

import argparse
import glob
from pathlib import Path
from typing import Any

from auralise_jax.cli import options as shared

_DESCRIPTION = """\
Merge the lists of marks that students saved in their panels (Marks, Save as JSON) into a table: for
each feature how many marked it, what they wrote, and how far they agree, beside the names that the
dissection gave, if there is one.
"""

_EPILOG = """\
Wordings count as the same if they differ in capitals and spaces only; "kick" and "bass drum" are
two. "agree" is the share of those who wrote that wrote the most common words last, and one student
alone always agrees. Below the table stands Krippendorff's alpha over all features, the agreement
that chance does not explain. Free words agree seldom, so read the words.

A student is counted once per feature, also with several lists. Lists without a name count as a
student each. What is no list of marks, or of another model than most, is left out and said. All
that the files hold is text: nothing in them is run.

--dissection names a table that Python writes, once per model, in some minutes:

  python -c "import auralise_jax as aj; aj.dissect(aj.load_model('genre')).save('names.csv')"

examples:
  auralise-jax merge handed_in/*.json
  auralise-jax merge handed_in                        all .json files of a folder
  auralise-jax merge *.json --dissection names.csv
  auralise-jax merge *.json --out class.html          or class.csv, or class.json
  auralise-jax merge *.json --out klasse.html --lang de
"""


def parser(**settings: Any) -> argparse.ArgumentParser:
    """Return the parser of ``merge``."""
    made = argparse.ArgumentParser(
        description=_DESCRIPTION,
        epilog=_EPILOG,
        parents=[
            shared.out("table to write: .csv, .html or .json"),
            shared.lang("a page in .html"),
            shared.shown(),
        ],
        **settings,
    )
    made.add_argument(
        "files", nargs="+", metavar="FILE", help="lists of marks, or folders with such lists"
    )
    made.add_argument(
        "--dissection", type=Path, metavar="FILE", help="names that a dissection gave, see below"
    )
    return made


def run(options: argparse.Namespace) -> int:
    """Merge the lists, print the table, and write it if asked to."""
    from auralise_jax.cli.browser import open_page
    from auralise_jax.files import check_outputs
    from auralise_jax.insight.agreement import merge_marks
    from auralise_jax.insight.merged_marks import check_kind, is_merged

    page = options.out is not None and options.out.suffix.lower() == ".html"
    if options.lang != "en" and not page:
        options.refuse("--lang is for a page: name one with --out, such as --out class.html")
    if options.open and not page:
        options.refuse("--open shows a page: name one with --out, such as --out class.html")
    if options.out is not None:
        check_kind(options.out)
    files = [file for name in options.files for file in _files(name)]
    if options.dissection is not None and not options.dissection.exists():
        raise FileNotFoundError(f"there is no file {options.dissection}")
    if options.out is not None and is_merged(options.out):  # of the last time, in the same folder
        files = [file for file in files if not file.samefile(options.out)]
    check_outputs({"--out": options.out}, [*files, options.dissection])
    merged = merge_marks(files, options.dissection)
    print(merged.table())
    if options.out is not None:
        path = merged.save(options.out, lang=options.lang).resolve()
        print(f"\n{path}")
        if options.open:
            open_page(path)
    return 0


def _files(name: str) -> list[Path]:
    """Return the files that an argument stands for: itself, a folder's, or those of a pattern."""
    path = Path(name)
    if path.is_dir():
        found = sorted(path.glob("*.json"))
        if not found:
            raise FileNotFoundError(f"there is no .json file in the folder {name}")
        return found
    if path.exists():
        return [path]
    found = sorted(map(Path, glob.glob(name)))  # noqa: PTH207  # as a shell would, absolute or not
    if not found:
        raise FileNotFoundError(f"there is no file {name}")
    return found
