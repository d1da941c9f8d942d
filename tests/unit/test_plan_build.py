"""A project and facts become a plan: ids, stages, due hooks, mounts, fingerprints."""

import json

import pytest

from paasctl.model.host import (
    AppFacts,
    BuildWish,
    Git,
    HostFacts,
    Identity,
    Namespaces,
    ServiceFacts,
    Toolchain,
    Tools,
)
from paasctl.model.plan import Kind, Link, Stage, plan_from_json, plan_to_json
from paasctl.model.project import (
    App,
    Commands,
    Hooks,
    Mount,
    MountSource,
    Project,
    Relationship,
    Route,
    Runtime,
    Service,
    Settings,
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
from paasctl.plan.buildid import changed, is_dependency_file, phrase, record_of
from paasctl.plan.ports import wanted

CACHE = ServiceType(
    types=("redis",),
    find=lambda version: Missing(()),
    run=lambda request: ServiceRun(
        command=("serve", str(request.ports[1])),
        probe=("probe", request.scratch),
        directories=(f"{request.data}/sub",),
        stop_signal=2,
        grace=30.0,
    ),
    endpoint=lambda request, name: Endpoint("redis", "redis", request.ports[0]),
    endpoints=lambda service: ("redis",),
    default=lambda service: "redis",
    ports=2,
)
LOCAL = Settings(mounts=(Mount("var/data", MountSource.LOCAL, "data"),))


def app(name="app", workers=("queue",), settings=LOCAL, **changes):
    return App(
        name=name,
        runtime=Runtime("nodejs", "20"),
        root="",
        web=Web(settings, Commands(start="node server.js")),
        workers=tuple(Worker(worker, settings, Commands(start="node w.js")) for worker in workers),
    )._replace(**changes)


def project(*apps, **changes):
    return Project(root="/p", flavour="platformsh", apps=apps or (app(),))._replace(**changes)


def facts(of, **changes):
    scale = changes.get("scale", {})
    names = wanted(of, {service.name: 2 for service in of.services}, scale)
    return HostFacts(
        state_dir="/p/.paasctl",
        scratch="/s",
        tools=Tools("/bin/sh", "/opt/python", "/bin/unshare", "/bin/mount", "/bin/setpriv"),
        identity=Identity("pid", "e" * 56),
        secret=lambda service, name, user: Credential(user, "secret"),
        ports={name: 20000 + index for index, name in enumerate(names)},
        namespaces=Namespaces.ROOT,
    )._replace(**changes)


def plan(of, **changes):
    return build(of, facts(of, **changes))


def ids(built):
    return [spec.id for spec in built.plan.instances]


def test_each_replica_is_an_instance_with_a_port_and_a_store_of_its_own():
    built = plan(project(), scale={"app--queue": 3})
    assert ids(built) == ["app", "app--queue", "app--queue.2", "app--queue.3"]
    third = built.spec("app--queue.3")
    assert (third.name, third.log, third.port) == ("queue.3", "app--queue.3.log", 20003)
    assert "/p/.paasctl/mounts/app--queue.3/data" in third.enclosure
    assert third.env["PORT"] == "20003"


def test_scaled_to_nothing_a_worker_has_no_instance():
    assert ids(plan(project(), scale={"app--queue": 0})) == ["app"]


def test_two_workers_of_one_name_are_called_by_their_ids():
    built = plan(project(app("a"), app("b", root="b")))
    assert [(spec.id, spec.name) for spec in built.plan.instances] == [
        ("a", "a"), ("b", "b"), ("a--queue", "a--queue"), ("b--queue", "b--queue"),
    ]  # fmt: skip
    assert built.spec("b").cwd == "/p/b"
    assert built.spec("b--queue").env["PLATFORM_APP_DIR"] == "/p/b"


def test_a_worker_named_like_a_service_is_called_by_its_id():
    of = project(services=(Service("queue", "redis", "7"),))
    built = plan(of, services={"queue": ServiceFacts(CACHE, Provider(Grade.NATIVE, "7", {}))})
    assert {spec.id: spec.name for spec in built.plan.instances} == {
        "app": "app", "app--queue": "app--queue", "queue": "queue",
    }  # fmt: skip


def test_a_server_of_another_version_is_named():
    of = project(services=(Service("cache", "redis", "7"),))
    built = plan(of, services={"cache": ServiceFacts(CACHE, Provider(Grade.EMBEDDED, "9.1", {}))})
    assert built.plan.warnings == (
        "service cache is redis:7 in the manifest; the embedded server is 9.1",
    )


def test_a_web_instance_without_a_command_does_not_run():
    of = project(app(web=Web(Settings())))
    built = plan(of)
    assert ids(built) == ["app--queue"]
    assert built.plan.urls == ()


def test_web_is_ready_when_its_port_accepts_and_a_worker_after_a_second():
    built = plan(project())
    assert built.spec("app").listen == "tcp:127.0.0.1:20000"
    assert built.plan.urls == (("app", "http://127.0.0.1:20000/"),)
    queue = built.spec("app--queue")
    assert (queue.listen, queue.probe, queue.settle) == (None, (), 1.0)


def test_a_service_is_run_as_its_type_says():
    of = project(services=(Service("cache", "redis", "7"),))
    built = plan(of, services={"cache": ServiceFacts(CACHE, Provider(Grade.NATIVE, "7", {}))})
    spec = built.spec("cache")
    assert (spec.kind, spec.stage, spec.command) == (
        Kind.SERVICE,
        Stage.PREPARE,
        ("serve", "20003"),
    )
    assert (spec.port, spec.probe, spec.stop_signal, spec.grace) == (
        20002, ("probe", "/s/cache"), 2, 30.0,
    )  # fmt: skip
    assert spec.env["PAASCTL_INSTANCE"] == "/p/.paasctl|service|cache"
    assert {"/p/.paasctl/data/cache", "/s/cache", "/p/.paasctl/data/cache/sub"} <= set(
        built.layout.directories
    )


@pytest.mark.parametrize(
    ("known", "hints"),
    [
        ({"cache": ServiceFacts(CACHE, Missing(("apt install it",)))}, ("apt install it",)),
        ({"cache": ServiceFacts(None, Missing(()))}, ()),
        ({}, ()),
    ],
)
def test_a_service_without_a_server_is_missing_and_leaves_no_address_behind(known, hints):
    related = Settings(relationships=(Relationship("c", "cache", "redis"),))
    of = project(app(settings=related), services=(Service("cache", "redis", "7"),))
    built = plan(of, services=known)
    assert [tuple(missing) for missing in built.missing] == [("cache", "redis:7", hints)]
    assert built.spec("app").env["PLATFORM_RELATIONSHIPS"] == "e30="


def test_network_storage_is_a_directory_and_never_missing():
    shared = Settings(mounts=(Mount("files", MountSource.SERVICE, "x", "storage"),))
    of = project(app(settings=shared), services=(Service("storage", "network-storage", "1.0"),))
    built = plan(of)
    assert built.missing == ()
    assert ids(built) == ["app", "app--queue"]
    store = "/p/.paasctl/mounts/.service/storage/x"
    assert all(store in spec.enclosure for spec in built.plan.instances)


def test_an_app_may_be_related_to_another():
    related = Settings(relationships=(Relationship("api", "back", "http"),))
    built = plan(project(app("front", settings=related), app("back", root="back", workers=())))
    assert built.spec("front").env["API_HOST"] == "127.0.0.1"
    assert built.spec("front").env["API_PORT"] == str(built.spec("back").port)


# --- mounts ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "web", "queue"),
    [
        (MountSource.LOCAL, "app/data", "app--queue/data"),
        (MountSource.TMP, ".tmp/app/data", ".tmp/app--queue/data"),
        (MountSource.INSTANCE, ".instance/app/data", ".instance/app--queue/data"),
        (MountSource.STORAGE, ".storage/app/data", ".storage/app/data"),
        (MountSource.SERVICE, ".service/app/data", ".service/app/data"),
    ],
)
def test_where_the_files_of_a_mount_live(source, web, queue):
    settings = Settings(mounts=(Mount("/m/", source, "data"),))
    built = plan(project(app(settings=settings)))
    for instance, store in (("app", web), ("app--queue", queue)):
        bound = built.spec(instance).enclosure[-4:]
        assert bound == ("/p", f"/p/.paasctl/mounts/{store}", "/p/m", "--")
        assert bound[1] in built.layout.directories
    assert "/p/m" in built.layout.directories


