"""The pieces of the channels that need no server: splitting, markup, lists, what is remembered, data files."""

from __future__ import annotations

import ast
import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from marrow import settings
from marrow.answering.service import load_service
from marrow.content.readability import grade, sentences, words
from marrow.errors import DataError
from marrow.rasa.channels import delivery as delivery_module
from marrow.rasa.channels.delivery import Delivery, Outgoing, Response, usual_wait
from marrow.rasa.channels.memory import Listed, Seen
from marrow.rasa.channels.messenger import PLATFORMS, WORDS
from marrow.rendering import Platform, load_platforms, load_words, render, size, split
from marrow.rendering.markup import MARKUPS
from marrow.rendering.render import shorten
from marrow.reply import SHORT_DISCLAIMER, Offer, compose
from marrow.safety.emergency import EmergencyWording
from marrow.safety.red_flags import KINDS, Alarm
from tests.channels.side import unescaped
from tests.channels.sides import SIDES
from tests.channels.world import complete, make_channel

ALL = load_platforms(PLATFORMS)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=400)


@pytest.fixture(params=sorted(ALL))
def platform(request: pytest.FixtureRequest) -> Platform:
    """Each platform's row in turn."""
    return ALL[request.param]


# -- splitting ---------------------------------------------------------------------------------------------------------


