"""A server that runs elsewhere: which URLs are taken, and what relationships show of them."""

import json
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.host.obstacle import Cause, Obstacle
from paasctl.host.serverfacts import server_facts
from paasctl.manifest.endpoints import STANDARD
from paasctl.model.host import HostFacts, Identity, ServiceFacts, Tools
from paasctl.model.project import (
    App,
    Commands,
    Project,
    Relationship,
    Runtime,
    Service,
    Settings,
    Web,
    Worker,
)
from paasctl.model.service import Credential
from paasctl.plan.build import build
from paasctl.services.external import UnusableError, address_of, endpoint, example, external
from paasctl.services.registry import FAMILIES, service_type
from paasctl.services.shapes import SHAPES

SHORT = {"memcached", "kafka", "varnish", "chrome-headless", "gotenberg"}


def shown(type_name, url, name="x", **configuration):
    """Return the endpoint that a service with this URL has."""
    service = Service("db", type_name, "1", configuration=configuration)
    return endpoint(service, external(type_name, url), name)


@pytest.mark.parametrize(
    ("type_name", "url", "scheme", "port", "login", "path", "query"),
    [
        ("mariadb", "mysql://u:p@h/shop", "mysql", 3306, ("u", "p"), "shop", {"is_master": True}),
        ("mysql", "mariadb://u@h:1/", "mysql", 1, ("u", ""), None, {"is_master": True}),
        ("oracle-mysql", "mysqlx://u@h", "mysqlx", 3306, ("u", ""), None, {"is_master": True}),
        ("postgresql", "postgres://h/a", "pgsql", 5432, (None, None), "a", {"is_master": True}),
        ("redis", "redis://:s3cret@h", "redis", 6379, (None, "s3cret"), None, {}),
        ("redis", "rediss://h", "rediss", 6379, (None, None), None, {}),
        ("valkey", "redis://h:7", "valkey", 7, (None, None), None, {}),
        ("rabbitmq", "amqps://g:g@h", "amqps", 5671, ("g", "g"), None, {}),
        ("elasticsearch", "http://h:9200", "http", 9200, (None, None), None, {}),
        ("opensearch", "https://u:%40%2F@h", "https", 443, ("u", "@/"), None, {}),
        ("solr", "http://h:8983", "solr", 8983, (None, None), "solr/collection1", {}),
        ("solr", "http://h:8983/solr/a", "solr", 8983, (None, None), "solr/a", {}),
        ("mongodb", "mongodb://m@h/m", "mongodb", 27017, ("m", None), "m", {"is_master": True}),
        (
            "influxdb",
            "http://admin:p@h:8086?org=main&bucket=main&api_token=t",
            *("http", 8086, ("admin", "p"), None),
            {"org": "main", "bucket": "main", "api_token": "t"},
        ),
        ("clickhouse", "https://u@h:8443/m", "https", 8443, ("u", None), "m", {"is_master": True}),
        ("vault-kms", "http://h:8200", "http", 8200, (None, ""), "/", {"is_master": True}),
        ("vespa", "http://h:8080", "http", 8080, (None, None), None, {}),
        ("unheard-of", "gopher://u@h:70/x", "gopher", 70, ("u", None), "x", {}),
    ],
)
def test_the_fields_are_the_platforms_and_the_values_the_urls(
    type_name, url, scheme, port, login, path, query
):
    found = shown(type_name, url)
    assert (found.host, found.scheme, found.port) == ("h", scheme, port)
    assert (found.username, found.password) == login
    assert found.path == path
    assert found.query == query
    assert not found.short


@pytest.mark.parametrize("type_name", sorted(SHORT))
def test_types_that_the_platform_shows_in_short_have_no_login(type_name):
    scheme = next(iter(SHAPES[type_name].schemes))
    found = shown(type_name, f"{scheme}://u:p@h:1/x")
    assert found.short
    assert (found.host, found.port, found.username, found.path) == ("h", 1, None, None)


@pytest.mark.parametrize(
    ("type_name", "key", "path"),
    [
        ("mariadb", "default_schema", "a"),
        ("postgresql", "default_database", "a"),
        ("clickhouse", "default_database", "a"),
        ("solr", "core", "solr/a"),
    ],
)
def test_without_a_path_the_endpoints_own_configuration_says_it(type_name, key, path):
    scheme = next(iter(SHAPES[type_name].schemes))
    assert shown(type_name, f"{scheme}://h", "e", endpoints={"e": {key: "a"}}).path == path


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("h:3306", "no scheme and host"),
        ("mysql:h", "no scheme and host"),
        ("mysql://", "no scheme and host"),
        ("mysql://a b", "no scheme and host"),
        ("http://h", "MariaDB is reached by mysql://, mariadb://, not by http://"),
        ("mysql://h:port", "cannot be read"),
        ("mysql://h:66000", "cannot be read"),
        ("mysql://[::1", "cannot be read"),
        ("mysql://u:a#b@h", "write %23"),
    ],
)
def test_what_is_no_url_for_the_type_is_refused_with_an_example(url, said):
    with pytest.raises(UnusableError) as caught:
        external("mariadb", url)
    assert said in str(caught.value)
    assert caught.value.example == "mysql://USER:PASSWORD@HOST:3306/NAME"


