"""The schemas, the code generated from them, and jsonschema agree."""

import ast
import importlib.util
import json
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from paasctl.manifest import compiled
from paasctl.manifest.discover import discover
from paasctl.manifest.document import parse
from paasctl.manifest.include import Includer
from paasctl.manifest.source import Tree

ROOT = Path(__file__).parents[2]
PROJECTS = ROOT / "../shared/corpus/projects"
INVALID = ROOT / "../shared/corpus/invalid"
KINDS = {
    "application": compiled.application,
    "service": compiled.service,
    "route": compiled.route,
}


def schema(kind):
    return json.loads((ROOT / f"schemas/{kind}.json").read_text("utf-8"))


VALIDATORS = {kind: Draft202012Validator(schema(kind)) for kind in KINDS}


def decided(kind, data):
    """What jsonschema says, unknown keys of an app left aside: they are a warning."""
    errors = VALIDATORS[kind].iter_errors(data)
    return not [
        e
        for e in errors
        if "x-unknown-keys" not in e.schema or e.validator != "additionalProperties"
    ]


def generator():
    spec = importlib.util.spec_from_file_location("generate", ROOT / "schemas/generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_generated_code_is_fresh():
    written = (ROOT / "paasctl/manifest/compiled.py").read_text("utf-8")
    assert ast.dump(ast.parse(generator().generate())) == ast.dump(ast.parse(written))


def test_everything_that_is_generated_is_fresh():
    for path, text in generator().outputs().items():
        if path.endswith(".json"):
            assert Path(path).read_text("utf-8") == text, f"run schemas/generate.py: {path}"


FILES = ("app", "applications", "services", "routes", "upsun")


@pytest.mark.parametrize("name", FILES)
def test_a_schema_of_a_file_is_complete_in_itself(name):
    content = json.loads((ROOT / f"schemas/files/{name}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(content)
    for reference in re.findall(r'"\$ref": "([^"]+)"', json.dumps(content)):
        part = content
        for step in reference.removeprefix("#/").split("/"):
            part = part[step]


def test_the_files_of_a_project_follow_the_schemas_of_their_files():
    app = {"name": "app", "type": "php:8.4", "relationships": {"db": None}}
    service, route = {"db": {"type": "mariadb:11.8"}}, {"https://x/": {"type": "redirect"}}
    upsun = {"applications": {"app": APP}, "services": service}
    good = {"app": app, "applications": [app], "services": service, "upsun": upsun}
    bad = {"app": {"name": "x"}, "applications": [APP, {}], "services": {"db": {}}, "routes": route}
    for wanted, instances in ((True, good), (False, bad)):
        for name, instance in instances.items():
            content = json.loads((ROOT / f"schemas/files/{name}.json").read_text("utf-8"))
            assert Draft202012Validator(content).is_valid(instance) is wanted, name


@pytest.mark.parametrize("kind", KINDS)
def test_examples_and_defaults_follow_their_own_schema(kind):
    content = schema(kind)

    def visit(part):
        if isinstance(part, dict):
            own = {**part, "$defs": content.get("$defs", {})}
            values = part.get("examples", []) if isinstance(part.get("examples"), list) else []
            values = [*values, *([part["default"]] if "default" in part else [])]
            for value in values:
                Draft202012Validator(own).validate(value)
            for inner in part.values():
                visit(inner)

    visit({k: v for k, v in content.items() if k in ("properties", "$defs")})


def test_a_keyword_that_the_generator_does_not_know_is_an_error_there():
    module = generator()
    with pytest.raises(ValueError, match="not"):
        module._Module("x", {"properties": {}, "not": {}}).text()


@pytest.mark.parametrize("kind", KINDS)
def test_the_schema_is_a_schema_and_describes_every_property(kind):
    Draft202012Validator.check_schema(schema(kind))
    missing = []

    def visit(part, path):
        if isinstance(part, dict):
            for name, inner in part.get("properties", {}).items():
                if "description" not in inner and "const" not in inner and "enum" not in inner:
                    missing.append((*path, name))
            for name, inner in part.items():
                visit(inner, (*path, name))

    visit(schema(kind), ())
    assert missing == []


def sections(root):
    tree = Tree(str(root))
    found = discover(tree)
    documents = []
    for entry in found.files:
        text = tree.read(entry.file)
        if isinstance(text, str):
            document = parse(entry.file, text, Includer(tree, (entry.file,))).document
            if document is not None:
                documents.append((entry, document))
    parts = found.flavour.assemble(documents)
    yield from (("application", s) for s in parts.apps)
    yield from (("service", s) for s in parts.services)
    yield from (("route", s) for s in parts.routes)


@pytest.mark.parametrize("folder", [PROJECTS, INVALID], ids=["projects", "invalid"])
def test_both_agree_on_the_corpus(folder):
    if not folder.is_dir():
        pytest.skip("the shared folder with the corpus is absent")
    seen = {True: 0, False: 0}
    for project in sorted(folder.iterdir()):
        for kind, section in sections(project):
            said = KINDS[kind](section.data)
            assert said == decided(kind, section.data), (project.name, kind, section.name)
            seen[said] += 1
    assert min(seen.values()) > 20


def mutants(base):
    """JSON values near valid ones: a part replaced by something else."""
    junk = st.sampled_from(
        (None, True, 0, 1.0, 1.5, -1, "", "x", "a:b", "S", [], ["x"], {}, {"x": 1})
    )

    @st.composite
    def mutant(draw):
        data = json.loads(json.dumps(base))
        here = data
        while True:
            key = draw(st.sampled_from(sorted(here)))
            if isinstance(here[key], dict) and here[key] and draw(st.booleans()):
                here = here[key]
                continue
            if draw(st.booleans()):
                here[key] = draw(junk)
            else:
                here[draw(st.sampled_from(("x", "disk", "start", "a b")))] = here.pop(key)
            return data

    return mutant()


APP = {
    "name": "app",
    "type": "python:3.11",
    "size": "S",
    "disk": 512,
    "relationships": {"a": "b:c", "d": {"service": "e"}},
    "mounts": {"m": {"source": "local"}, "n": "shared:files/n"},
    "web": {
        "commands": {"start": "x"},
        "locations": {"/": {"passthru": True, "rules": {"x": {"allow": False}}}},
    },
    "workers": {"w": {"commands": {"start": "x"}, "size": "M"}},
    "crons": {"c": {"spec": "* * * * *", "cmd": "x"}},
    "firewall": {"outbound": [{"ports": [80]}]},
}
ROUTE = {"type": "redirect", "to": "x", "redirects": {"paths": {"/": {"to": "y", "code": 301}}}}


@settings(deadline=None)
@given(mutants(APP))
def test_both_agree_on_mutated_apps(data):
    assert compiled.application(APP)
    assert compiled.application(data) == decided("application", data)


@settings(deadline=None)
@given(mutants(ROUTE))
def test_both_agree_on_mutated_routes(data):
    assert compiled.route(ROUTE)
    assert compiled.route(data) == decided("route", data)


SERVICE = {
    "type": "mariadb:11.8",
    "disk": 512,
    "configuration": {"schemas": ["a"]},
    "relationships": {"app": "app:http", "x": {"service": "y", "endpoint": "z"}},
    "firewall": {"outbound": [{"ips": ["10.0.0.0/8"]}]},
}
STACK = {
    "type": "composable:26.05",
    "stack": {"runtimes": ["php@8.4", {"nodejs@24": {}}], "packages": ["x", {"package": "y"}]},
    "operations": {"o": {"commands": {"start": "x"}, "role": "admin"}},
    "preflight": {"enabled": True, "ignored_rules": ["a"]},
}


@settings(deadline=None)
@given(mutants(SERVICE))
def test_both_agree_on_mutated_services(data):
    assert compiled.service(SERVICE)
    assert compiled.service(data) == decided("service", data)


@settings(deadline=None)
@given(mutants(STACK))
def test_both_agree_on_mutated_composable_apps(data):
    assert compiled.application(STACK)
    assert compiled.application(data) == decided("application", data)
