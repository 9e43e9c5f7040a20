"""Build the site from docs/, the course and the docstrings, into build/site/html.

python tools/build_site.py

needs `pip install -e ".[docs]"` and no network. It writes the page that computes, runs the course
(each notebook again only if it, the package or the shipped model changed), lets Sphinx build with
every warning an error, and then reads what was built: every link and anchor within the site must
lead somewhere, and no page may fetch anything from another host.

Read the result by  python -m http.server --bind 127.0.0.1 --directory build/site/html
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def main() -> int:
    """Run the command; return its exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--out", type=Path, default=ROOT / "build" / "site", help="folder (default: build/site)"
    )
    parser.add_argument(
        "--no-course",
        action="store_true",
        help="show the notebooks without their outputs: for working at the words",
    )
    parser.add_argument(
        "--clean",
        action="store_true",
        help="keep nothing of earlier builds, executed notebooks too",
    )
    parser.add_argument(
        "--external-links", action="store_true", help="ask other hosts whether links to them work"
    )
    options = parser.parse_args()
    out = options.out.resolve()
    if options.clean and out.exists():
        shutil.rmtree(out)
    os.environ.setdefault("JAX_COMPILATION_CACHE_DIR", str(out / "cache" / "compiled"))
    begun = time.monotonic()

    def say(what: str) -> None:
        print(f"== {what} ({time.monotonic() - begun:.0f} s)", flush=True)

    source, pages = out / "source", out / "html"
    say("pages")
    gather(source)
    say("the page that computes")
    write_live_page(out / "cache", source / "_static" / "explore.html")
    say("the package")
    write_wheel(source / "_static")
    say("commands")
    write_commands(source / "reference" / "commands.md")
    say("course")
    write_course(source / "course", out / "cache" / "course", run=not options.no_course)
    say("Sphinx")
    if code := sphinx("html", source, pages, out):
        return code
    if options.external_links and (code := sphinx("linkcheck", source, out / "linkcheck", out)):
        return code
    (pages / "_static" / "webpack-macros.html").unlink(missing_ok=True)  # no page: a template
    say("links and hosts")
    from site_links import problems

    found = problems(pages)
    for one in found:
        print(one, file=sys.stderr)
    count = len(list(pages.rglob("*.html")))
    size = sum(path.stat().st_size for path in pages.rglob("*") if path.is_file())
    say(f"{count} pages, {size / 1e6:.0f} MB: {pages}")
    return 1 if found else 0


def gather(source: Path) -> None:
    """Copy what is written by hand."""
    if source.exists():
        shutil.rmtree(source)
    leave = shutil.ignore_patterns("__pycache__", "links.py", "screenshot.py")
    shutil.copytree(DOCS, source, ignore=leave)


def write_live_page(cache: Path, path: Path) -> None:
    """Write the panel that the whole site shows, unless it was written for this very package."""
    from site_course import package_key

    import auralise_jax as aj

    kept = cache / f"explore-{package_key()}.html"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        for old in cache.glob("explore-*.html"):
            old.unlink()
        with aj.explore("genre", "hiphop", layer=3) as panel:
            panel.to_html(kept, live=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(kept, path)


def write_wheel(folder: Path) -> None:
    """Write the package itself, for whoever has nothing but the site."""
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", "wheel"]
    options = ["--no-deps", "--no-build-isolation", "--wheel-dir", str(folder)]
    subprocess.run([*pip, *options, str(ROOT)], check=True)  # noqa: S603  our own command


def write_commands(path: Path) -> None:
    """Write what each command says of itself."""
    from auralise_jax.cli.commands import COMMANDS, parser

    os.environ |= {"COLUMNS": "88", "NO_COLOR": "1"}
    parts = ["# Commands\n\nWhat `auralise-jax` and each of its commands say with `--help`.\n"]
    for name in ("", *COMMANDS):
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.suppress(SystemExit):
            parser().parse_args([name, "--help"] if name else ["--help"])
        told = said.getvalue().replace(str(Path.home()), "~").strip()
        parts.append(f"## auralise-jax {name}".rstrip() + f"\n\n```text\n{told}\n```\n")
    path.write_text("\n".join(parts), "utf-8")


def write_course(folder: Path, cache: Path, *, run: bool) -> None:
    """Write the notebooks, executed or as they are."""
    if run:
        from site_course import write_course as write

        write(folder, cache)
    else:
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            shutil.copyfile(path, folder / path.name)


def sphinx(builder: str, source: Path, target: Path, out: Path) -> int:
    """Run Sphinx; every warning is an error."""
    try:
        import myst_nb  # noqa: F401
        import pydata_sphinx_theme  # noqa: F401
        from sphinx.cmd.build import build_main
    except ImportError as error:
        print(f'{error.name} is not installed: pip install -e ".[docs]"', file=sys.stderr)
        return 1
    kept = str(out / "cache" / "jupyter")
    arguments = ["-b", builder, "-a", "-W", "--keep-going", "-q"]
    arguments += ["-d", str(out / "cache" / "doctrees"), "-D", f"nb_execution_cache_path={kept}"]
    return build_main([*arguments, str(source), str(target)])


if __name__ == "__main__":
    sys.exit(main())