@pytest.mark.parametrize("source_path", ["../../etc", "/../etc", "a/../../../etc"])
def test_no_source_path_leads_out_of_the_store(source_path):
    settings = Settings(mounts=(Mount("m", MountSource.LOCAL, source_path),))
    store = plan(project(app(settings=settings))).spec("app").enclosure[-3]
    assert store == "/p/.paasctl/mounts/app/etc"


def test_the_deploy_hook_sees_the_mounts_of_web_and_the_build_sees_none():
    built = plan(project(app(hooks=Hooks(build="b", deploy="d", post_deploy="p"))))
    assert built.spec("app.deploy").enclosure == built.spec("app").enclosure
    assert built.spec("app.post_deploy").enclosure == built.spec("app").enclosure
    assert built.spec("app.build").enclosure == ()


def test_without_mounts_nothing_stands_before_the_command():
    assert plan(project(app(settings=Settings()))).spec("app").enclosure == ()


def test_isolation_encloses_an_instance_without_mounts_too():
    enclosure = plan(project(app(settings=Settings())), isolate=True).spec("app").enclosure
    assert any("remount,bind,ro" in part for part in enclosure)


def test_where_namespaces_are_refused_links_stand_in_and_sharing_is_said():
    built = plan(project(), namespaces=Namespaces.NONE)
    assert built.spec("app").enclosure == ()
    assert built.layout.links == (Link("/p/var/data", "/p/.paasctl/mounts/app/data"),)
    assert "/p/var/data" not in built.layout.directories
    assert [w for w in built.plan.warnings if "share" in w and '"app--queue"' in w]


