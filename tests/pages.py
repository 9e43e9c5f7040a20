"""A page taken apart."""

import html.parser


class Parts(html.parser.HTMLParser):
    """Collect a page's elements, and its scripts by id."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag, attrs) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        if self.elements and self.elements[-1][0] == "script":
            name = self.elements[-1][1].get("id") or "module"
            self.scripts[name] = self.scripts.get(name, "") + data
