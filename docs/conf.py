"""How Sphinx builds the site; `python tools/build_site.py` prepares what it reads."""

import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

import auralise_jax as aj

project = "auralise_jax"
author = copyright = "the auralise_jax authors, MIT licence"  # noqa: A001
release = version = aj.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "mathml", "live"]
exclude_patterns = ["_extensions", "_static", "chapter"]
default_role = "py:obj"  # a name in backticks leads to the name, if the reference has it
suppress_warnings = [
    "myst-nb.mime_priority",  # pictures and sounds are chosen before text, as they should be
    "ref.python",  # a word such as shape names an attribute of several classes
]

# Words
myst_enable_extensions = ["dollarmath", "deflist", "attrs_inline", "attrs_block", "fieldlist"]
myst_heading_anchors = 4
html_math_renderer = "mathml"
smartquotes = False

# Notebooks: the course comes executed, with its outputs; the page on the method runs here.
nb_execution_mode = "cache"
nb_execution_excludepatterns = ["course/*"]
nb_execution_timeout = 300
nb_execution_raise_on_error = True
nb_execution_show_tb = True
nb_merge_streams = True
nb_output_stderr = "remove"
nb_ipywidgets_js = {}  # nothing comes from a host: what a panel leaves in a notebook is shown

# Reference
autodoc_member_order = "bysource"
autodoc_typehints = "none"
autodoc_class_signature = "mixed"
napoleon_google_docstring = False
napoleon_use_rtype = False
napoleon_use_ivar = True
napoleon_preprocess_types = False
add_module_names = False
python_use_unqualified_type_names = True

# Looks
html_theme = "pydata_sphinx_theme"
html_title = "auralise_jax"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_js_files = ["live.js"]
html_context = {"default_mode": "auto"}
html_favicon = "_static/icon.svg"
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "logo": {"text": "auralise_jax"},
    "header_links_before_dropdown": 8,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "primary_sidebar_end": [],
    "navigation_depth": 2,
    "show_toc_level": 2,
    "search_bar_text": "Search this site",
    "check_switcher": False,
    "back_to_top_button": False,
}

# Of other hosts, only when it is asked for: tools/build_site.py --external-links
linkcheck_timeout = 20
linkcheck_retries = 2
linkcheck_anchors = False


def no_empty_headings(_app, _page, _template, context, _doctree):
    """Make plain cells of a table's empty headings, which screen readers would announce."""
    if "body" in context:
        empty = r"<th(?:\s[^>]*)?>(<p></p>)?</th>"
        context["body"] = re.sub(empty, "<td></td>", context["body"])


def setup(app):
    """Let Sphinx call it for every page."""
    app.connect("html-page-context", no_empty_headings)
