"""An HTML document of its own: its policy, and what stands in it as text only."""

import base64
import hashlib
import re

from auralise_jax.document import data_url, document


def test_the_policy_allows_just_the_script_and_the_style_that_are_there() -> None:
    page = document(
        '</title><script>alert("x")</script>',
        "<p>words</p>",
        script='say("</script><p>")',
        style="p{}",
        data="img-src data:",
    )
    assert page.count("<script") == page.count("</script>") == 1
    assert '<link rel="icon" href="data:,">' in page  # or a host is asked for one
    policy = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)
    allowed = {}
    for part in policy[0].split("; "):
        name, _, sources = part.partition(" ")
        allowed[name] = sources
    for tag, directive in (("script", "script-src"), ("style", "style-src")):
        (code,) = re.findall(f"<{tag}[^>]*>(.*?)</{tag}>", page)
        digest = base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert allowed.pop(directive) == f"'sha256-{digest}'"
    assert allowed == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_a_page_that_computes_may_compile_and_start_workers_and_connects_to_nothing() -> None:
    made = {"script": "say()", "style": "", "data": "img-src data:"}
    plain, computing = document("t", "<p>", **made), document("t", "<p>", **made, computes=True)
    for page in (plain, computing):
        assert page.count('<script type="module">say()</script>') == 1
    assert plain.index("<p>") < plain.index("say()")
    assert computing.index("say()") < computing.index("</head>") < computing.index("<p>")
    added = {" 'wasm-unsafe-eval'": 1, "worker-src blob:; ": 1}
    for words in added:
        assert words not in plain
        assert computing.count(words) == 1
        computing = computing.replace(words, "")
    policies = [re.search('Policy" content="([^"]*)"', page) for page in (plain, computing)]
    assert policies[0][1] == policies[1][1]


def test_a_class_of_the_body_is_optional() -> None:
    made = {"script": "", "style": "", "data": "img-src data:"}
    assert "\n<body>\n<p>" in document("title", "<p>", **made)
    assert '\n<body class="wide">\n<p>' in document("title", "<p>", **made, body_class="wide")


def test_a_data_url_gives_its_bytes_back() -> None:
    kind, _, text = data_url("image/png", bytes(range(256))).partition(";base64,")
    assert (kind, base64.b64decode(text)) == ("data:image/png", bytes(range(256)))
