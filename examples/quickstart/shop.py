"""The shop's jobs: rows in PostgreSQL, and a bell in Valkey that says "look again"."""

import base64
import json
import os

import pg8000.native
import redis

PENDING = """SELECT id, word FROM job WHERE result IS NULL
             ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""
UNSENT = """SELECT id, result FROM job WHERE result IS NOT NULL AND NOT mailed
            ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"""


def relationship(name):
    """Where a service is and how to log in: told by the platform, never written down here."""
    return json.loads(base64.b64decode(os.environ["PLATFORM_RELATIONSHIPS"]))[name][0]


def database():
    at = relationship("database")
    return pg8000.native.Connection(
        at["username"], at["host"], at["path"], at["port"], at["password"]
    )


def bell():
    at = relationship("bell")
    return redis.Redis(at["host"], at["port"])


def enqueue(word):
    """Note a job and ring for the worker; return its number."""
    number = database().run("INSERT INTO job (word) VALUES (:word) RETURNING id", word=word)[0][0]
    bell().rpush("jobs", number)
    return number


def work(query, wait_for, handle):
    """Do what the query finds, row by row; wait for the bell when it finds nothing.

    A row is handled within a transaction: if the worker is stopped half-way, the row is as it
    was before, and whoever comes next does it. `handle` may return a bell to ring afterwards:
    earlier, the one who hears it would look before there is anything to see.
    """
    connection, ring = database(), bell()
    while True:
        connection.run("BEGIN")
        rows = connection.run(query)
        bells = [handle(connection, *row) for row in rows]
        connection.run("COMMIT")
        for name in filter(None, bells):
            ring.rpush(name, "")
        if not rows:
            ring.blpop(wait_for)
