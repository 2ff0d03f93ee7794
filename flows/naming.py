"""The step that asks the operator's own endpoint for better names, and the names that result.

The names made here stay in the store. What the endpoint proposed, and before all what a reviewer
chose, is put over them where themes are shown, so that switching it off or undoing takes nothing
more.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from flows.context import Known, RunContext
from flows.decisions import what_was_decided
from groundswell.domain import NeedTheme
from groundswell.store import StepResult

if TYPE_CHECKING:
    from ingest.apis.chat import Endpoint
    from models.naming.proposals import NameQuestion

log = logging.getLogger(__name__)


def ask_names(context: RunContext) -> StepResult:
    """Ask the endpoint of ``[naming]`` about needs it was not asked about; off, do nothing.

    What goes wrong with it is one line in the log; the names made here stay.
    """
    if not context.config.naming.enabled:
        return StepResult("ask_names", 0, 0, 0, 0.0)
    from ingest.apis import Client
    from ingest.apis.chat import ask_endpoint
    from models.naming.proposals import judge_answer

    themes = context.store.themes
    needs = [theme for theme in called(context, themes.themes()) if theme.level == "need"]
    needs.sort(key=lambda theme: (-theme.size, theme.theme_id))
    said, asked, known = _said(context), _questions(context, needs), themes.names()
    questions = {q.key: q.messages for q in asked.values() if q.key not in known}
    context.progress.start("asking for names", None)
    answers = ask_endpoint(_endpoint(context), questions, Client())
    context.progress.finish()
    if answers.warning:
        log.warning("%s", answers.warning)
    kept = {q.key: known[q.key] for q in asked.values() if q.key in known}
    for theme_id, question in asked.items():
        if question.key in answers.texts:
            verdict = judge_answer(answers.texts[question.key], said[theme_id])
            kept.setdefault(question.key, (verdict.title, verdict.refusal or ""))
    if kept != known:
        themes.save_names(context.lease, kept)
    named = sum(bool(title) for title, _ in kept.values())
    return StepResult("ask_names", len(asked), named, len(asked) - named, 0.0)


def named(context: Known, themes: Sequence[NeedTheme]) -> list[NeedTheme]:
    """Return themes under the names that reviewers chose, else that the endpoint proposed."""
    themes = called(context, themes)
    if not context.config.naming.enabled:
        return themes
    from models.naming.proposals import judge_title, put_names

    said, known = _said(context), context.store.themes.names()
    titles = {}
    for theme_id, question in _questions(context, themes).items():
        title, _ = known.get(question.key, ("", ""))
        verdict = judge_title(title, said[theme_id]) if title else None
        if verdict is not None and verdict.title:
            titles[theme_id] = verdict.title
    return put_names(themes, titles)


def called(context: Known, themes: Sequence[NeedTheme]) -> list[NeedTheme]:
    """Return themes under the names that reviewers chose."""
    said = what_was_decided(context).themes
    labels = {theme_id: verdict.label for theme_id, verdict in said.items()}
    return [
        theme
        if (label := labels.get(theme.theme_id)) is None
        else replace(theme, label=label, named_by="person", name_evidence=())
        for theme in themes
    ]


def _questions(context: Known, themes: Sequence[NeedTheme]) -> "dict[int, NameQuestion]":
    """Return what is asked about each need that has enough to show, by theme id."""
    from models.naming.proposals import ask_name

    settings = context.config.naming
    wanted = [one for theme in themes for one in theme.exemplars]
    texts = context.store.feedback.statement_text(wanted)
    found = {}
    for theme in themes:
        shown = [texts[one] for one in theme.exemplars if one in texts]
        question = ask_name(shown, settings.model, max_snippets=settings.max_snippets)
        if question is not None and theme.level == "need" and theme.named_by != "person":
            found[theme.theme_id] = question
    return found


def _said(context: Known) -> dict[int, list[str]]:
    mentions = context.store.feedback.mentions(only=("theme_id", "text"))
    return {
        int(str(theme)): texts.tolist() for theme, texts in mentions.groupby("theme_id")["text"]
    }


def _endpoint(context: RunContext) -> "Endpoint":
    from ingest.apis.chat import Endpoint

    return Endpoint(**context.config.naming.model_dump(exclude={"enabled", "max_snippets"}))