@given(st.text(min_size=1).map(lambda text: f"secret{text}"), st.sampled_from(sorted(SHAPES)))
def test_no_refusal_and_no_address_has_a_password_in_it(secret, type_name):
    for scheme in ("http", "mysql", "x"):
        url = f"{scheme}://user:{secret}@host:1/?token={secret}"
        try:
            told = external(type_name, url).address
        except UnusableError as unusable:
            told = f"{unusable} {unusable.example}"
        assert "secret" not in told


@pytest.mark.parametrize("type_name", SHAPES)
def test_the_example_of_each_type_is_taken(type_name):
    if SHAPES[type_name].schemes:
        found = external(type_name, example(type_name))
        assert found.port == next(iter(SHAPES[type_name].endpoints.values()), 80)


def test_the_table_has_the_types_and_endpoints_that_manifests_are_checked_for():
    assert STANDARD.keys() <= SHAPES.keys()
    for name, endpoints in STANDARD.items():
        assert tuple(SHAPES[name].endpoints) == endpoints, name


@pytest.mark.parametrize("name", FAMILIES)
def test_a_type_that_runs_here_has_the_endpoints_of_the_table(name):
    offered = service_type(name).endpoints(Service("db", name, "10"))
    assert set(offered) <= set(SHAPES[name].endpoints)


def test_an_address_is_shown_without_login_and_query():
    assert address_of("amqp://guest:x@[::1]:5/v?heartbeat=1") == "amqp://[::1]:5/v"


SERVICES = (Service("db", "postgresql", "15"), Service("files", "network-storage", "1"))


@pytest.mark.parametrize(
    ("urls", "cause", "said"),
    [
        ({"dv": "postgres://h"}, Cause.UNKNOWN_SERVICE, "services here: db, files"),
        ({"db": "http://h"}, Cause.UNUSABLE_URL, "--service db=postgresql://USER:PASSWORD@"),
        ({"files": "http://h"}, Cause.UNUSABLE_URL, "a directory that applications mount"),
    ],
)
def test_a_wish_that_cannot_be_granted_is_an_obstacle(urls, cause, said):
    with pytest.raises(Obstacle) as caught:
        server_facts(SERVICES, urls)
    assert caught.value.cause is cause
    assert said in f"{caught.value.message} {caught.value.fix}"


def planned(type_name, url, **service):
    """Return what is planned for an app with a relationship to a server elsewhere."""
    link = (Relationship("search", "engine", "custom"),)
    app = App(
        name="app",
        runtime=Runtime("golang", "1"),
        root="",
        web=Web(Settings(relationships=link), Commands(start="serve")),
        workers=(Worker("mail", Settings(), Commands(start="send")),),
    )
    asked = Service("engine", type_name, "9", **service)
    facts = HostFacts(
        state_dir="/p/.paasctl",
        scratch="/s",
        tools=Tools(),
        identity=Identity("p", "e"),
        secret=lambda service, name, user: Credential(user, "generated"),
        services={"engine": ServiceFacts(None, external(type_name, url))},
        ports={"app": 20000, "app--mail": 20001},
    )
    return build(Project("/p", "platformsh", (app,), (asked,)), facts)


def test_nothing_is_started_for_it_and_only_who_has_the_relationship_can_see_it():
    built = planned("solr", "http://h:8983", configuration={"endpoints": {"custom": {"core": "a"}}})
    assert [spec.id for spec in built.plan.instances] == ["app", "app--mail"]
    assert built.missing == ()
    env = built.spec("app").env
    (item,) = json.loads(b64decode(env["PLATFORM_RELATIONSHIPS"]))["search"]
    unique = item.pop("hostname")
    assert unique.endswith(".engine.service._.local.platformsh.site")
    assert item.pop("cluster").startswith("p-main-")
    assert item == {
        "host": "h",
        "ip": "h",
        "instance_ips": ["h"],
        "port": 8983,
        "scheme": "solr",
        "service": "engine",
        "rel": "custom",
        "type": "solr:9",
        "path": "solr/a",
        "username": None,
        "password": None,
        "query": {},
        "fragment": None,
        "public": False,
        "host_mapped": False,
        "epoch": 0,
    }
    assert env["SEARCH_URL"] == "solr://h:8983/solr/a"
    assert b64decode(built.spec("app--mail").env["PLATFORM_RELATIONSHIPS"]) == b"{}"


def test_the_url_of_a_numeric_address_of_the_new_kind_is_a_url():
    env = planned("opensearch", "http://[::1]:9200").spec("app").env
    assert env["SEARCH_HOST"] == "::1"
    assert env["SEARCH_URL"] == "http://[::1]:9200"
