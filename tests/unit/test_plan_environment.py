"""What each process of the long example of seed 004 sees (spec 02.5, Vector B), key by key."""

import json
import os
from base64 import b64decode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.model.host import (
    AppFacts,
    Git,
    HostFacts,
    Identity,
    Namespaces,
    ServiceFacts,
    Toolchain,
    Tools,
)
from paasctl.model.project import (
    App,
    Commands,
    Hooks,
    Location,
    Mount,
    MountSource,
    Project,
    Relationship,
    Route,
    Runtime,
    Service,
    Settings,
    Upstream,
    Web,
    Worker,
)
from paasctl.model.service import (
    Credential,
    Endpoint,
    Grade,
    Missing,
    Provider,
    ServiceRun,
    ServiceType,
)
from paasctl.plan.build import build
from paasctl.plan.variables import environment_texts, platform_variables

FIXTURES = os.path.join(
    os.path.dirname(__file__), "..", "..", "..", "shared", "conformance", "config-reader-python"
)


def server(scheme, rel, **fields):
    """A service type of our own: enough to see what a plan makes of any."""

    def endpoint(request, name):
        login = request.secrets(name, "user") if fields.get("path") else Credential(None, None)
        return Endpoint(rel, scheme, request.ports[0], login.username, login.password, **fields)

    return ServiceType(
        types=(rel,),
        find=lambda version: Missing(()),
        run=lambda request: ServiceRun(("serve", str(request.ports[0])), ("probe",)),
        endpoint=endpoint,
        endpoints=lambda service: (rel,),
        default=lambda service: rel,
    )


MYSQL = server("mysql", "mysql", path="main", query={"is_master": True})
RABBITMQ = server("amqp", "rabbitmq")
FOUND = Provider(Grade.NATIVE, "1", {})
RELATED = (
    Relationship("database", "mysqldb", "mysql"),
    Relationship("messages", "rabbitqueue", "rabbitmq"),
)


def mount(path, source=MountSource.LOCAL):
    return Mount(path, source, path)


def vector_b(**changes):
    app = App(
        name="app",
        runtime=Runtime("python", "3.7"),
        root="",
        variables={"env": {"type": "none"}, "shop": {"currencies": ["EUR", "USD"]}},
        hooks=Hooks(build="pip install -r requirements.txt", deploy="python migrate.py"),
        web=Web(
            settings=Settings(
                disk=2048,
                relationships=RELATED,
                variables={"env": {"type": "web"}},
                mounts=(mount("uploads"),),
            ),
            commands=Commands(start="gunicorn -b $PORT project.wsgi:application"),
            locations=(
                Location("/", root="", passthru=True, allow=False),
                Location("/static", root="static/"),
            ),
        ),
        workers=(
            Worker(
                "queue",
                Settings(
                    size="M",
                    disk=512,
                    relationships=RELATED,
                    variables={"env": {"type": "worker"}},
                    mounts=(mount("scratch"),),
                ),
                Commands(start="python queue-worker.py\n"),
            ),
            Worker(
                "mail",
                Settings(
                    size="S",
                    disk=256,
                    relationships=(Relationship("emails", "rabbitqueue", "rabbitmq"),),
                    variables={"env": {"type": "worker"}},
                ),
                Commands(start="python mail-worker.py\n"),
            ),
        ),
    )
    return Project(
        root="/srv/shop",
        flavour="platformsh",
        apps=(app._replace(**changes),),
        services=(
            Service("mysqldb", "mariadb", "10.4"),
            Service("rabbitqueue", "rabbitmq", "3.11"),
        ),
        routes=(
            Route("https://{default}/", "upstream", upstream="app:http", id="main"),
            Route("https://www.{default}/", "redirect", to="https://{default}/"),
        ),
    )


