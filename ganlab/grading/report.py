"""The class report for the instructor: how it went, what was hard, which mistakes were made, who needs a look."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from html import escape

from ganlab.grading.pages import STYLE
from ganlab.grading.scores import GONE, GRADED, Outcome

BINS = 10
MESSAGES = 5  # most frequent ones of each exercise


def class_report(outcomes: Iterable[Outcome], solutions: Mapping[str, str] | None = None) -> str:
    """Write a page on all submissions of a batch, assignment by assignment.

    `solutions` gives the fingerprint of the course's own answers to each.
    """
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        groups[outcome.assignment].append(outcome)
    policy = "default-src 'none'; style-src 'unsafe-inline'"
    head = (
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Class report</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n<style>{STYLE}'
        ".bar { display: inline-block; height: .9rem; background: #1a5fb4 }</style></head>\n"
        "<body>\n<h1>Class report</h1>\n"
    )
    own = solutions or {}
    body = [part for name, group in sorted(groups.items()) for part in _assignment(name, group, own.get(name, ""))]
    return "".join((head, *body, "</body></html>\n"))


def _assignment(assignment: str, outcomes: list[Outcome], solution: str) -> Iterator[str]:
    there = [outcome for outcome in outcomes if outcome.status != GONE]
    more = f" {len(outcomes) - len(there)} more are no longer handed in." if len(outcomes) > len(there) else ""
    yield f"<h2>{escape(assignment)}</h2>\n<p>{len(there)} submissions.{more}</p>\n"
    yield from _table("Status", [(status, _bar(n, len(outcomes))) for status, n in _count(o.status for o in outcomes)])
    yield from _distribution(there)
    yield from _exercises(there)
    yield from _look(outcomes, solution)


def _distribution(outcomes: list[Outcome]) -> Iterator[str]:
    most = max((o.scores.auto_max for o in outcomes), default=0.0)
    if not most:
        return
    shares = [sum(o.scores.auto.values()) / most for o in outcomes]
    bins = Counter(min(BINS - 1, int(BINS * share)) for share in shares)
    rows = [(f"{k * most / BINS:g} to {(k + 1) * most / BINS:g}", _bar(bins[k], len(outcomes))) for k in range(BINS)]
    yield from _table("Automatic points", rows)


def _exercises(outcomes: list[Outcome]) -> Iterator[str]:
    """Hardest first, with the messages that were given most often."""
    verdicts: dict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        for name, message in outcome.messages.items():
            verdicts[name.removeprefix("check_")].append(message)
    ranked = sorted(verdicts.items(), key=lambda item: item[1].count("passed") / len(item[1]))
    yield from _table("Solved, hardest first", [(n, _bar(m.count("passed"), len(m))) for n, m in ranked])
    for name, messages in ranked:
        wrong = _count(message for message in messages if message != "passed")[:MESSAGES]
        if wrong:
            yield from _table(f"{name}: most frequent mistakes", [(message, str(n)) for message, n in wrong])


def _look(outcomes: list[Outcome], solution: str) -> Iterator[str]:
    """Submissions that a person should look at: flags, failures, and answers that are the same code."""
    rows = [(o.student, "; ".join(o.flags)) for o in outcomes if o.flags]
    rows += [(o.student, f"{o.status}: {o.reason}") for o in outcomes if o.status not in GRADED]
    yield from _table("Needs a look", [(who, escape(why)) for who, why in rows])
    same: dict[str, list[str]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.fingerprint:
            same[outcome.fingerprint].append(outcome.student)
    if solution in same:
        same[solution].append("the course's solution")
    groups = [", ".join(sorted(students)) for students in same.values() if len(students) > 1]
    yield from _table("The same code", [(group, "") for group in sorted(groups)])


def _table(title: str, rows: list[tuple[str, str]]) -> Iterator[str]:
    """Write a table; the second column is HTML."""
    if rows:
        yield f"<h3>{escape(title)}</h3>\n<table>\n"
        yield from (f"<tr><td>{escape(left)}</td><td>{right}</td></tr>\n" for left, right in rows)
        yield "</table>\n"


def _bar(n: int, total: int) -> str:
    return f'<span class="bar" style="width: {12 * n / max(1, total):.2f}rem"></span> {n}'


def _count(values: Iterable[str]) -> list[tuple[str, int]]:
    return sorted(Counter(values).items(), key=lambda item: (-item[1], item[0]))