def test_links_to_one_store_are_no_reason_to_warn():
    shared = Settings(mounts=(Mount("m", MountSource.STORAGE, "x"),))
    built = plan(project(app(settings=shared)), namespaces=Namespaces.NONE)
    assert built.plan.warnings == ()


# --- hooks ----------------------------------------------------------------------------------

HOOKED = project(app(hooks=Hooks("make", "migrate", "warm"), settings=Settings()))


def with_records(build_record=None, deploy_record=None, **changes):
    known = AppFacts(
        Toolchain("/opt/node/bin/node", "20.1"), {"package.json": "1"}, build_record, deploy_record
    )
    return {"apps": {"app": known._replace(**changes)}}


def after_a_first_start():
    """Facts as they are once build and deploy have left their stamps."""
    first = plan(HOOKED, **with_records())
    stamps = [first.spec(f"app.{hook}").stamp for hook in ("build", "deploy")]
    return with_records(*(stamp.text for stamp in stamps))


def due(**changes):
    return dict(plan(HOOKED, **changes).due)


def test_on_the_first_start_everything_runs_in_its_stage():
    built = plan(HOOKED, **with_records())
    hooks = [spec for spec in built.plan.instances if spec.kind is Kind.HOOK]
    assert [(spec.id, spec.stage, spec.once, spec.vital) for spec in hooks] == [
        ("app.build", Stage.PREPARE, True, True),
        ("app.deploy", Stage.DEPLOY, True, False),
        ("app.post_deploy", Stage.POST_DEPLOY, True, False),
    ]
    assert dict(built.due) == {"app.build": "first build", "app.deploy": "first start"}
    assert [spec.log for spec in hooks] == [
        "app.build.log",
        "app.deploy.log",
        "app.post_deploy.log",
    ]


def test_when_nothing_changed_only_post_deploy_runs():
    built = plan(HOOKED, **after_a_first_start())
    assert [spec.id for spec in built.plan.instances if spec.once] == ["app.post_deploy"]
    assert built.due == ()


def changed_facts(**changes):
    known = after_a_first_start()["apps"]["app"]
    return {"apps": {"app": known._replace(**changes)}}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"sources": {"package.json": "2"}}, "package.json changed"),
        ({"sources": {}}, "package.json changed"),
        ({"sources": {"package.json": "1", "yarn.lock": "1"}}, "yarn.lock changed"),
        ({"toolchain": Toolchain("/opt/node22/bin/node", "22")}, "the interpreter changed"),
        ({"prepared": False}, "the virtual environment is gone"),
        ({"build_record": "torn {"}, "first build"),
        ({"build_record": '{"format": 1, "parts": []}'}, "first build"),
    ],
)
def test_a_rebuild_says_why(changes, reason):
    assert due(**changed_facts(**changes))["app.build"] == reason


def test_a_change_of_the_manifest_names_the_key():
    known = after_a_first_start()
    web = HOOKED.apps[0].web
    for changes, reason in (
        ({"hooks": Hooks("make all", "migrate", "warm")}, "hooks.build changed"),
        ({"variables": {"env": {"a": "1"}}}, "variables changed"),
        ({"web": web._replace(commands=Commands(start="node other.js"))}, None),
    ):
        of = HOOKED._replace(apps=(HOOKED.apps[0]._replace(**changes),))
        assert dict(plan(of, **known).due).get("app.build") == reason


