"""Ask a running assistant the held-out questions over REST, and print what share of each kind is right.

    python -m tests.heldout.evaluate --url http://localhost:5005 [--failures 10]

Right means what README.md beside this file says: an outcome the row accepts, and for answers one of its gold phrases.
"""

from __future__ import annotations

import argparse
import http.client
import json
import math
import re
import statistics
import sys
import time
import urllib.parse
import uuid
from collections import defaultdict
from pathlib import Path
from typing import Any

FILES = [Path(__file__).with_name(name) for name in ("questions.jsonl", "conversations.jsonl")]
RIGHT = {
    "in_scope": {"answer"},
    "near_miss": {"not_covered"},
    "out_of_scope": {"out_of_scope", "not_covered"},
    "urgent": {"urgent"},
    "chitchat": {"smalltalk"},
}


def interval(hits: int, total: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share, 95 % by default."""
    share, spread = hits / total, z * z / total
    middle = (share + spread / 2) / (1 + spread)
    half = z / (1 + spread) * math.sqrt(share * (1 - share) / total + spread / (4 * total))
    return max(0.0, middle - half), min(1.0, middle + half)


def plain(text: str) -> str:
    """Letters and digits only, so that punctuation and line breaks do not matter."""
    return f" {' '.join(re.findall('[a-z0-9]+', text.lower()))} "


def is_right(row: dict[str, Any], outcome: str, text: str) -> bool:
    """Whether a reply is what the row's asker deserves."""
    if outcome not in set(row.get("accept") or RIGHT[row["kind"]]):
        return False
    gold = row.get("gold") if row["kind"] == "in_scope" and outcome == "answer" else None
    return not gold or any(plain(phrase) in plain(text) for phrase in gold)


def ask(connection: http.client.HTTPConnection, sender: str, text: str) -> tuple[str, str]:
    """One turn: (outcome, text)."""
    body = json.dumps({"sender": sender, "message": text})
    connection.request("POST", "/webhooks/rest/webhook", body, {"Content-Type": "application/json"})
    messages = json.loads(connection.getresponse().read())
    outcome = next(m["custom"]["reply"]["outcome"] for m in messages if "custom" in m)
    return outcome, "\n".join(m["text"] for m in messages if "text" in m)


def main() -> int:
    """Ask everything; print a table; return 1 when nothing could be asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--url", default="http://localhost:5005")
    parser.add_argument("--failures", type=int, default=0, help="wrong ones to print of each kind")
    arguments = parser.parse_args()
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(arguments.url).netloc, timeout=30)
    right: dict[str, list[bool]] = defaultdict(list)
    wrong: dict[str, list[str]] = defaultdict(list)
    milliseconds: list[float] = []
    false_alarms = calm = 0
    try:
        for line in (line for path in FILES for line in path.read_text(encoding="utf-8").splitlines() if line):
            row = json.loads(line)
            sender = f"heldout-{uuid.uuid4().hex}"
            for turn in row.get("turns") or [row]:
                started = time.perf_counter()
                outcome, text = ask(connection, sender, turn["q"])
                milliseconds.append((time.perf_counter() - started) * 1000)
                good = is_right(turn, outcome, text)
                right[turn["kind"]].append(good)
                if row.get("turns"):
                    right["(of these in conversations)"].append(good)
                if turn["kind"] != "urgent":
                    calm += 1
                    false_alarms += outcome == "urgent"
                if not good:
                    wrong[turn["kind"]].append(f"{turn['q']!r}: {outcome}")
    except OSError as error:
        print(f"No assistant answers at {arguments.url} ({error}). Start one with `make run`.", file=sys.stderr)
        return 1
    for kind, results in right.items():
        low, high = interval(sum(results), len(results))
        share = sum(results) / len(results)
        print(f"{kind:28} {sum(results):4} of {len(results):4}  {share:6.1%}  ({low:.1%} to {high:.1%})")
    print(f"{'false alarms':28} {false_alarms:4} of {calm:4}  {false_alarms / calm:6.1%}")
    milliseconds.sort()
    p95 = milliseconds[int(0.95 * len(milliseconds))]
    print(f"a turn: p50 {statistics.median(milliseconds):.1f} ms, p95 {p95:.1f} ms")
    for kind, lines in wrong.items():
        for line in lines[: arguments.failures]:
            print(f"  {kind}: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
