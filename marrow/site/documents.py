"""One document: its bytes, plain and compressed, and the headers that keep a browser from doing more than it should."""

from __future__ import annotations

import base64
import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

HTML, CSS, JS, JSON, SVG = (
    "text/html; charset=utf-8",
    "text/css; charset=utf-8",
    "text/javascript; charset=utf-8",
    "application/json",
    "image/svg+xml",
)
TYPES = {".css": CSS, ".js": JS, ".json": JSON, ".svg": SVG}

#: How long what may be kept: a page is asked for again, an address with a hash in it never changes.
AGAIN, SHORT, FOREVER = "no-cache", "public, max-age=300", "public, max-age=31536000, immutable"

#: Any page may load these with an integrity value, which needs CORS.
ANYONE = {"Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin"}


@dataclass(frozen=True)
class Document:
    """What one address holds. `headers` has everything but the length and, where it is sent compressed, that."""

    body: bytes
    headers: Mapping[str, str]
    gzipped: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "gzipped", gzip.compress(self.body, 9, mtime=0))

    def sent(self, accept_encoding: str) -> tuple[bytes, dict[str, str]]:
        """Body and headers for a browser that accepts these encodings."""
        headers = {**self.headers, "Vary": "Accept-Encoding"}
        if "gzip" not in accept_encoding:
            return self.body, headers
        return self.gzipped, {**headers, "Content-Encoding": "gzip"}


def document(body: bytes | str, kind: str, cache: str, *, framed_by: str = "'self'", **more: str) -> Document:
    """A document with the headers of the house. `framed_by` says which pages may hold it in a frame."""
    return Document(
        body.encode() if isinstance(body, str) else body,
        {
            "Content-Type": kind,
            "Content-Security-Policy": policy(framed_by),
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
            "Cache-Control": cache,
            **more,
        },
    )


def policy(framed_by: str) -> str:
    """The Content-Security-Policy of all that is served: own files only, nothing inline, no HTML made by scripts."""
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {framed_by}; require-trusted-types-for 'script'"
    )


def hashed(name: str, body: bytes) -> str:
    """The name with the start of the content's SHA-256 in it; widget/build.mjs has the same rule."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.{hashlib.sha256(body).hexdigest()[:8]}{dot}{ending}"


def integrity(body: bytes) -> str:
    """The value of an `integrity` attribute."""
    return "sha384-" + base64.b64encode(hashlib.sha384(body).digest()).decode()
