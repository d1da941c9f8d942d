"""How the platform shows each type of service: its endpoints, their ports and schemes (spec 04.2).

One table for every type that a manifest may name, whether or not a server of it can be run here.
"""

from collections.abc import Mapping
from typing import NamedTuple


class Shape(NamedTuple):
    """One type. `title` is the product's name for people.

    `endpoints` maps a name to its port on the platform, the default one first. `schemes` maps
    the scheme of a URL to the one that relationships show: the platform's own, unless it would
    hide that the connection is encrypted. `short` leaves out login and path.
    `master` puts `is_master` into the query. `location` is the key of an endpoint's
    configuration that gives its path, with `prefix` before it. `nothing` is what stands for an
    absent path, and `empty` for an absent password.
    """

    title: str
    endpoints: Mapping[str, int]
    schemes: Mapping[str, str]
    short: bool = False
    master: bool = False
    location: str = ""
    prefix: str = ""
    nothing: str | None = None
    empty: str | None = None


WEB = {"http": "http", "https": "https"}
PORTS: Mapping[str, int] = {"http": 80, "https": 443, "amqps": 5671}
"""Ports that follow from a URL's scheme; with every other scheme the type's own is meant."""

_MYSQL = Shape(
    "MariaDB",
    {"mysql": 3306},
    {"mysql": "mysql", "mariadb": "mysql"},
    master=True,
    location="default_schema",
    empty="",
)
_POSTGRESQL = Shape(
    "PostgreSQL",
    {"postgresql": 5432},
    {"postgresql": "pgsql", "postgres": "pgsql", "pgsql": "pgsql"},
    master=True,
    location="default_database",
)
_REDIS = Shape(
    "Redis",
    {"redis": 6379},
    {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss"},
)
_VALKEY = Shape(
    "Valkey",
    {"valkey": 6379},
    {"valkey": "valkey", "valkeys": "valkeys", "redis": "valkey", "rediss": "valkeys"},
)
_ELASTICSEARCH = Shape("Elasticsearch", {"elasticsearch": 9200}, WEB)
_MONGODB = Shape(
    "MongoDB",
    {"mongodb": 27017},
    {"mongodb": "mongodb", "mongodb+srv": "mongodb+srv"},
    master=True,
)

SHAPES: Mapping[str, Shape] = {
    "mariadb": _MYSQL,
    "mysql": _MYSQL,
    "mariadb-replica": _MYSQL,
    "oracle-mysql": _MYSQL._replace(
        title="MySQL",
        endpoints={"mysql": 3306, "mysqlx": 33060},
        schemes={**_MYSQL.schemes, "mysqlx": "mysqlx"},
    ),
    "postgresql": _POSTGRESQL,
    "postgresql-replica": _POSTGRESQL,
    "redis": _REDIS,
    "redis-persistent": _REDIS,
    "valkey": _VALKEY,
    "valkey-persistent": _VALKEY,
    "memcached": Shape("Memcached", {"memcached": 11211}, {"memcached": "memcached"}, short=True),
    "rabbitmq": Shape("RabbitMQ", {"rabbitmq": 5672}, {"amqp": "amqp", "amqps": "amqps"}),
    "elasticsearch": _ELASTICSEARCH,
    "elasticsearch-enterprise": _ELASTICSEARCH,
    "opensearch": Shape("OpenSearch", {"opensearch": 9200}, WEB),
    "solr": Shape(
        "Solr",
        {"solr": 8080},
        {"solr": "solr", "http": "solr", "https": "https"},
        location="core",
        prefix="solr/",
        nothing="solr/collection1",
    ),
    "mongodb": _MONGODB,
    "mongodb-enterprise": _MONGODB,
    "kafka": Shape("Kafka", {"kafka": 9092}, {"kafka": "kafka"}, short=True),
    "influxdb": Shape("InfluxDB", {"influxdb": 8086}, WEB),
    "clickhouse": Shape(
        "ClickHouse",
        {"clickhouse": 9000, "clickhouse-http": 8123},
        WEB,
        master=True,
        location="default_database",
    ),
    "varnish": Shape("Varnish", {"http": 8080, "http+stats": 8081}, WEB, short=True),
    "network-storage": Shape("a directory", {}, {}),
    "vault-kms": Shape("Vault", {}, WEB, master=True, nothing="/", empty=""),
    "chrome-headless": Shape("Chrome", {"http": 9222}, WEB, short=True),
    "mercure": Shape("Mercure", {"mercure": 3000}, WEB),
    "gotenberg": Shape("Gotenberg", {"http": 3000}, WEB, short=True),
    "vespa": Shape("Vespa", {"vespa": 8080}, WEB),
}


def shape_of(type_name: str) -> Shape:
    """Return the shape of a type; one that nobody knows is shown as its URL says."""
    return SHAPES.get(type_name) or Shape(type_name, {}, {})