@given(TEXTS, st.integers(4, 60), st.sampled_from(["characters", "utf16", "bytes"]))
def test_split_loses_nothing_and_fits(text: str, most: int, unit: str) -> None:
    parts = split(text, lambda part: size(part, unit) <= most)
    assert all(size(part, unit) <= most for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_split_is_at_paragraphs_then_sentences_then_words() -> None:
    text = "One is short.\nTwo is longer. It has two sentences.\nThreeisawordwithoutend"
    assert split(text, lambda part: len(part) <= 22) == [
        "One is short.", "Two is longer.", "It has two sentences.", "Threeisawordwithoutend",
    ]  # fmt: skip
    assert split("one two three", lambda part: len(part) <= 7) == ["one two", "three"]


def test_split_tears_no_character_apart() -> None:
    family = "👩‍👩‍👧"
    for parts in (
        split(family * 9, lambda part: size(part, "utf16") <= 20),
        split("e\u0301" * 40, lambda p: len(p) <= 7),
    ):
        assert len(parts) > 1
        assert not any(part.startswith(("\u0301", "\u200d")) or part.endswith("\u200d") for part in parts)


@hypothesis_settings(max_examples=20, deadline=None)
@given(st.lists(st.text("abcd .\n", min_size=1, max_size=300), min_size=1, max_size=8), st.integers(0, 6))
def test_render_keeps_every_limit(lines: list[str], count: int) -> None:
    offers = tuple(Offer(f"Choice {n} with some words", f"a/{n}") for n in range(count))
    reply = compose("answer", lines, offers=offers)
    for row in ALL.values():
        small = replace(row, text=400, with_buttons=min(380, row.with_buttons))
        rendered = render(reply, small, [f"mk-{n}" for n in range(count)], "Choose:")
        texts = [part.text for part in rendered.parts]
        assert all(size(text, row.unit) <= 400 for text in texts) and not any(p.buttons for p in rendered.parts[:-1])
        assert sum(text.count(SHORT_DISCLAIMER) for text in texts) == 1 and texts[-1].endswith(SHORT_DISCLAIMER)


def test_disclaimer_goes_with_the_end_of_the_text(platform: Platform) -> None:
    body = " ".join(f"Sentence number {n} is here." for n in range(40))
    for most in range(320, 700, 20):
        small = replace(platform, text=most, with_buttons=most)
        parts = render(compose("answer", [body]), small, [], "").parts
        assert "Sentence number 39" in parts[-1].text and parts[-1].text.endswith(SHORT_DISCLAIMER)


def test_emergency_of_every_kind_region_and_language_fits_whole(platform: Platform) -> None:
    team = "the oncology nurses of Example Hospital, telephone +44 1632 960 001, https://example.org/team"
    for region in ("us", "uk", "eu", None):
        wording = EmergencyWording.load(settings.DATA / "safety", region)
        for kind in KINDS:
            for carer in (True, False):
                for language in wording.numbers:
                    text = wording.text(Alarm(kind, "", carer, language), team)
                    (part,) = render(compose("urgent", text.splitlines()), platform, [], "").parts
                    assert size(part.text, platform.unit) <= platform.text


# -- markup ------------------------------------------------------------------------------------------------------------


@given(TEXTS)
def test_markdown_reads_as_it_was_written(text: str) -> None:
    assert unescaped(MARKUPS["markdown"](text.replace("\\", ""))) == text.replace("\\", "")


def test_markdown_leaves_addresses_whole() -> None:
    text = "*see* https://example.org/a_b_(c)*d and [x]"
    assert MARKUPS["markdown"](text) == r"\*see\* https://example.org/a_b_(c)*d and \[x\]"


@pytest.mark.parametrize("markup", ["html", "mrkdwn"])
def test_entities_leave_nothing_to_interpret(markup: str) -> None:
    assert MARKUPS[markup]("<!channel> & <b>") == "&lt;!channel&gt; &amp; &lt;b&gt;"


def test_sms_is_sent_in_the_alphabet_of_long_segments() -> None:
    reply = compose("answer", ["“Bone’s ends” – • one… two"])
    (part,) = render(reply, ALL["twilio"], [], "").parts
    assert part.text.isascii() and part.text.startswith('"Bone\'s ends" - - one... two')


@pytest.mark.parametrize(
    ("title", "most", "short"),
    [("How is it found?", 20, "How is it found?"), ("What causes bone metastasis?", 20, "What causes bone…"),
     ("Supercalifragilistic", 10, "Supercali…"), ("One two three", 8, "One two…")],
)  # fmt: skip
def test_titles_are_shortened_at_a_word(title: str, most: int, short: str) -> None:
    assert shorten(title, most) == short and len(short) <= most


def test_whole_titles_stand_in_the_list_where_buttons_are_too_short() -> None:
    reply = compose("smalltalk", ["Hello."], offers=(Offer("What causes bone metastasis?", "a"), Offer("More", "b")))
    rendered = render(reply, ALL["facebook"], ["mk-1", "mk-2"], "Choose:")
    assert rendered.listed == ("mk-1", "mk-2")
    assert "1. What causes bone metastasis?\n2. More" in rendered.parts[0].text
    assert [b.title for b in rendered.parts[0].buttons] == ["1. What causes bone…", "2. More"]


# -- what is remembered ------------------------------------------------------------------------------------------------


def test_seen_is_bounded() -> None:
    seen = Seen(most=3)
    for number in range(5):
        seen.add(f"+1555010{number}")
    assert [f"+1555010{n}" in seen for n in range(5)] == [False, False, True, True, True]


@pytest.mark.parametrize(
    ("text", "key"),
    [("2", "b"), ("2.", "b"), (" (2) ", "b"), ("#1", "a"), ("３", "c"), ("0", None), ("4", None), ("22", None),
     ("2 3", None), ("two", None), ("", None), ("-1", None), ("2nd", None)],
)  # fmt: skip
def test_number_picks_only_from_the_list_shown_last(text: str, key: str | None) -> None:
    listed = Listed()
    listed.show("me", ("x", "y"))
    listed.show("me", ("a", "b", "c"))
    assert listed.pick("me", text) == key and listed.pick("you", text) is None
    listed.forget("me")
    assert listed.pick("me", text) is None


def test_buttons_without_a_list_end_the_list_before_and_a_reply_without_choices_does_not(tmp_path: Path) -> None:
    channel = make_channel(SIDES["facebook"]("http://127.0.0.1:9"), tmp_path)
    long, short = Offer("What causes bone metastasis?", "more"), Offer("Tell me more", "more")
    picked = []
    for offers in ((long, short), (), (short,), ()):
        channel.messages(compose("answer", ["Text."], offers=offers), "me", {"id": "1"})
        picked.append(channel._listed.pick("me", "1") is not None)
    assert picked == [True, True, False, False]


def test_lists_are_bounded() -> None:
    listed = Listed(most=2)
    for who in "abc":
        listed.show(who, ("k",))
    assert [listed.pick(who, "1") for who in "abc"] == [None, "k", "k"]


# -- delivery ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "header", "wait"),
    [(200, None, None), (400, None, None), (403, None, None), (429, "9", 9.0), (429, None, 0.0), (500, None, 0.0),
     (503, "2.5", 2.5), (429, "Wed, 21 Oct 2026 07:28:00 GMT", 0.0), (429, "-5", 0.0)],
)  # fmt: skip
def test_usual_wait(status: int, header: str | None, wait: float | None) -> None:
    assert usual_wait(Response(status, {"retry-after": header} if header else {})) == wait


