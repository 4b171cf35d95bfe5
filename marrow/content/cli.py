"""`python -m marrow content import | review | check`: for those who write and review articles."""

from __future__ import annotations

import argparse
import datetime
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from marrow.content.check import check_directory
from marrow.content.importing import import_page
from marrow.content.review import approve, as_text, review_items, unreviewed_count
from marrow.errors import DataError

__all__ = ["main", "unreviewed_count"]


def main(argv: Sequence[str] | None = None, today: Callable[[], datetime.date] = datetime.date.today) -> int:
    """Run a command; returns the exit code: 0, or 1 when something is wrong with the data."""
    args = _parser().parse_args(argv)
    try:
        if args.command == "import":
            return _import(args, today)
        if args.command == "review":
            return _review(args, today)
        return _check(args)
    except DataError as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m marrow content", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)

    one = commands.add_parser("import", help="make an article file from a saved encyclopedia page, or update one")
    one.add_argument("file", type=Path, help="the page, saved as text or HTML")
    one.add_argument("-o", "--out", type=Path, help="the article file (default: data/articles/ID.md)")
    one.add_argument("--id", default="", help="the article's id (default: from the file's name or the title)")
    one.add_argument("--supplied", type=_date, help="the date the page came, YYYY-MM-DD (default: today)")

    two = commands.add_parser("review", help="print all medical wording, or record an approval")
    two.add_argument("directory", type=Path, nargs="?", default=Path("data"))
    two.add_argument("--open", action="store_true", help="print only what no one has reviewed")
    two.add_argument("--approve", metavar="WHAT", help="an id as printed, or the beginning of one")
    two.add_argument("--by", metavar="NAME", help="who approves it")
    two.add_argument("--on", metavar="DATE", type=_date, help="when, YYYY-MM-DD (default: today)")

    three = commands.add_parser("check", help="check the articles against their sources and the rules for wording")
    three.add_argument("directory", type=Path, nargs="?", default=Path("data/articles"))
    return parser


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is not a date as YYYY-MM-DD") from None


def _import(args: argparse.Namespace, today: Callable[[], datetime.date]) -> int:
    imported = import_page(args.file, args.supplied or today().isoformat(), args.out, args.id)
    imported.save()
    print(f"wrote {imported.article.path} and {imported.source}")
    for note in imported.notes:
        print(f"  note: {note}")
    return 0


def _review(args: argparse.Namespace, today: Callable[[], datetime.date]) -> int:
    if args.approve:
        if not args.by:
            print("say who approves it: --by NAME", file=sys.stderr)
            return 1
        for item in approve(args.directory, args.approve, args.by, args.on or today().isoformat()):
            print(f"approved {item.id} ({item.file.path}:{item.line})")
        return 0
    items = review_items(args.directory)
    print(as_text(tuple(item for item in items if not item.reviewed) if args.open else items))
    waiting, total = unreviewed_count(args.directory)
    print(f"{waiting} of {total} wordings are not reviewed")
    return 0


def _check(args: argparse.Namespace) -> int:
    directory = args.directory / "articles" if (args.directory / "articles").is_dir() else args.directory
    findings = check_directory(directory)
    errors = [finding for finding in findings if finding.error]
    warnings = [finding for finding in findings if not finding.error]
    for finding in errors:
        print(finding)
    if warnings:
        print("Warnings:")
        for finding in warnings:
            print(f"  {finding}")
    print(f"{len(errors)} errors, {len(warnings)} warnings")
    return 1 if errors else 0
