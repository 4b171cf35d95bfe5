"""From a Reply to what one messaging platform can show. Knows no HTTP, no Rasa, and no platform by name."""

from marrow.rendering.platforms import Field, Platform, Words, load_platforms, load_words, read_fields
from marrow.rendering.render import Button, Part, Rendered, render
from marrow.rendering.split import size, split

__all__ = [
    "Button",
    "Field",
    "Part",
    "Platform",
    "Rendered",
    "Words",
    "load_platforms",
    "load_words",
    "read_fields",
    "render",
    "size",
    "split",
]
