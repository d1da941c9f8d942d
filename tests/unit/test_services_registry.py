import os
import re
import subprocess
import sys

import pytest

from paasctl.manifest.endpoints import MEMORY_ONLY
from paasctl.model.project import Service
from paasctl.model.service import Credential, Grade, Missing, Provider, ServiceRequest
from paasctl.services.difference import difference
from paasctl.services.registry import FAMILIES, service_type

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAMS = dict.fromkeys(("server", "install", "initdb", "epmd", "erl"), "/opt/x/bin/program")


def request(name, ports=None, **service):
    type_ = service_type(name)

    def secrets(endpoint, username):
        return Credential(username, f"SECRET-of-{endpoint}")

    return ServiceRequest(
        service=Service("db", name, "16", **service),
        provider=Provider(Grade.NATIVE, "16.2", PROGRAMS),
        ports=tuple(range(4000, 4000 + type_.ports)),
        data='/p/.paasctl/it\'s "here"',
        scratch="/tmp/s",
        secrets=secrets,
        root=True,
        python="/usr/bin/python3",
    )


@pytest.mark.parametrize("name", FAMILIES)
def test_every_type_has_endpoints_a_default_and_a_word_in_the_docs(name):
    type_ = service_type(name)
    service = Service("db", name, "10")
    assert name in type_.types
    assert type_.default(service) in type_.endpoints(service)
    with open(os.path.join(ROOT, "docs", "concepts", "services.md"), encoding="utf-8") as page:
        assert f"`{name}`" in page.read()


@pytest.mark.parametrize("name", FAMILIES)
@pytest.mark.parametrize(
    "configuration",
    [{}, {"endpoints": {"admin": {"privileges": {"main": "admin"}}}}, {"schemas": ["a"]}],
)
def test_no_secret_stands_where_others_can_read_it(name, configuration):
    asked = request(name, configuration=configuration)
    run = service_type(name).run(asked)
    shown = repr((run.command, run.env, run.probe, run.directories))
    assert "SECRET" not in shown
    assert all(file.mode == 0o600 for file in run.files)
    assert all(file.path.startswith((asked.data, asked.scratch)) for file in run.files)
    assert all(os.path.dirname(file.path) in run.directories for file in run.files)
    assert run.probe[0] == asked.python
    assert run.grace <= 15


@pytest.mark.parametrize("name", FAMILIES)
def test_no_path_is_written_into_a_script(name):
    asked = request(name)
    run = service_type(name).run(asked)
    assert run.command[:3] == ("/bin/sh", "-eu", "-c")
    assert asked.data not in run.command[3]
    assert asked.data in run.command


@pytest.mark.parametrize("name", FAMILIES)
def test_the_same_request_gives_the_same_run(name):
    assert service_type(name).run(request(name)) == service_type(name).run(request(name))


@pytest.mark.parametrize("name", FAMILIES)
def test_without_any_server_the_way_to_one_is_told(name, monkeypatch):
    monkeypatch.setattr("paasctl.services.programs.executables", lambda *_: ())
    monkeypatch.setattr("paasctl.services.embedded.installed", lambda _: None)
    found = service_type(name).find("1")
    assert isinstance(found, Missing)
    told = "\n".join(found.hints)
    for word in ("apt-get install", "dnf install", "brew install"):
        assert word in told


def test_persistence_is_that_of_the_name():
    for name in FAMILIES:
        memory_only = name in MEMORY_ONLY
        assert service_type(name).persistent is not memory_only


def test_unknown_names_have_no_type():
    assert service_type("solr") is None
    assert service_type("") is None


