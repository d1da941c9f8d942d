"""`paasctl explain`: the page of a problem's code or of a manifest's key.

The module is not called after its verb: `explain.py` is the front door's slow parser.
"""

import sys
from collections.abc import Mapping

from paasctl.cli.command import Argument, Call, Command
from paasctl.cli.exits import Exit, Refused
from paasctl.cli.table import envelope


def run(call: Call) -> int:
    """Print the page asked for; without a name, one line for each code."""
    from paasctl.manifest.pages import problem_pages

    asked = call.text("name")
    pages = problem_pages()
    if asked is None:
        _index(pages, call)
    elif asked in pages:
        _page(asked, pages[asked], call)
    else:
        _keys(asked, pages, call)
    return Exit.DONE


def _index(pages: Mapping[str, str], call: Call) -> None:
    if call.format == "json":
        sys.stdout.write(envelope({"problems": dict(pages)}))
        return
    width = 0 if call.format == "plain" or call.quiet else max(map(len, pages))
    for code, page in pages.items():
        first = "" if call.quiet else f"  {page.partition('. ')[0]}: {_first(page)}"
        sys.stdout.write(f"{code:<{width}}{first}".rstrip() + "\n")


def _first(page: str) -> str:
    """Return the sentence behind the severity that a page begins with."""
    text = page.partition(". ")[2].partition("\n")[0]
    return text.partition(". ")[0].rstrip(".")


def _page(code: str, page: str, call: Call) -> None:
    if call.format == "json":
        sys.stdout.write(envelope({"code": code, "page": page}))
    else:
        sys.stdout.write(f"{code}\n\n{page}\n")


def _keys(asked: str, pages: Mapping[str, str], call: Call) -> None:
    from paasctl.manifest.pages import key_page, keys, matching

    found = matching(asked)
    if not found:
        from paasctl.manifest.near import did_you_mean

        known = (*pages, *{key.path[-1] for key in keys()})
        hint = did_you_mean(asked, known) or "paasctl explain lists the codes"
        message = f'there is no problem and no key called "{asked}"'
        raise Refused(Exit.UNKNOWN_NAME, message, hint)
    if call.format == "json":
        content = [{"path": key.shown, "kind": key.kind, "schema": key.schema} for key in found]
        sys.stdout.write(envelope({"keys": content}))
        return
    sys.stdout.write("\n".join(dict.fromkeys(key_page(key) for key in found)))


COMMAND = Command(
    "explain",
    "Explain a problem by its code, or a key of a manifest: bad-cron, workers.commands.start.",
    run,
    arguments=(Argument("name", "A code, or a key with or without what is around it."),),
)