def facts(**changes):
    return HostFacts(
        state_dir="/srv/shop/.paasctl",
        scratch="/run/user/1000/paasctl-x",
        tools=Tools("/bin/dash", "/opt/python", "/bin/unshare", "/bin/mount", "/bin/setpriv"),
        identity=Identity("demoproj1a2b3", "e" * 56),
        secret=lambda service, name, user: Credential(user, f"secret of {service}"),
        git=Git("feature/X", "c" * 40, "a" * 40),
        apps={"app": AppFacts(Toolchain("/opt/python3.8/bin/python", "3.8.18"))},
        services={
            "mysqldb": ServiceFacts(MYSQL, FOUND),
            "rabbitqueue": ServiceFacts(RABBITMQ, FOUND),
        },
        ports={
            "app": 20000,
            "app--queue": 20001,
            "app--mail": 20002,
            "mysqldb": 20003,
            "rabbitqueue": 20004,
        },
        namespaces=Namespaces.ROOT,
        user="me",
        path="/usr/bin:/bin",
        network={"HTTPS_PROXY": "http://proxy"},
    )._replace(**changes)


def environment(instance, project=None, on=None):
    return dict(build(project or vector_b(), on or facts()).spec(instance).env)


def payload(env, name):
    return json.loads(b64decode(env[name], validate=True))


COMMON = {
    "USER": "me",
    "LOGNAME": "me",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "HOME": "/srv/shop",
    "PATH": "/srv/shop/.paasctl/env/app/bin:/usr/bin:/bin",
    "VIRTUAL_ENV": "/srv/shop/.paasctl/env/app",
    "PYTHONUNBUFFERED": "1",
    "PLATFORM_APP_DIR": "/srv/shop",
    "PLATFORM_APPLICATION_NAME": "app",
    "PLATFORM_PROJECT": "demoproj1a2b3",
    "PLATFORM_PROJECT_ENTROPY": "e" * 56,
    "PLATFORM_TREE_ID": "a" * 40,
}
RUNNING = {
    "PLATFORM_BRANCH": "feature/X",
    "PLATFORM_ENVIRONMENT_TYPE": "development",
    "PLATFORM_DIR": "/srv/shop",
    "PLATFORM_DOCUMENT_ROOT": "/srv/shop",
    "PLATFORM_SMTP_HOST": "",
    "PLATFORM_VARIABLES": "e30=",
}
MARK = "/srv/shop/.paasctl|"
GOLDEN = {
    "app": {
        **COMMON,
        **RUNNING,
        "TYPE": "web",
        "PORT": "20000",
        "PLATFORM_APP_COMMAND": "gunicorn -b $PORT project.wsgi:application",
        "PAASCTL_INSTANCE": MARK + "web|app",
    },
    "app--queue": {
        **COMMON,
        **RUNNING,
        "TYPE": "worker",
        "PORT": "20001",
        "PLATFORM_APP_COMMAND": "python queue-worker.py\n",
        "PAASCTL_INSTANCE": MARK + "worker|app--queue",
    },
    "app--mail": {
        **COMMON,
        **RUNNING,
        "TYPE": "worker",
        "PORT": "20002",
        "PLATFORM_APP_COMMAND": "python mail-worker.py\n",
        "PAASCTL_INSTANCE": MARK + "worker|app--mail",
    },
    "app.build": {
        **COMMON,
        "TYPE": "none",
        "CI": "true",
        "HTTPS_PROXY": "http://proxy",
        "XDG_CACHE_HOME": "/srv/shop/.paasctl/cache",
        "PIP_CACHE_DIR": "/srv/shop/.paasctl/cache/pip",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "npm_config_cache": "/srv/shop/.paasctl/cache/npm",
        "PLATFORM_CACHE_DIR": "/srv/shop/.paasctl/cache",
        "PLATFORM_OUTPUT_DIR": "/srv/shop",
        "PLATFORM_SOURCE_DIR": "/srv/shop",
        "PLATFORM_VENDOR": "platformsh",
        "PAASCTL_INSTANCE": MARK + "hook|app.build",
    },
}
DOCUMENTS = {"PLATFORM_APPLICATION", "PLATFORM_RELATIONSHIPS", "PLATFORM_ROUTES"}


