"""Pages that several tests use."""

import pytest

PAGE = """<html lang=en><head><title>Ferry returns | The Coast Ledger</title>
<meta name=author content="Ines Tallow"><meta property="article:published_time" content="2026-03-18T08:00:00Z"></head>
<body><nav><a href=/>Home</a> <a href=/sport>Sport</a></nav>
<article><h1>Ferry returns</h1>
<p>The ferry sailed again on <a href=/monday>Monday</a> after nine weeks in dock, the harbour master said.</p>
<p class=crew>The crew had used the winter to replace both engines and to paint the galley.</p>
<table class=fares><tr><th>Ticket</th><th>Fare</th></tr><tr><td>Single</td><td>12 crowns</td></tr></table>
<p>Tickets for the first week were sold out by noon, and the queue reached the fish market.</p>
<p>Sign up for our newsletter and never miss a story.</p></article>
<footer>© The Coast Ledger. All rights reserved.</footer></body></html>"""


@pytest.fixture
def page() -> str:
    return PAGE
