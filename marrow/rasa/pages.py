"""The site's documents over Sanic, and what the demo page asks about the review."""

from __future__ import annotations

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

from marrow import settings
from marrow.answering.service import Service
from marrow.content.cli import unreviewed_count
from marrow.rasa.channels.base import respond
from marrow.site import Site
from marrow.site.questions import load_page_wording

_READ = ("GET", "HEAD")  # what monitors ask with


def add_pages(app: Sanic, service: Service, embed_ancestors: str) -> None:
    """Add the routes of the site, made now: a file that is changed afterwards needs a new start."""
    wording = load_page_wording(settings.DATA / "wording")
    waiting, total = unreviewed_count(settings.DATA)
    site = Site(settings.ROOT / "widget", service, wording, embed_ancestors, reviewed=waiting == 0)

    async def page(request: Request, name: str = "") -> HTTPResponse:
        query = {key: str(values[0]) for key, values in request.args.items()}
        found = site.get(request.path, query)
        if found is None:
            return respond({"error": "there is no such file"}, 404)
        body, headers = found.sent(request.headers.get("accept-encoding", ""))
        return HTTPResponse(body, headers=headers, content_type=headers["Content-Type"])

    for path in ("/", "/questions", "/embed", "/widget/<name:path>"):
        app.add_route(page, path, methods=_READ, name=f"site_{path.strip('/').partition('/')[0] or 'home'}")

    @app.get("/review")
    async def review(request: Request) -> HTTPResponse:
        return respond({"unreviewed": waiting, "total": total})
