"""What the server serves besides the channels: the demo page, the widget's files, /embed, and /questions.

Knows no web server: `Site` gives documents, `marrow.rasa.pages` sends them. So the tests' fake bot serves the same.
"""

from marrow.site.documents import Document
from marrow.site.site import Site

__all__ = ["Document", "Site"]
