import os
import subprocess

import pytest

from paasctl.services.programs import directories, first

pytestmark = pytest.mark.service


def sql(endpoint, statement, *, password=None, user=None, socket=None):
    client = first(("mariadb", "mysql"), directories())
    if client is None:
        pytest.skip("no mariadb client here")
    where = [f"--socket={socket}"] if socket else ["--host=127.0.0.1", f"--port={endpoint.port}"]
    return subprocess.run(
        [client, "--no-defaults", *where, f"--user={user or endpoint.username}", "-BN"]
        + ([endpoint.path] if endpoint.path else []),
        input=statement,
        env={"MYSQL_PWD": endpoint.password if password is None else password},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_data_outlives_a_stop_and_nobody_enters_without_a_password(server):
    one = server("mariadb", "10.11")
    endpoint = one.start()
    assert (endpoint.username, endpoint.path, endpoint.scheme) == ("user", "main", "mysql")
    made = sql(endpoint, "CREATE TABLE t (a INT); INSERT INTO t VALUES (42)")
    assert made.returncode == 0, made.stderr
    for user in ("root", "user", "", "mysql", "mariadb.sys"):
        for path in (None, f"{one.scratch}/mysql.sock"):
            assert sql(endpoint, "SELECT 1", user=user, password="", socket=path).returncode == 1
    assert one.stop() == 0
    one.start()
    assert sql(endpoint, "SELECT a FROM t").stdout == "42\n"
    assert one.stop() == 0


def test_endpoints_have_their_own_users_and_rights_and_a_change_is_in_force_at_the_next_start(
    server,
):
    one = server(
        "mysql",
        configuration={
            "schemas": ["main", "a_b", "axb"],
            "endpoints": {
                "admin": {"default_schema": "a_b", "privileges": {"a_b": "admin"}},
                "reader": {"default_schema": "a_b", "privileges": {"a_b": "ro"}},
            },
        },
    )
    one.start()
    admin = one.type.endpoint(one.request, "admin")
    reader = one.type.endpoint(one.request, "reader")
    assert (admin.username, admin.path, reader.username) == ("admin", "a_b", "reader")
    assert sql(admin, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)").returncode == 0
    assert sql(admin, "CREATE TABLE axb.t (a INT)").returncode == 1, "_ must be no wildcard"
    assert sql(reader, "SELECT a FROM t").stdout == "1\n"
    assert sql(reader, "INSERT INTO t VALUES (2)").returncode == 1
    one.stop()
    one.configure(
        schemas=["main", "a_b", "later"],
        endpoints={
            "admin": {"default_schema": "a_b", "privileges": {"a_b": "ro"}},
            "reader": {"default_schema": "later", "privileges": {"later": "rw", "a_b": "rw"}},
        },
    )
    one.start()
    reader = one.type.endpoint(one.request, "reader")
    assert sql(admin, "INSERT INTO t VALUES (3)").returncode == 1, "the right was taken away"
    assert sql(reader, "INSERT INTO a_b.t VALUES (3)").returncode == 0
    assert one.stop() == 0


def test_properties_reach_the_server(server):
    one = server("mariadb", configuration={"properties": {"max_allowed_packet": 64}})
    endpoint = one.start()
    shown = "SELECT @@max_allowed_packet, @@collation_server, @@bind_address"
    assert sql(endpoint, shown).stdout == f"{64 << 20}\tutf8mb4_unicode_ci\t127.0.0.1\n"


def test_an_initialisation_that_was_killed_heals_itself(server):
    one = server("mariadb")
    one.launch()
    one.until(
        lambda: os.path.exists(f"{one.request.data}/server.new/mysql"), 30, "it is initialising"
    )
    one.kill()
    assert not os.path.exists(f"{one.request.data}/server")
    endpoint = one.start()
    assert sql(endpoint, "SELECT 1").stdout == "1\n"


def test_two_at_the_same_time(server):
    first_one, second = server("mariadb"), server("mariadb")
    first_one.launch()
    second.launch()
    for one in (first_one, second):
        one.wait_ready()
    here = first_one.type.endpoint(first_one.request, "mysql")
    there = second.type.endpoint(second.request, "mysql")
    assert sql(here, "SELECT 1").returncode == 0
    assert sql(there, "SELECT 1", password=here.password).returncode == 1
    assert (first_one.stop(), second.stop()) == (0, 0)
