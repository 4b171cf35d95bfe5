"""Marrow beside what a user would pick instead: the same training data, the same questions, one judge, one table.

    python -m evaluation.compare [--url URL] [--sets tuning,dev] [--skip-stock] [--stock-epochs 100]

Without --url it serves the newest model for the time. The stock pipeline of `rasa init` is trained once and kept in
models/stock under a hash of its data; 100 epochs on two cores take hours (docs/evaluation.md).
docs/evaluation.md says how each approach is set up.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaluation.asking import ask_all, asking, replay, served_model
from evaluation.judging import Judged, Reply
from evaluation.measures import Share, measure, share_dict
from evaluation.others import STOCK_EPOCHS, Cost
from evaluation.report import table
from evaluation.serving import own_assistants
from evaluation.sets import QuestionSet, load_sets
from marrow import settings
from marrow.client import Client
from marrow.errors import MarrowError
from marrow.rasa.card import card_path, read_card

REPORT = settings.ROOT / "reports" / "compare"

NAMES = {
    "marrow": "Marrow",
    "stock": "rasa init (DIET)",
    "encoder": "nearest passage, encoder",
    "tfidf": "nearest passage, TF-IDF",
}
COLUMNS = ("in_scope", "near_miss", "out_of_scope", "urgent", "chitchat", "conversation_turns", "false_alarms")


@dataclass(frozen=True)
class Row:
    """One approach on one set; `p50` in milliseconds a question, seconds and memory None where not known."""

    set: str
    approach: str
    shares: dict[str, Share]
    p50: float
    train_seconds: float | None
    peak_mb: float | None


def main(argv: Sequence[str] | None = None) -> int:
    """Compare; returns 1 when Marrow cannot be asked."""
    args = _parser().parse_args(argv)
    wanted = [s for s in args.sets.split(",") if s]
    sets = [s for s in load_sets() if s.conversations and (not wanted or s.name in wanted)]
    try:
        rows, notes = _marrow(args.url, sets)
    except MarrowError as error:
        print(f"compare: {error}", file=sys.stderr)
        return 1
    for name in ("stock", "encoder", "tfidf"):
        if name == "stock" and args.skip_stock:
            notes.append("The stock pipeline was left out (--skip-stock).")
            continue
        print(f"{NAMES[name]} ...", file=sys.stderr, flush=True)
        more, cost = _other(name, sets, args.stock_epochs)
        rows += more
        notes.append(f"{NAMES[name]}: {cost.note}.")
    text = render(rows, notes)
    print(text)
    args.report.parent.mkdir(parents=True, exist_ok=True)
    args.report.with_name(f"{args.report.name}.md").write_text(f"# Compared\n\n{text}\n", encoding="utf-8")
    stored = {"measured_on": time.strftime("%Y-%m-%d"), "rows": [_as_dict(r) for r in rows], "notes": notes}
    args.report.with_name(f"{args.report.name}.json").write_text(json.dumps(stored, indent=2), encoding="utf-8")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evaluation.compare", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url", help="where Marrow runs already (its memory is then not known)")
    parser.add_argument("--sets", default="", help="only these, separated by commas")
    parser.add_argument("--skip-stock", action="store_true", help="leave the stock pipeline out")
    parser.add_argument("--stock-epochs", type=int, default=STOCK_EPOCHS, help="fewer only to try the command")
    parser.add_argument("--report", type=Path, default=REPORT, help="where to write, without .md and .json")
    return parser


def _marrow(url: str | None, sets: Sequence[QuestionSet]) -> tuple[list[Row], list[str]]:
    if url is not None:
        return _ask_marrow(Client(url), sets, None), []
    print("Marrow ...", file=sys.stderr, flush=True)
    with own_assistants() as (server,):
        return _ask_marrow(Client(f"http://127.0.0.1:{server.port}"), sets, server.process.pid), []


def _ask_marrow(client: Client, sets: Sequence[QuestionSet], process: int | None) -> list[Row]:
    served = served_model(client)
    card = read_card(card_path(Path(served["name"]).name)) if "name" in served else {}
    seconds = card.get("training_seconds") if card.get("model_sha256") == served.get("sha256") else None
    judged = [(s, ask_all(s.conversations, asking(client))) for s in sets]
    peak = peak_of(process) if process else None
    return [row(s, "marrow", j, seconds, peak) for s, j in judged]


def peak_of(process: int) -> float | None:
    """The most memory a running process has held, in MB; None where the system does not say (only Linux does)."""
    try:
        lines = Path(f"/proc/{process}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return None
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)


def _other(name: str, sets: Sequence[QuestionSet], epochs: int) -> tuple[list[Row], Cost]:
    conversations = [c for s in sets for c in s.conversations]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "questions.json"
        file.write_text(json.dumps([[q.q for q in c] for c in conversations]), encoding="utf-8")
        command = [sys.executable, "-m", "evaluation.others", name, str(file), "--epochs", str(epochs)]
        subprocess.run(command, check=True, cwd=settings.ROOT, stdout=sys.stderr)  # noqa: S603
        stored = json.loads(file.with_suffix(".out").read_text(encoding="utf-8"))
    cost = Cost(**stored["cost"])
    replies = iter([Reply(**r) for r in stored["replies"]])
    rows = [row(s, name, replay(s.conversations, replies), cost.train_seconds, cost.peak_mb) for s in sets]
    return rows, cost


def row(questions: QuestionSet, name: str, judged: Sequence[Judged], seconds: float | None, peak: float | None) -> Row:
    """One approach's line for one set: the measures of `make eval`."""
    result = measure(questions, judged)
    waits = [j.reply.milliseconds for j in judged]
    return Row(questions.name, name, dict(result.shares), statistics.median(waits), seconds, peak)


def render(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The table, set by set, in percent."""
    order = list(NAMES)
    sets = list(dict.fromkeys(r.set for r in rows))
    listed = sorted(rows, key=lambda r: (sets.index(r.set), order.index(r.approach)))
    lines = table(
        ("approach", "set", *(c.replace("_", " ") for c in COLUMNS), "train s", "p50 ms", "peak MB"),
        [
            (
                NAMES[r.approach], r.set,
                *(f"{r.shares[c].percent:.1f}" if c in r.shares else "" for c in COLUMNS),
                _whole(r.train_seconds), f"{r.p50:.1f}", _whole(r.peak_mb),
            )
            for r in listed
        ],
    )  # fmt: skip
    first = rows[0].shares if rows else {}
    counts = ", ".join(f"{c.replace('_', ' ')} {first[c].total}" for c in COLUMNS if c in first)
    read = [
        "In percent right; of false alarms, percent of questions that are no emergency. "
        f"Questions of the first set: {counts}.",
        "Marrow's time is that of a whole turn over HTTP, stored and checked; the others' is that of a function call.",
        *notes,
    ]
    return "\n".join([*lines, "", *(f"- {n}" for n in read)])


def _whole(number: float | None) -> str:
    return "not known" if number is None else f"{number:.0f}"


def _as_dict(r: Row) -> dict[str, Any]:
    return {
        "set": r.set,
        "approach": r.approach,
        "shares": {name: share_dict(s) for name, s in r.shares.items()},
        "p50_ms": round(r.p50, 2),
        "train_seconds": r.train_seconds,
        "peak_mb": r.peak_mb,
    }


if __name__ == "__main__":
    sys.exit(main())
