import os
import sys

import pytest

from paasctl.model.service import Grade
from paasctl.probes.postgresql import Session
from paasctl.probes.refused import NotYetError
from paasctl.services import postgresql

pytestmark = pytest.mark.service


def session(endpoint, **other):
    return Session(
        {
            "port": endpoint.port,
            "username": endpoint.username,
            "password": endpoint.password,
            "database": endpoint.path,
            **other,
        }
    )


def sql(endpoint, *statements, **other):
    connection = session(endpoint, **other)
    try:
        return [connection.query(statement) for statement in statements][-1]
    finally:
        connection.close()


@pytest.fixture(params=[Grade.NATIVE, Grade.EMBEDDED])
def provider(request, monkeypatch):
    if request.param is Grade.EMBEDDED:
        with monkeypatch.context() as patch:
            patch.setattr("paasctl.services.programs.executables", lambda *_: ())
            found = postgresql.find("18")
    else:
        found = postgresql.find("15")
    if getattr(found, "grade", None) is not request.param:
        pytest.skip(f"no {request.param} PostgreSQL here")
    return found


def test_data_outlives_a_stop_and_a_wrong_password_does_not_enter(server, provider):
    one = server("postgresql", provider.version, provider)
    endpoint = one.start()
    assert (endpoint.username, endpoint.path, endpoint.scheme) == ("main", "main", "pgsql")
    sql(endpoint, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (42)")
    with pytest.raises(NotYetError, match="password authentication failed"):
        session(endpoint, password="wrong")
    with pytest.raises(NotYetError):
        session(endpoint, username="paasctl", password="")
    with pytest.raises(NotYetError):
        session(endpoint, password="", socket=f"{one.scratch}/.s.PGSQL.{endpoint.port}")
    kept = session(endpoint)  # a client that stays must not hold up the stop
    assert one.stop() == 0
    kept.close()
    one.start()
    assert sql(endpoint, "SELECT a FROM t") == [("42",)]
    assert sql(endpoint, "SHOW listen_addresses") == [("127.0.0.1",)]
    assert one.stop() == 0


def test_endpoints_databases_and_rights(server):
    one = server(
        "postgresql",
        configuration={
            "databases": ["main", "stats%'\"x"],
            "extensions": ["pg_trgm", "not-there"],
            "endpoints": {
                "admin": {"default_database": "main", "privileges": {"main": "admin"}},
                "second": {"default_database": "main", "privileges": {"main": "admin"}},
                "re%p'ort": {"default_database": "main", "privileges": {"main": "ro"}},
                "other": {
                    "default_database": "stats%'\"x",
                    "privileges": {"stats%'\"x": "admin"},
                },
            },
        },
    )
    one.start()
    assert "extension not-there cannot be had" in one.probe_said
    admin, second, report, other = (
        one.type.endpoint(one.request, name) for name in ("admin", "second", "re%p'ort", "other")
    )
    sql(admin, "CREATE TABLE t (a int)", "INSERT INTO t VALUES (1)")
    sql(second, "ALTER TABLE t ADD b int")
    sql(second, "CREATE TABLE u (a int)")
    sql(admin, "DROP TABLE u")
    assert sql(report, "SELECT a FROM t") == [("1",)]
    with pytest.raises(NotYetError, match="permission denied"):
        sql(report, "INSERT INTO t VALUES (2)")
    with pytest.raises(NotYetError, match="permission denied"):
        session(admin, database="stats%'\"x")
    sql(other, "CREATE TABLE t (a int)")
    assert sql(admin, "SELECT similarity('a', 'b')") == [("0",)]
    assert sql(admin, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [("f",)]
    one.stop()
    one.configure(
        databases=["main", "later"],
        endpoints={
            "admin": {"default_database": "main", "privileges": {"main": "admin"}},
            "second": {"default_database": "main", "privileges": {"main": "ro"}},
            "re%p'ort": {
                "default_database": "main",
                "privileges": {"main": "rw", "later": "ro"},
            },
        },
    )
    one.start()
    sql(report, "INSERT INTO t (a) VALUES (2)")
    assert sql(report, "SELECT 1", database="later") == [("1",)]
    with pytest.raises(NotYetError, match="permission denied"):
        sql(second, "INSERT INTO t (a) VALUES (2)")
    assert one.stop() == 0


def test_an_initialisation_that_was_killed_heals_itself(server):
    one = server("postgresql")
    one.launch()
    one.until(lambda: os.path.exists(f"{one.request.data}/cluster.new/base"), 30, "initdb runs")
    one.kill()
    assert not os.path.exists(f"{one.request.data}/cluster")
    endpoint = one.start()
    assert sql(endpoint, "SELECT 1") == [("1",)]
    assert one.stop() == 0


def test_data_of_another_major_is_refused_with_a_reason(server):
    one = server("postgresql")
    one.launch()
    one.until(lambda: os.path.exists(f"{one.request.data}/cluster"), 30, "initdb is done")
    one.kill()
    with open(f"{one.request.data}/cluster/PG_VERSION", "w", encoding="utf-8") as file:
        file.write("9.6\n")
    one.launch()
    assert one.process.wait(15) == 1
    assert "was written by PostgreSQL 9.6" in one.said()


@pytest.mark.skipif(os.getuid() != 0, reason="only root has to become somebody else")
def test_root_without_user_namespaces_becomes_nobody(server, tmp_path):
    refusing = tmp_path / "bin"
    refusing.mkdir()
    (refusing / "unshare").write_text("#!/bin/sh\nexit 1\n")
    (refusing / "unshare").chmod(0o755)
    for place in (tmp_path, *tmp_path.parents):
        if not place.stat().st_mode & 0o001 and place.is_relative_to("/tmp"):
            place.chmod(0o711)
    if not os.access(sys.executable, os.X_OK):
        pytest.skip("the interpreter cannot be run")
    one = server("postgresql")
    endpoint = one.start({"PATH": f"{refusing}:{os.environ['PATH']}"})
    assert sql(endpoint, "SELECT 1") == [("1",)]
    assert one.stop() == 0
