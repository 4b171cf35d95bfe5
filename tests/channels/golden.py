"""The golden files: what is sent for every outcome on every platform, word for word.

`python -m tests.channels.golden` writes them anew, when a change is meant; the difference is then read in review.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from marrow.rasa.channels.delivery import Outgoing
from marrow.rasa.channels.messenger import Call
from marrow.reply import OUTCOMES, Offer, Reply, compose
from tests.channels.side import Side
from tests.channels.sides import SIDES
from tests.channels.world import make_channel

FOLDER = Path(__file__).parent / "golden"
URL = "https://platform.example"

_ABOUT = Offer("What is glimmer elbow?", "glimmer-elbow/overview")
_CAUSES = Offer("What causes glimmer elbow?", "glimmer-elbow/causes")
_FOUND = Offer("How is it found?", "glimmer-elbow/diagnosis")
_MORE = Offer("Tell me more", "more")
_TOPICS = (
    _ABOUT, _CAUSES, Offer("What are the symptoms?", "glimmer-elbow/symptoms"), _FOUND,
    Offer("How is it treated?", "glimmer-elbow/treatment"), Offer("What is the outlook?", "glimmer-elbow/prognosis"),
)  # fmt: skip
_TREATMENTS = [
    f"• Treatment {number} of the glimmer, such as a sling & rest <two weeks> or *light* work_shoes, to calm the elbow."
    for number in range(1, 21)
]

#: One reply for each outcome. The illness is invented, so that no change to an article changes these files.
REPLIES: dict[str, Reply] = {
    "answer": compose(
        "answer",
        [
            "The article says: “Glimmer elbow is treated in many ways – none is best for all.” Treatment may include:",
            *_TREATMENTS,
            "In plain words: There are many ways to treat it. Your team helps you choose.",
            "Source: “Glimmer elbow”, section Treatment, Example Encyclopedia, https://example.org/glimmer_elbow_(arm)",
        ],
        offers=(_CAUSES, _FOUND, _MORE),
    ),
    "not_covered": compose(
        "not_covered",
        [
            "The article does not say how long it lasts.",
            "The nearest thing it does say, which may not answer you:",
            "“The outlook differs from person to person.”",
            "A question to take to your care team: “What can I expect?”",
        ],
        offers=(_FOUND, _MORE),
    ),
    "out_of_scope": compose(
        "out_of_scope", ["I can only talk about glimmer elbow. I have nothing on other subjects."], offers=_TOPICS[:3]
    ),
    "urgent": compose("urgent", ["Call 911 or your local emergency number now.", "This can be serious. Do not wait."]),
    "smalltalk": compose("smalltalk", ["Hello. What would you like to know?"], offers=_TOPICS),
    "error": compose("error", ["Something went wrong on my side. Please try again.", "If it is urgent, call 911."]),
}
assert set(REPLIES) == set(OUTCOMES)


def sent(side: Side, reply: Reply, folder: Path) -> list[dict[str, Any]]:
    """The requests that carry a reply to the first of the platform's people, in order, without secrets in headers."""
    channel = make_channel(side, folder)
    webhook = side.text(side.people[0], "hello", id=1)
    headers = {name.lower(): value for name, value in webhook.headers.items()}
    event = channel.read(next(iter(channel.items(Call(webhook.method, webhook.path, "", headers, webhook.body)))))
    assert event is not None
    messages = channel.messages(reply, f"{side.name}-conversation", event.to)
    return [_plain(message) for message in messages]


def _plain(message: Outgoing) -> dict[str, Any]:
    body = {"json": message.json} if message.form is None else {"form": dict(message.form)}
    return {"method": message.method, "url": message.url, **body}


def text_of(name: str, outcome: str, folder: Path) -> str:
    """The golden file of an outcome on a platform, as it is now."""
    return json.dumps(sent(SIDES[name](URL), REPLIES[outcome], folder), ensure_ascii=False, indent=2) + "\n"


def main() -> int:
    """Write all of them."""
    for name in SIDES:
        (FOLDER / name).mkdir(parents=True, exist_ok=True)
        for outcome in OUTCOMES:
            with tempfile.TemporaryDirectory() as folder:
                (FOLDER / name / f"{outcome}.json").write_text(text_of(name, outcome, Path(folder)), encoding="utf-8")
    print(f"{len(SIDES) * len(OUTCOMES)} golden files written; read the difference before you commit it")
    return 0


if __name__ == "__main__":
    sys.exit(main())
