"""How an app is built: flavour, composable image, NODE_ENV (rule A26, spec 10.3, 10.9)."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from paasctl.manifest.document import Data
from paasctl.manifest.facts import AppFacts, Facts, error, warning
from paasctl.manifest.near import did_you_mean
from paasctl.manifest.plain import as_map, as_text
from paasctl.manifest.references import service_type
from paasctl.model.position import KeyPath
from paasctl.model.problem import Problem

_FLAVORS: Final[Mapping[str, tuple[str, ...]]] = {
    "php": ("none", "composer", "default", "drupal", "symfony"),
    "nodejs": ("none", "default"),
}
_COMPOSED: Final = frozenset(
    (
        *("bun", "clojure", "elixir", "golang", "java", "nodejs", "perl", "php", "python"),
        *("ruby", "sbcl"),
    )
)
_REPLACED: Final = ("build", "dependencies", "runtime")
_INSTALL: Final = (
    r"\b(?:npm\s+(?:ci|i|install)|yarn(?:\s+install)?|pnpm\s+(?:i|install))\b([^\n;&|]*)"
)
_BUILD: Final = r"\b(?:(?:npm|yarn|pnpm)\s+(?:run\s+)?build\b|npx\s|webpack|vite\s+build|tsc\b)"


def check_flavor(facts: Facts) -> Iterator[Problem]:
    """A build flavour that the runtime does not have is no build at all; caches are not kept."""
    for app in facts.apps:
        build = as_map(app.data.get("build"))
        if build.get("caches"):
            message = "build caches are not kept here"
            path = ("build", "caches")
            yield warning("without-effect", app.section, path, message, "leave them", key=True)
        flavor = as_text(build.get("flavor"))
        kind, _ = service_type(app.section)
        known = _FLAVORS.get(kind, ("none",))
        if flavor is not None and kind and flavor not in known:
            message = f'{kind} has no build flavour "{flavor}"'
            hint = did_you_mean(flavor, known) or f"known: {', '.join(known)}"
            yield warning("unknown-flavor", app.section, ("build", "flavor"), message, hint)


def check_stack(facts: Facts) -> Iterator[Problem]:
    """A composable image names its runtimes in `stack`, and nothing twice (spec 10.9)."""
    for app in facts.apps:
        kind, _ = service_type(app.section)
        stack = app.data.get("stack")
        if kind in ("composable", "") and not stack and (kind or "stack" in app.data):
            message = "a composable image has no runtime without a stack"
            fix = 'add  stack: { runtimes: ["nodejs@24"] }'
            where = "stack" if "stack" in app.data else "type"
            yield error("missing-key", app.section, (where,), message, fix, key=True)
        if not stack:
            continue
        if kind and kind != "composable":
            message = f'"stack" belongs to a composable image, not to {kind}'
            fix = 'write  type: "composable:26.05"'
            yield warning("without-effect", app.section, ("stack",), message, fix, key=True)
            continue
        for key in _REPLACED:
            if app.data.get(key):
                message = f'"{key}" has no effect in a composable image: the stack replaces it'
                fix = "install packages in the stack, and run the rest in hooks.build"
                yield warning("without-effect", app.section, (key,), message, fix, key=True)
        yield from _runtimes(app, stack)


def _runtimes(app: AppFacts, stack: Data) -> Iterator[Problem]:
    """Names with @ are runtimes; all others are packages, which nobody can list."""
    path: KeyPath = ("stack",)
    if isinstance(stack, dict):
        path, stack = ("stack", "runtimes"), stack.get("runtimes")
    for index, item in enumerate(stack if isinstance(stack, list) else ()):
        if item is None:
            continue
        text = next(iter(item), "") if isinstance(item, dict) else str(item)
        name, at, version = text.partition("@")
        if (path[-1] == "runtimes" or at) and name not in _COMPOSED:
            message = f'"{name}" is no runtime of composable images that is known here'
            hint = did_you_mean(name, _COMPOSED) or "packages belong under  packages:"
            yield warning("unknown-type", app.section, (*path, index), message, hint)
        elif path[-1] == "runtimes" and not version:
            message = f'the runtime "{name}" has no version'
            fix = f'write  "{name}@VERSION"'
            yield error("bad-value", app.section, (*path, index), message, fix)


def check_node_env(facts: Facts) -> Iterator[Problem]:
    """NODE_ENV=production reaches the build, and npm leaves out what the build needs."""
    for app in facts.apps:
        env = as_map(as_map(app.data.get("variables")).get("env"))
        build = as_text(as_map(app.data.get("hooks")).get("build")) or ""
        name = next((key for key in env if key.upper() == "NODE_ENV"), None)
        if name is None or env[name] != "production" or not re.search(_BUILD, build):
            continue
        found = re.search(_INSTALL, build)
        flavor = as_text(as_map(app.data.get("build")).get("flavor"))
        default = flavor != "none" and service_type(app.section)[0] == "nodejs"
        if found is None and not default:
            continue
        if found is None or not re.search(
            r"--include[= ]dev|--production=false|--prod=false", found[1]
        ):
            message = "NODE_ENV=production is set in the build too: npm leaves out devDependencies"
            fix = "move it to web.variables, or install with  npm ci --include=dev"
            path = ("variables", "env", name)
            yield warning("node-env-in-build", app.section, path, message, fix, key=True)
