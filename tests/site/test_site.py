"""What the server serves besides the channels, without a browser."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest

from marrow import settings
from marrow.answering.service import Service, load_service, make_service
from marrow.answering.turn import SECTIONS_OF
from marrow.content import Library, load_article
from marrow.content.readability import grade, sentences, words
from marrow.errors import SettingError
from marrow.reply import SHORT_DISCLAIMER
from marrow.site import Document, Site
from marrow.site.questions import PageWording, load_page_wording, questions_page

WIDGET = settings.ROOT / "widget"
WORDING = load_page_wording(settings.DATA / "wording")
SERVICE = load_service()
SITE = Site(WIDGET, SERVICE, WORDING, "'self' https://www.hospital.example")


def got(path: str) -> Document:
    found = SITE.get(path)
    assert found is not None, path
    return found


QUESTIONS = got("/questions").body.decode()


# -- headers and files -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SITE.paths())
def test_everything_served_has_a_strict_policy(path: str) -> None:
    headers = got(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy and "nonce" not in policy and "*" not in policy and "data:" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/", "/embed", "/questions"])
def test_pages_hold_nothing_inline(path: str) -> None:
    html = got(path).body.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:", html)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", html), "nothing from elsewhere"


def test_script_has_an_address_that_names_its_content_and_an_integrity_that_fits() -> None:
    script = (WIDGET / "dist" / "marrow-widget.js").read_bytes()
    manifest = json.loads(got("/widget/manifest.json").body)
    digest = base64.b64encode(hashlib.sha384(script).digest()).decode()
    assert manifest == {"script": SITE.manifest["script"], "integrity": f"sha384-{digest}"}
    assert re.fullmatch(r"/widget/v1/marrow-widget\.[0-9a-f]{8}\.js", manifest["script"])
    versioned = got(manifest["script"])
    assert versioned.body == script
    assert versioned.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert versioned.headers["Access-Control-Allow-Origin"] == "*", "without it, integrity cannot be checked elsewhere"
    short = got("/widget/marrow-widget.js")
    assert short.body == script and short.headers["Cache-Control"] == "public, max-age=300"


def test_script_asks_for_the_languages_that_are_served() -> None:
    script = got(SITE.manifest["script"]).body.decode()
    files = {path for path in SITE.paths() if path.startswith("/widget/v1/") and path.endswith(".json")}
    assert files
    for path in files:
        language, hash, _ = path.removeprefix("/widget/v1/").split(".")
        assert re.search(rf'\b{language}:\{{[^}}]*hash:"{hash}"', script), f"{path}: run `npm run build`"


@pytest.mark.parametrize("path", ["/", "/embed", "/questions"])
def test_pages_name_the_script_as_a_careful_host_would(path: str) -> None:
    html = got(path).body.decode()
    tags = re.findall(r"<script src=\"/widget/([^\"]*)\"([^>]*)>", html)
    ours = [rest for name, rest in tags if "marrow-widget" in name]
    assert all(f'integrity="{SITE.manifest["integrity"]}" crossorigin="anonymous"' in rest for rest in ours)
    assert len(ours) == (path != "/questions")


def test_compressed_only_for_those_who_can_read_it() -> None:
    page = got("/")
    body, headers = page.sent("gzip, br")
    assert gzip.decompress(body) == page.body and headers["Content-Encoding"] == "gzip"
    body, headers = page.sent("")
    assert body == page.body and "Content-Encoding" not in headers
    assert headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("path", ["/widget/", "/widget/../README.md", "/widget/index.html", "/widget/v1/es.json", "/x"])
def test_nothing_else_is_served(path: str) -> None:
    assert SITE.get(path) is None


# -- the frame ---------------------------------------------------------------------------------------------------------


def test_only_embed_may_be_framed_by_others() -> None:
    for path in SITE.paths():
        framed = "frame-ancestors 'self' https://www.hospital.example;" in got(path).headers["Content-Security-Policy"]
        assert framed == (path == "/embed"), path


def test_embed_takes_known_attributes_as_text_only() -> None:
    hostile = '"><script>alert(1)</script><marrow-chat x="'
    html = SITE.embed({"lang": hostile, "theme": "dark", "onclick": "x", "server": "https://x.example"}).body.decode()
    assert 'theme="dark"' in html
    assert hostile not in html and unescape(html).count(hostile) == 1
    assert "onclick" not in html and "x.example" not in html
    assert len(SITE.embed({"questions": "q" * 10_000}).body) < 3000


@pytest.mark.parametrize(
    ("language", "numbers"), [("", "999 (UK)"), ("es-MX", "999 (Reino Unido)"), ("ar", "999 (UK)"), ("<", "999 (UK)")]
)
def test_embed_names_emergency_numbers_in_its_language(language: str, numbers: str) -> None:
    assert numbers in SITE.embed({"lang": language}).body.decode()


@pytest.mark.parametrize(
    ("value", "ancestors"),
    [
        ("", "'self'"),
        ("https://www.hospital.example", "'self' https://www.hospital.example"),
        (" https://a.example/ , https://*.b.example:8443,", "'self' https://a.example https://*.b.example:8443"),
        ("http://localhost:8000", "'self' http://localhost:8000"),
    ],
)
def test_frame_ancestors_come_from_the_setting(value: str, ancestors: str) -> None:
    assert settings.load({"MARROW_EMBED_ANCESTORS": value}).embed_ancestors == ancestors


@pytest.mark.parametrize(
    "value",
    ["*", "https://*", "hospital.example", "https://a.example; script-src *", "https://a.example b", "https://a.example\nx",
     "javascript:x", "https://a.example/path", "'unsafe-inline'", "data:"],
)  # fmt: skip
def test_frame_ancestors_that_could_widen_the_policy_stop_the_start(value: str) -> None:
    with pytest.raises(SettingError, match="MARROW_EMBED_ANCESTORS"):
        settings.load({"MARROW_EMBED_ANCESTORS": value})


# -- the page of all questions -----------------------------------------------------------------------------------------


class Reader(HTMLParser):
    """Reads a page as strictly as a validator would read what is looked for here."""

    VOID = ("meta", "link", "img", "br", "input")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.intents: list[str] = []
        self.headings: list[int] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(str(value))
            if name == "href":
                self.links.append(str(value))
            if name == "data-intents":
                self.intents += str(value).split()
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [], "every element is closed"
    return reader


def blocks(html: str) -> list[str]:
    """Every answer on the page."""
    return re.findall(r"<(?:article|details) [^>]*data-intents.*?</(?:article|details)>", html, re.DOTALL)


@pytest.mark.parametrize("path", ["/", "/embed", "/questions"])
def test_pages_are_well_formed(path: str) -> None:
    page = read(got(path).body.decode())
    assert len(page.ids) == len(set(page.ids)), "an id stands once"
    for link in page.links:
        assert not link.startswith("#") or link[1:] in page.ids, link
    steps = [b - a for a, b in zip(page.headings, page.headings[1:], strict=False)]
    assert all(step <= 1 for step in steps), "no level of headings is left out"
    assert page.headings.count(1) == (path != "/embed"), "there the chat's own heading is the first"


def test_page_has_every_kind_of_question() -> None:
    silences = {name for name in SERVICE.wording.silences if name.startswith("ask_")}
    found = read(QUESTIONS).intents
    assert len(found) == len(set(found))
    assert set(found) == silences | set(SECTIONS_OF)


def test_every_answer_has_its_source_and_one_disclaimer() -> None:
    answers = blocks(QUESTIONS)
    assert len(answers) >= 6 + 20
    for answer in answers:
        text = unescape(answer)
        assert text.count(SHORT_DISCLAIMER) == 1 and text.count("Source: “Bone metastasis”") == 1, text
        assert "In plain words:" in text or "The article does not say" in text


def test_quotations_are_the_articles_words_and_all_of_them() -> None:
    article = SERVICE.library.articles[0]
    answers = "".join(block for block in blocks(QUESTIONS) if block.startswith("<article"))
    quoted = [
        unescape(line)
        for quotation in re.findall(r"<blockquote>(.*?)</blockquote>", answers)
        for line in re.findall(r"<(?:p|li)>(.*?)</(?:p|li)>", quotation)
    ]
    assert len(quoted) == len(article.passages())
    for line, passage in zip(quoted, article.passages(), strict=True):
        assert line in (passage.text, f"{passage.text} {passage.lead_in}"), passage.id
        assert passage.plain in unescape(answers)


def test_page_says_what_it_is_to_a_search_engine() -> None:
    assert "<title>Questions and answers about bone metastasis · Marrow</title>" in QUESTIONS
    description = re.search(r'<meta name="description" content="([^"]*)">', QUESTIONS)
    assert description and 50 <= len(description[1]) <= 160
    assert "noindex" not in QUESTIONS and "noindex" in got("/embed").body.decode()


def test_page_shows_nothing_internal() -> None:
    text = read(QUESTIONS).text
    assert not re.search(r"\{\w*\}|None|ask_|/\w+\{", text)
    for passage in SERVICE.library.articles[0].passages():
        assert not [ask for ask in passage.asks if f">{ask}<" in QUESTIONS], "what people ask is never shown"


def test_page_says_that_no_clinician_has_reviewed_it_until_one_has() -> None:
    template = (WIDGET / "page" / "questions.html").read_text("utf-8")
    notice = WORDING.texts["unreviewed"]
    assert notice in QUESTIONS, "not knowing is no review"
    assert notice not in questions_page(SERVICE, WORDING, template, reviewed=True)


def test_page_names_emergency_numbers_of_the_region() -> None:
    assert SERVICE.emergency.help_line() in read(QUESTIONS).text
    assert 'href="tel:911"' in QUESTIONS


def test_page_of_several_articles_keeps_them_apart() -> None:
    other = load_article(settings.ROOT / "tests" / "fixtures" / "articles" / "glimmer-elbow.md")
    library = Library((*SERVICE.library.articles, other))
    html = page_of(make_service(library, SERVICE.wording, SERVICE.emergency, SERVICE.red_flags, None))
    page = read(html)
    assert len(page.ids) == len(set(page.ids))
    assert {f"{other.id}-says", "bone-metastasis-says"} <= set(page.ids)
    for block in blocks(html):
        ids = re.findall(r' id="([\w-]+)"', block)
        own = other.title if ids[0].startswith(other.id) else "Bone metastasis"
        assert f"Source: “{own}”" in unescape(block)


def test_an_articles_own_markup_and_braces_are_text() -> None:
    article = SERVICE.library.articles[0]
    first = article.sections[0]
    odd = replace(first.passages[0], plain='<script>alert("{title}")</script> {{main}} {topics}')
    library = Library((replace(article, sections=(replace(first, passages=(odd, *first.passages[1:])),)),))
    html = page_of(make_service(library, SERVICE.wording, SERVICE.emergency, SERVICE.red_flags, None))
    assert "<script>" not in html
    assert odd.plain in read(html).text


def test_an_article_with_an_address_is_linked() -> None:
    article = replace(SERVICE.library.articles[0], url="https://article.example/bone?a=1&b=2")
    html = page_of(make_service(Library((article,)), SERVICE.wording, SERVICE.emergency, SERVICE.red_flags, None))
    assert '<a href="https://article.example/bone?a=1&amp;b=2">' in html


def page_of(service: Service, wording: PageWording = WORDING) -> str:
    return questions_page(service, wording, (WIDGET / "page" / "questions.html").read_text("utf-8"))


# -- the words ---------------------------------------------------------------------------------------------------------


def test_the_pages_own_words_are_easy_to_read() -> None:
    texts = {name: SERVICE.fill(text) for name, text in {**WORDING.texts, **WORDING.questions}.items()}
    grades = []
    for name, text in texts.items():
        plain = text.replace("bone metastasis", "it")
        for sentence in sentences(plain):
            assert len(words(sentence)) <= 20, (name, sentence)
        if len(words(plain)) > 6:
            grades.append(grade(plain))
            assert grade(plain) <= 8, (name, grade(plain))
    assert sum(grades) / len(grades) <= 6


# -- the demo page -----------------------------------------------------------------------------------------------------


def test_demo_page_holds_the_article_its_plain_wordings_and_no_other_medical_word() -> None:
    html = (WIDGET / "page" / "index.html").read_text("utf-8")
    article = SERVICE.library.articles[0]
    told = re.search(r"<article.*?</article>", html, re.DOTALL)
    assert told
    known = " ".join(f"{p.text} {p.lead_in} {p.plain}" for p in article.passages())
    known += " Common imaging tests include: (The list is missing in the article.) In plain words "
    known += "Source: “Bone metastasis”, WikiMD's Wellness Encyclopedia."
    known = squeezed(known)
    for paragraph in re.findall(r"<(?:p|li|h3)\b[^>]*>(.*?)</(?:p|li|h3)>", told[0], re.DOTALL):
        for sentence in sentences(unescape(re.sub("<[^>]*>", "", paragraph))):
            assert squeezed(sentence) in known, sentence
    for passage in article.passages():
        assert squeezed(passage.text) in squeezed(unescape(told[0])), passage.id
        assert squeezed(passage.plain) in squeezed(unescape(told[0])), passage.id


def test_demo_page_takes_its_questions_for_the_care_team_from_the_wording() -> None:
    html = (WIDGET / "page" / "index.html").read_text("utf-8")
    card = re.search(r"Questions to take to your care team</h2>(.*?)</div>", html, re.DOTALL)
    assert card
    listed = re.findall(r"<li>(.*?)</li>", card[1])
    assert len(listed) >= 3
    assert set(listed) <= {silence.question for silence in SERVICE.wording.silences.values()}


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_widget_knows_the_frames_that_it_reads() -> None:
    """widget/src/text.ts tells the parts of a reply by these words: a change of them is one there too."""
    text = (WIDGET / "src" / "text.ts").read_text("utf-8")
    plain, missing = SERVICE.wording.frames["plain"], SERVICE.wording.frames["missing"]
    assert plain == "In plain words: {plain}" and "(In plain words:)" in text
    assert missing.endswith("this part is missing from it.") and "this part is missing from it" in text
    assert "Source: “Bone metastasis”" in unescape(QUESTIONS) and "^Sources?:" in text


# -- the documentation -------------------------------------------------------------------------------------------------

DOCS = (settings.ROOT / "docs" / "widget.md").read_text("utf-8")


def test_documented_attributes_are_those_the_element_reads() -> None:
    table = DOCS.split("| attribute |")[1].split("\n\n")[0]
    documented = set(re.findall(r"^\| `(\w+)` ", table, re.MULTILINE))
    source = (WIDGET / "src" / "element.ts").read_text("utf-8")
    styles = (WIDGET / "src" / "styles.css").read_text("utf-8") + source
    read = set(re.findall(r'(?:get|has)Attribute\("(\w+)"\)', source)) | {"lang"}
    read |= set(re.findall(r":host\(\[(\w+)=", styles)) | {"theme"}
    assert documented == read - {"embed"}


def test_documented_languages_and_frame_attributes_are_there() -> None:
    languages = {path.stem for path in (WIDGET / "strings").glob("*.json")}
    row = next(line for line in DOCS.splitlines() if line.startswith("| `lang` "))
    assert set(re.findall(r"`(\w\w)`", row.split("|")[2])) == languages
    sentence = next(line for line in DOCS.split("\n\n") if "MARROW_EMBED_ANCESTORS=" in line)
    assert {"lang", "theme", "questions"} <= set(re.findall(r"`(\w+)`", sentence))


def test_documented_policy_is_enough() -> None:
    """The policy that tests/widget/test_embedding.py proves in a browser."""
    proof = (settings.ROOT / "tests" / "widget" / "test_embedding.py").read_text("utf-8")
    for directive in ("script-src", "connect-src", "require-trusted-types-for 'script'", "trusted-types 'none'"):
        assert directive in DOCS and directive in proof
