"""What a button can stand for. A target is "ARTICLE/SECTION", or one of the words in CONTROLS."""

from __future__ import annotations

from marrow.answering.wording import Wording
from marrow.content import Article, Library
from marrow.reply import Offer

#: Targets that are no section: what each does is in `marrow.answering.talk.choice`.
CONTROLS = ("simplify", "more", "topics", "disclaimer")


def all_targets(library: Library) -> tuple[str, ...]:
    """Every target there is: the only things a button's key can mean."""
    return (*CONTROLS, *(f"{a.id}/{s.kind}" for a in library.articles for s in a.sections))


def offer(wording: Wording, article: Article | None, target: str) -> Offer:
    """The suggestion for a section kind of `article`, or for one of CONTROLS."""
    title = wording.questions[target]
    if article is None or target in CONTROLS:
        return Offer(title, target)
    return Offer(title.format(title=name_of(article)), f"{article.id}/{target}")


def name_of(article: Article) -> str:
    """The article's title as it stands within a sentence; an abbreviation or proper name keeps its capitals."""
    first = article.title.split()[0]
    return article.title if first[1:] != first[1:].lower() else article.title[0].lower() + article.title[1:]


def section_offers(wording: Wording, article: Article, *, but: str | None = None, most: int = 3) -> tuple[Offer, ...]:
    """Suggestions for the article's sections after `but`, in the article's order and round to its beginning."""
    kinds = [section.kind for section in article.sections]
    start = kinds.index(but) + 1 if but in kinds else 0
    ordered = [kind for kind in kinds[start:] + kinds[:start] if kind != but]
    return tuple(offer(wording, article, kind) for kind in ordered[:most])


def title_of(library: Library, wording: Wording, target: str) -> str:
    """What the button of a target says."""
    if target in CONTROLS:
        return wording.questions[target]
    article, kind = target.split("/", 1)
    return offer(wording, library.article(article), kind).title