def test_the_user_may_force_or_forbid_the_build():
    known = after_a_first_start()
    assert due(build=BuildWish.ALWAYS, **known)["app.build"] == "asked for"
    assert "app.build" not in due(build=BuildWish.NEVER, **with_records())


@pytest.mark.parametrize(
    ("git", "reason"),
    [
        (Git("main", "c1", ""), "the commit changed"),
        (Git("main", "c1", "t1"), "the code and the commit changed"),
        (Git("other", "", ""), None),
    ],
)
def test_the_deploy_hook_runs_again_for_new_code(git, reason):
    assert due(git=git, **after_a_first_start()).get("app.deploy") == reason


def test_another_build_deploys_again_and_restarts_the_instances():
    before = plan(HOOKED, **after_a_first_start())
    after = plan(HOOKED, **changed_facts(sources={"package.json": "2"}))
    assert dict(after.due)["app.deploy"] == "the build changed"
    assert before.spec("app").fingerprint != after.spec("app").fingerprint


@pytest.mark.parametrize(
    ("names", "text"),
    [
        (("a",), "a changed"),
        (("a", "b"), "a and b changed"),
        (("a", "b", "c"), "a, b and c changed"),
        (("a", "b", "c", "d", "e"), "a, b, c and 2 more changed"),
    ],
)
def test_what_changed_in_words(names, text):
    assert phrase(names) == text


def test_a_record_remembers_its_parts():
    assert changed(record_of({"a": "1", "b": "2"}), {"a": "1", "b": "3", "c": "4"}) == ("b", "c")
    assert changed(record_of({"a": "1"}), {"a": "1"}) == ()
    assert changed(None, {}) is None


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("requirements.txt", True),
        ("requirements-dev.txt", True),
        ("uv.lock", True),
        ("package.json", True),
        ("go.mod", True),
        ("requirements.md", False),
        ("app.py", False),
        ("", False),
        ("setup.py setup.cfg", False),
    ],
)
def test_dependency_files(name, counts):
    assert is_dependency_file(name) is counts


# --- the rest -------------------------------------------------------------------------------


def test_the_fingerprint_differs_with_anything_that_makes_up_an_instance():
    base = plan(project()).spec("app")
    others = [
        plan(project(app(settings=Settings()))),
        plan(project(app(settings=LOCAL._replace(variables={"env": {"a": "1"}})))),
        plan(project(), path="/other"),
        plan(project(), isolate=True),
    ]
    prints = {base.fingerprint, *(built.spec("app").fingerprint for built in others)}
    assert len(prints) == 5
    assert plan(project()).spec("app").fingerprint == base.fingerprint


def test_a_plan_survives_the_way_to_the_engine():
    built = plan(HOOKED, **with_records()).plan
    assert plan_from_json(json.loads(json.dumps(plan_to_json(built)))) == built


def test_environment_files_are_looked_for_only_where_there_may_be_one():
    plain = project(app(settings=Settings()))
    assert plan(plain).spec("app").command == ("node", "server.js")
    known = {"apps": {"app": AppFacts(environment_file=True)}}
    assert plan(plain, **known).spec("app").command[-2:] == ("node", "server.js")
    assert len(plan(plain, **known).spec("app").command) > 2
    assert len(plan(HOOKED).spec("app").command) > 2


def test_what_does_not_run_here_is_said():
    of = project(
        app(
            web=Web(Settings(), Commands("node x", post_start="wait")),
            dependencies={"ruby": {"sass": "*"}},
        )
    )
    warnings = " ".join(plan(of, isolate=True, namespaces=Namespaces.NONE).plan.warnings)
    assert "post_start" in warnings
    assert "dependencies.ruby" in warnings
    assert "--isolate" in warnings


def test_routes_of_several_apps_keep_their_paths():
    of = project(
        app("a", workers=()),
        app("b", workers=(), root="b"),
        routes=(
            Route("https://{default}/", "upstream", upstream="a:http"),
            Route("https://{default}/api", "upstream", upstream="b:http", primary=True),
            Route("https://www.{default}/", "upstream", upstream="a:http"),
            Route("https://x.{default}/", "redirect", to="https://{default}/"),
            Route("https://y.{default}/", "upstream", upstream="nobody:http"),
        ),
    )
    from base64 import b64decode

    routes = json.loads(b64decode(plan(of).spec("a").env["PLATFORM_ROUTES"]))
    assert {url: (route["upstream"], route["primary"]) for url, route in routes.items()} == {
        "http://127.0.0.1:20000/": ("a", False),
        "http://127.0.0.1:20001/api/": ("b", True),
    }