@pytest.mark.parametrize("instance", GOLDEN)
def test_every_process_of_the_long_example_sees_exactly_this(instance):
    env = environment(instance, on=facts(service_variables=False))
    rest = {name: env.pop(name) for name in DOCUMENTS & env.keys()}
    name = env.pop("PLATFORM_ENVIRONMENT", None)
    if instance == "app.build":
        assert name is None, "client libraries would take the build for run time"
        assert rest.keys() == {"PLATFORM_APPLICATION"}
        assert payload(env, "PLATFORM_VARIABLES") == {"shop:currencies": ["EUR", "USD"]}
        env.pop("PLATFORM_VARIABLES")
    else:
        assert name.startswith("feature-x-")
        assert len(name) == len("feature-x-") + 7
        assert rest.keys() == DOCUMENTS
    assert env == GOLDEN[instance]


def test_a_process_sees_the_relationships_of_its_own_instance_only():
    web, mail = environment("app"), environment("app--mail")
    assert set(payload(web, "PLATFORM_RELATIONSHIPS")) == {"database", "messages"}
    assert set(payload(mail, "PLATFORM_RELATIONSHIPS")) == {"emails"}
    assert "secret of mysqldb" not in json.dumps(mail)
    assert not any(name.startswith(("DATABASE_", "MESSAGES_")) for name in mail)
    assert mail["EMAILS_PORT"] == "20004"


def test_the_database_is_where_it_really_listens():
    (item,) = payload(environment("app"), "PLATFORM_RELATIONSHIPS")["database"]
    hostname = item.pop("hostname")
    cluster = item.pop("cluster")
    assert item == {
        "host": "127.0.0.1",
        "ip": "127.0.0.1",
        "instance_ips": ["127.0.0.1"],
        "service": "mysqldb",
        "rel": "mysql",
        "scheme": "mysql",
        "type": "mariadb:10.4",
        "port": 20003,
        "username": "user",
        "password": "secret of mysqldb",
        "path": "main",
        "query": {"is_master": True},
        "fragment": None,
        "public": False,
        "host_mapped": False,
        "epoch": 0,
    }
    assert hostname.endswith(".mysqldb.service._.local.platformsh.site")
    assert cluster.startswith("demoproj1a2b3-feature-x-")


def test_service_variables_are_spelled_as_the_platform_spells_them():
    env = environment("app")
    seen = {name: env[f"DATABASE_{name}"] for name in ("HOST", "PORT", "QUERY", "PUBLIC", "EPOCH")}
    assert seen == {
        "HOST": "127.0.0.1",
        "PORT": "20003",
        "QUERY": "{'is_master': True}",
        "PUBLIC": "false",
        "EPOCH": "0",
    }
    assert env["DATABASE_FRAGMENT"] == ""
    assert env["DATABASE_URL"] == "mysql://user:secret%20of%20mysqldb@127.0.0.1:20003/main"


def web_with(**settings):
    web = vector_b().apps[0].web
    return vector_b(web=web._replace(settings=web.settings._replace(**settings)))


@pytest.mark.parametrize(
    ("variables", "name", "value"),
    [
        ({"env": {"database_host": "mine"}}, "DATABASE_HOST", "mine"),
        ({"env": {"PYTHONUNBUFFERED": ""}}, "PYTHONUNBUFFERED", ""),
        ({"env": {"TZ": "Asia/Tokyo"}}, "TZ", "Asia/Tokyo"),
        ({"env": {"PORT": "1"}}, "PORT", "20000"),
        ({"env": {"PLATFORM_PROJECT": "x"}}, "PLATFORM_PROJECT", "demoproj1a2b3"),
        ({"env": {"PATH": "/mine"}}, "PATH", "/srv/shop/.paasctl/env/app/bin:/mine"),
    ],
)
def test_who_has_the_last_word(variables, name, value):
    assert environment("app", web_with(variables=variables))[name] == value


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("as is", "as is"),
        (["red", "green"], '["red", "green"]'),
        ({"a": "1 kg"}, '{"a": "1 kg"}'),
        (True, "true"),
        (5, "5"),
        (1.5, "1.5"),
        ("", ""),
    ],
)
def test_values_as_environment_texts(value, text):
    assert environment_texts({"env": {"x": value}}) == {"X": text}


