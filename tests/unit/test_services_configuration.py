import base64
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.model.project import Service
from paasctl.model.service import Credential, Grade, Provider
from paasctl.services import mariadb_grants, postgresql_grants, programs, rabbitmq, redis


def service(type_name, **configuration):
    return Service("db", type_name, "16", configuration=configuration)


def accounts(one):
    credentials = {
        name: Credential(mariadb_grants.username(one, name), "pw")
        for name in mariadb_grants.offered(one)
    }
    return mariadb_grants.statements(one, Credential("root", "pw"), credentials)


def test_mariadb_without_configuration_has_user_and_main():
    lines = accounts(service("mariadb"))
    secret = "mysql_native_password USING '*D821809F681A40A6E379B50D0463EFAE20BDD122'"
    assert lines == (
        f"ALTER USER root@localhost IDENTIFIED VIA {secret}",
        "CREATE DATABASE IF NOT EXISTS `main`",
        f"CREATE OR REPLACE USER 'user'@'%' IDENTIFIED VIA {secret}",
        "GRANT ALL PRIVILEGES ON `main`.* TO 'user'@'%'",
    )


@pytest.mark.parametrize(
    ("level", "has", "lacks"),
    [
        ("ro", "SELECT, CREATE TEMPORARY TABLES", "INSERT"),
        ("rw", "INSERT, UPDATE, DELETE", "ALL PRIVILEGES"),
        ("admin", "ALL PRIVILEGES", "*.*"),
        ("replication", "REPLICATION SLAVE", "INSERT"),
        ("replication-admin", "SUPER", "INSERT"),
    ],
)
def test_mariadb_levels(level, has, lacks):
    one = service("mariadb", schemas=["a_b"], endpoints={"e": {"privileges": {"a_b": level}}})
    granted = "\n".join(line for line in accounts(one) if line.startswith("GRANT"))
    assert has in granted
    assert lacks not in granted
    assert "`a\\_b`.*" in granted
    assert ("--log-bin=binlog" in mariadb_grants.flags(one)) is level.startswith("replication")


@given(st.text(min_size=1))
def test_no_name_breaks_out_of_the_init_file(name):
    one = service("mariadb", schemas=[name], endpoints={name: {"privileges": {name: "ro"}}})
    for line in accounts(one):
        assert len(line.splitlines()) == 1
    assert mariadb_grants.identifier(name)[1:-1].replace("``", "").count("`") == 0
    assert mariadb_grants.literal(name)[1:-1].replace("\\\\", "").replace("''", "").count("'") == 0


@given(st.text(min_size=1))
def test_no_name_breaks_out_of_a_postgresql_identifier(name):
    quoted = postgresql_grants.identifier(name)
    assert quoted[0] == quoted[-1] == '"'
    assert '"' not in quoted[1:-1].replace('""', "")


@pytest.mark.parametrize(
    ("configuration", "expected"),
    [
        ({}, ("main",)),
        ({"endpoints": {"a": {}}}, ("main",)),
        ({"databases": ["x", "y"]}, ("x", "y")),
        ({"databases": "x"}, ("main",)),
    ],
)
def test_postgresql_databases(configuration, expected):
    assert postgresql_grants.databases(service("postgresql", **configuration)) == expected


def test_postgresql_has_a_replica_endpoint_from_16_on():
    assert postgresql_grants.offered(service("postgresql")) == ("postgresql", "postgresql-replica")
    old = service("postgresql")._replace(version="15")
    assert postgresql_grants.offered(old) == ("postgresql",)


def test_postgresql_owner_is_the_first_admin():
    one = service(
        "postgresql",
        endpoints={
            "a": {"privileges": {"main": "admin"}},
            "b": {"privileges": {"main": "admin"}},
            "c": {"privileges": {"main": "ro"}},
        },
    )
    made = postgresql_grants.grants(one, "main")
    assert 'ALTER DATABASE "main" OWNER TO "a"' in made
    assert 'ALTER ROLE "b" IN DATABASE "main" SET role = "a"' in made
    assert not any("INSERT" in statement for statement in made)


def test_postgresql_locale_is_named_only_where_it_is_another():
    usual = service("postgresql", default_collation="C.UTF-8", default_charset="UTF8")
    assert postgresql_grants.options(usual) == ""
    other = service("postgresql", default_collation="de_DE.UTF-8")
    assert postgresql_grants.options(other) == "LC_COLLATE 'de_DE.UTF-8'"


@pytest.mark.parametrize(
    ("type_name", "disk", "configuration", "expected"),
    [
        ("redis", None, {}, ("maxmemory 256mb", "maxmemory-policy allkeys-lru", "appendonly no")),
        ("redis-persistent", 256, {}, ("maxmemory 128mb", "appendonly yes")),
        ("valkey", None, {"maxmemory_policy": "noeviction"}, ("maxmemory-policy noeviction",)),
        ("redis", None, {"maxmemory_policy": "x\nport 1"}, ("maxmemory-policy allkeys-lru",)),
    ],
)
def test_redis_configuration(type_name, disk, configuration, expected):
    one = service(type_name, **configuration)._replace(disk=disk)
    lines = redis.server_configuration(one, 6000).splitlines()
    assert {"bind 127.0.0.1", "port 6000", *expected} <= set(lines)


def test_rabbitmq_definitions_hold_the_hash_only():
    one = service("rabbitmq", vhosts=["jobs", "jobs", "/"])
    text = rabbitmq.definitions(one, Credential("guest", "very secret"))
    assert "very secret" not in text
    read = json.loads(text)
    assert [host["name"] for host in read["vhosts"]] == ["/", "jobs"]
    stored = base64.b64decode(read["users"][0]["password_hash"])
    assert stored[4:] == hashlib.sha256(stored[:4] + b"very secret").digest()


@pytest.mark.parametrize(
    ("asked", "have", "chosen"),
    [
        ("15", ("14.1", "15.2", "17.0"), "15.2"),
        ("16", ("14.1", "15.2", "9.6"), "15.2"),
        ("10.11", ("10.4.3", "10.11.2", "10.11.19", "11.4"), "10.11.19"),
        ("", ("8.0", "7.2"), "8.0"),
    ],
)
def test_the_asked_version_wins_then_the_newest(asked, have, chosen):
    providers = [Provider(Grade.NATIVE, version, {}) for version in have]
    assert programs.nearest(providers, asked).version == chosen
    assert programs.nearest([], asked) is None


@pytest.mark.parametrize(
    "value", ["text", 5, True, None, [], ["a"], {"a": None}, {"a": {"privileges": 3}}]
)
@pytest.mark.parametrize("key", ["schemas", "databases", "endpoints", "vhosts", "properties"])
def test_a_configuration_of_the_wrong_shape_breaks_nothing(key, value):
    for type_name in ("mariadb", "postgresql", "rabbitmq"):
        one = service(type_name, **{key: value})
        accounts(one)
        mariadb_grants.flags(one)
        postgresql_grants.grants(one, "main")
        rabbitmq.vhosts(one)