def test_delivery_gives_up_in_bounded_time() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    class Always(Delivery):
        async def once(self, outgoing: Outgoing) -> Response:
            return Response(429, {"retry-after": "100"})

    async def prepare() -> Outgoing:
        return Outgoing("http://127.0.0.1:9/")

    response = asyncio.run(Always(sleep=sleep, chance=lambda: 1.0).send(prepare, usual_wait))
    assert response is not None and response.status == 429 and slept == [100.25] * 4


@pytest.mark.parametrize(("most", "body"), [(40, {"ok": True}), (12, {"ok": True}), (11, None)])
def test_an_answer_that_comes_in_pieces_is_read_whole_up_to_the_limit(
    monkeypatch: pytest.MonkeyPatch, most: int, body: object
) -> None:
    monkeypatch.setattr(delivery_module, "_LONGEST_ANSWER", most)

    async def slow(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        for piece in (b'{"ok":', b" true}"):
            await response.write(piece)
            await asyncio.sleep(0.05)
        return response

    async def ask() -> Response:
        platform = web.Application()
        platform.router.add_post("/", slow)
        runner = web.AppRunner(platform, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        delivery = Delivery()
        try:
            return await delivery.once(Outgoing(f"http://127.0.0.1:{runner.addresses[0][1]}/"))
        finally:
            await delivery.close()
            await runner.cleanup()

    response = complete(ask())
    assert response.ok and response.body == body


# -- data and code -----------------------------------------------------------------------------------------------------


def test_wording_is_plain() -> None:
    found = load_words(WORDS)
    service = load_service()
    for text in (found.numbered, *map(service.fill, found.kinds.values())):
        assert grade(text) <= 8 and all(len(words(sentence)) <= 20 for sentence in sentences(text)), text


def test_limits_are_those_of_the_facts() -> None:
    assert {name: (row.text, row.unit) for name, row in ALL.items()} == {
        "twilio": (1600, "utf16"), "whatsapp": (1600, "utf16"), "telegram": (4096, "utf16"),
        "facebook": (2000, "utf16"), "slack": (3000, "utf16"), "botframework": (20000, "utf16"),
        "mattermost": (16383, "characters"), "webex": (7439, "bytes"),
    }  # fmt: skip


@pytest.mark.parametrize(
    "broken", ["x: 5", "x: {name: X}", "x: {name: X, text: 5, unit: ells, markup: none, settings: {}, oldest: 1}"]
)
def test_platforms_file_that_is_wrong_is_named(tmp_path: Path, broken: str) -> None:
    path = tmp_path / "platforms.yml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(DataError, match=r"platforms\.yml.*x"):
        load_platforms(path)


def test_words_file_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "channels.yml"
    path.write_text("kinds: {}", encoding="utf-8")
    with pytest.raises(DataError, match=r"channels\.yml"):
        load_words(path)


def test_no_channel_imports_what_blocks_the_event_loop() -> None:
    blocking = re.compile(
        r"^(requests|urllib3|urllib\.request|http\.client|twilio\.rest|slack_sdk\.web|webexteamssdk|aiogram)\b"
    )
    for path in (settings.ROOT / "marrow" / "rasa" / "channels").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if blocking.match(name)], path.name
            assert not (isinstance(node, ast.Attribute) and node.attr == "sleep" and ast.unparse(node) == "time.sleep")