def test_null_leaves_a_variable_unset_and_bad_names_are_reported():
    project = web_with(variables={"env": {"gone": None, "a b": "x"}})
    built = build(project, facts())
    assert not {"GONE", "A B"} & built.spec("app").env.keys()
    assert any("a b" in warning for warning in built.plan.warnings)


def test_other_prefixes_travel_in_platform_variables():
    variables = {"env": {"a": 1}, "d8config": {"system.site:name": "Demo"}, "php": {"x": "1"}}
    assert platform_variables(variables) == {"d8config:system.site:name": "Demo", "php:x": "1"}


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_any_relationship_name_makes_names_that_a_shell_can_read(name):
    project = web_with(relationships=(Relationship(name, "mysqldb", "mysql"),))
    env = environment("app", project)
    new = env.keys() - environment("app", web_with(relationships=())).keys()
    assert new
    assert all(set(key) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_") for key in new)


def test_a_unix_upstream_gets_a_socket_instead_of_a_port():
    web = vector_b().apps[0].web._replace(upstream=Upstream("unix"))
    spec = build(vector_b(web=web), facts()).spec("app")
    assert spec.env["SOCKET"] == "/run/user/1000/paasctl-x/app.sock"
    assert "PORT" not in spec.env
    assert (spec.port, spec.listen) == (None, "unix:/run/user/1000/paasctl-x/app.sock")


@pytest.mark.parametrize(
    ("locations", "root"),
    [
        ((), "/srv/shop"),
        ((Location("/", root="web"),), "/srv/shop/web"),
        ((Location("/x", root="a"), Location("/y", root="b/")), "/srv/shop/b"),
        ((Location("/", passthru=True), Location("/x", root="a")), "/srv/shop"),
    ],
)
def test_the_document_root(locations, root):
    web = vector_b().apps[0].web._replace(locations=locations)
    assert environment("app", vector_b(web=web))["PLATFORM_DOCUMENT_ROOT"] == root


def test_a_worker_describes_itself_and_the_web_describes_everything():
    worker = payload(environment("app--queue"), "PLATFORM_APPLICATION")
    assert (worker["name"], worker["size"], worker["disk"]) == ("app--queue", "M", 512)
    assert worker["worker"]["commands"]["start"] == "python queue-worker.py\n"
    assert not {"web", "hooks", "crons", "workers"} & worker.keys()
    web = payload(environment("app"), "PLATFORM_APPLICATION")
    assert web["relationships"]["database"] == {"service": "mysqldb", "endpoint": "mysql"}
    assert web["mounts"] == {"uploads": {"source": "local", "source_path": "uploads"}}


def test_the_build_is_told_nothing_that_may_change_without_a_build():
    document = payload(environment("app.build"), "PLATFORM_APPLICATION")
    hidden = {"access", "relationships", "crons", "firewall", "resources", "size", "disk"}
    assert not hidden & document.keys()
    assert document["hooks"].keys() == {"build"}
    assert document["web"].keys() == {"mounts"}
    assert all(worker.keys() == {"mounts"} for worker in document["workers"].values())


def fixture(name):
    path = os.path.join(FIXTURES, name)
    if not os.path.exists(path):
        pytest.skip(f"the conformance fixtures are not beside the repository: {path}")
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def assert_covers(ours, theirs, open_keys, where="$"):
    """Every key of the fixture is there with the same JSON type, null standing for any."""
    if isinstance(theirs, dict) and where not in open_keys:
        missing = theirs.keys() - ours.keys()
        assert not missing, f"{where} lacks {missing}"
        for key, value in theirs.items():
            assert_covers(ours[key], value, open_keys, f"{where}.{key}")
    elif ours is not None and theirs is not None:
        assert type(ours) is type(theirs) or where.endswith(".passthru"), where


def test_the_application_has_the_shape_that_client_libraries_expect():
    app = vector_b()._replace()
    location = Location("/", root="web", passthru="/index.php")
    web = app.apps[0].web._replace(locations=(location,))
    ours = payload(environment("app", vector_b(web=web)), "PLATFORM_APPLICATION")
    assert_covers(
        ours,
        fixture("PLATFORM_APPLICATION.json"),
        {"$.relationships", "$.runtime", "$.mounts", "$.variables"},
    )


def test_relationships_have_the_shape_that_client_libraries_expect():
    (item,) = payload(environment("app"), "PLATFORM_RELATIONSHIPS")["database"]
    for theirs in fixture("PLATFORM_RELATIONSHIPS.json").values():
        assert_covers(item, theirs[0], set())


def test_routes_have_the_shape_that_client_libraries_expect():
    routes = payload(environment("app"), "PLATFORM_ROUTES")
    assert list(routes) == ["http://127.0.0.1:20000/"]
    (ours,) = routes.values()
    assert (ours["upstream"], ours["id"], ours["primary"]) == ("app", "main", True)
    assert ours["original_url"] == "https://{default}/"
    for theirs in fixture("PLATFORM_ROUTES.json").values():
        if theirs["type"] == "upstream":
            assert_covers(ours, theirs, set())


def test_the_environment_has_the_names_that_client_libraries_expect():
    build_names = fixture("ENV.json").keys() - {"SOME_VARIABLE"}
    assert build_names <= environment("app.build").keys()
    # PORT or SOCKET: each belongs to one socket family (Q10)
    runtime_names = fixture("ENV_runtime.json").keys() - {"SOCKET"}
    assert build_names | runtime_names <= environment("app").keys()


def test_nothing_of_the_callers_environment_gets_in(monkeypatch):
    monkeypatch.setenv("PAASCTL_TEST_LEAK", "leaked")
    assert "leaked" not in json.dumps(
        [spec.env for spec in build(vector_b(), facts()).plan.instances]
    )


def test_a_copy_of_an_endpoint_is_the_endpoint_itself():
    project = vector_b()
    (app,) = project.apps
    links = (*RELATED, Relationship("copy", "mysqldb", "mysql-all"))
    app = app._replace(web=app.web._replace(settings=Settings(relationships=links)))
    found = payload(environment("app", project._replace(apps=(app,))), "PLATFORM_RELATIONSHIPS")
    (first,), (copy,) = found["database"], found["copy"]
    assert copy == {**first, "rel": "mysql-all"}


def test_a_relationship_that_cannot_be_had_is_left_out_and_named():
    project = vector_b()
    (app,) = project.apps
    links = (*RELATED, Relationship("x", "mysqldb", "mysqlx"))
    app = app._replace(web=app.web._replace(settings=Settings(relationships=links)))
    built = build(project._replace(apps=(app,)), facts())
    assert set(payload(built.spec("app").env, "PLATFORM_RELATIONSHIPS")) == {"database", "messages"}
    (said,) = [warning for warning in built.plan.warnings if "left out" in warning]
    assert said == (
        'the relationship "x" is left out: "mysqldb" has no endpoint mysqlx here (it has: mysql)'
    )


def test_a_service_in_front_of_an_app_is_told_where_the_app_listens():
    front = Service("front", "varnish", "6.0", relationships=(Relationship("shop", "app", "http"),))
    project = vector_b()._replace(services=(front,))
    asked = []
    type_ = MYSQL._replace(run=lambda request: asked.append(request) or ServiceRun((), ()))
    ports = {**facts().ports, "front": 20009}
    build(project, facts(services={"front": ServiceFacts(type_, FOUND)}, ports=ports))
    assert [request.behind for request in asked] == [{"shop": 20000}]