def test_looking_one_up_imports_no_other_family():
    code = (
        "import sys; from paasctl.services.registry import service_type;"
        "service_type('redis'); print(*sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "paasctl.services.redis" in out.stdout
    assert not re.search("mariadb|postgresql|rabbitmq|subprocess", out.stdout)


@pytest.mark.parametrize(
    ("type_name", "configuration", "expected"),
    [
        ("mariadb", {}, ("mysql", "mysql", "user", "main")),
        ("oracle-mysql", {}, ("mysql", "mysql", "user", "main")),
        ("postgresql", {}, ("postgresql", "pgsql", "main", "main")),
        ("redis-persistent", {}, ("redis", "redis", None, None)),
        ("valkey", {}, ("valkey", "valkey", None, None)),
        ("memcached", {}, ("memcached", "memcached", None, None)),
        ("varnish", {}, ("http", "http", None, None)),
        ("chrome-headless", {}, ("http", "http", None, None)),
        ("influxdb", {}, ("influxdb", "http", "admin", None)),
        ("rabbitmq", {"vhosts": ["x"]}, ("rabbitmq", "amqp", "guest", None)),
        (
            "mariadb",
            {"schemas": ["a"], "endpoints": {"web": {"default_schema": "a"}}},
            ("web", "mysql", "web", "a"),
        ),
        ("mysql", {"schemas": ["a"], "endpoints": {"web": {}}}, ("web", "mysql", "web", None)),
        (
            "postgresql",
            {"endpoints": {"web": {"default_database": "main"}}},
            ("web", "pgsql", "web", "main"),
        ),
        ("postgresql", {"databases": ["a", "b"]}, ("postgresql", "pgsql", "main", "a")),
    ],
)
def test_endpoints_are_those_of_the_platform(type_name, configuration, expected):
    asked = request(type_name, configuration=configuration)
    type_ = service_type(type_name)
    name = type_.default(asked.service)
    endpoint = type_.endpoint(asked, name)
    assert (endpoint.rel, endpoint.scheme, endpoint.username, endpoint.path) == expected
    assert (endpoint.password is None) is (endpoint.username is None)
    assert endpoint.port == 4000
    assert endpoint.query == ({"is_master": True} if expected[1] in ("mysql", "pgsql") else {})
    assert endpoint.short is (type_name in ("memcached", "varnish", "chrome-headless"))


@pytest.mark.parametrize(
    ("type_name", "endpoints", "expected"),
    [
        ("mariadb", {"web": {}, "report": {}}, None),
        ("mariadb", {"mysql": {}, "report": {}}, "mysql"),
        ("postgresql", {"web": {}}, "web"),
        ("postgresql", {"web": {}, "report": {}}, None),
    ],
)
def test_a_default_exists_only_where_it_is_certain(type_name, endpoints, expected):
    service = Service("db", type_name, "1", configuration={"endpoints": endpoints})
    assert service_type(type_name).default(service) == expected


def test_schemas_alone_leave_mariadb_without_an_endpoint():
    service = Service("db", "mariadb", "1", configuration={"schemas": ["a"]})
    assert service_type("mariadb").endpoints(service) == ()
    assert service_type("mariadb").default(service) is None


@pytest.mark.parametrize(
    ("type_name", "asked", "grade", "have", "told"),
    [
        ("mariadb", "10.11", Grade.NATIVE, "10.11.19", None),
        ("postgresql", "15", Grade.NATIVE, "15.18", None),
        ("postgresql", "12", Grade.EMBEDDED, "18.6.3", "the embedded server is 18.6.3"),
        ("mariadb", "10.4", Grade.NATIVE, "10.11.19", "the server of this machine is 10.11.19"),
        ("oracle-mysql", "10.11", Grade.NATIVE, "10.11.19-MariaDB", "is MariaDB 10.11.19"),
    ],
)
def test_another_version_or_product_is_told(type_name, asked, grade, have, told):
    service = Service("db", type_name, asked)
    said = difference(service, Provider(grade, have, {}))
    assert said is None if told is None else told in said


def test_postgresql_with_databases_alone_has_its_one_user_under_both_names():
    asked = request("postgresql", configuration={"databases": ["a"]})
    type_ = service_type("postgresql")
    assert type_.endpoints(asked.service) == ("postgresql", "postgresql-replica", "main")
    standard, main = (type_.endpoint(asked, name) for name in ("postgresql", "main"))
    assert main == standard._replace(rel="main")
    assert main.username == "main"
