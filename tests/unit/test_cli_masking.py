"""What counts as a secret, and that it is hidden wherever it turns up."""

import base64
import json
from pathlib import Path

import pytest

from paasctl.cli.masking import HIDDEN, Secrets, is_secret, secrets_of
from paasctl.cli.running import Place
from paasctl.model.plan import InstanceSpec, Kind, Plan


@pytest.mark.parametrize(
    "name",
    [
        *("DB_PASSWORD", "password", "MYSQL_PWD", "API_TOKEN", "SECRET_KEY_BASE", "APP_KEY"),
        *("AWS_SECRET_ACCESS_KEY", "STRIPE_KEY", "PLATFORM_RELATIONSHIPS", "PLATFORM_VARIABLES"),
        *("PLATFORM_PROJECT_ENTROPY", "SENTRY_DSN", "SSH_PRIVATE", "HASH_SALT", "DATABASE_PASS"),
    ],
)
def test_secret_names(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    [
        *("PATH", "PWD", "HOME", "PORT", "DB_HOST", "DB_URL", "KEYBOARD", "MONKEY", "PASSENGER"),
        *("COMPASS_MODE", "PLATFORM_ROUTES", "PLATFORM_TREE_ID", "LANG"),
    ],
)
def test_other_names(name: str) -> None:
    assert not is_secret(name)


def test_a_password_is_hidden_in_any_text_also_percent_encoded() -> None:
    secrets = Secrets(["p@ss word", "longer p@ss word", "abc"])
    assert secrets.hide("x longer p@ss word y p%40ss%20word") == f"x {HIDDEN} y {HIDDEN}"
    assert secrets.hide("abc") == "abc", "too short to be told from a word"


def test_the_password_of_a_url_is_hidden_though_nobody_knows_it() -> None:
    assert Secrets([]).hide("pgsql://main:hunter2@127.0.0.1:1/main") == (
        f"pgsql://main:{HIDDEN}@127.0.0.1:1/main"
    )
    assert Secrets([]).hide("http://127.0.0.1:8000/a@b:c") == "http://127.0.0.1:8000/a@b:c"


def encoded(document: object) -> str:
    return base64.b64encode(json.dumps(document).encode()).decode()


def test_the_secrets_of_a_project(tmp_path: Path) -> None:
    (tmp_path / "credentials.json").write_text('{"secret": "the-one-secret"}')
    (tmp_path / "project.json").write_text("{ torn")
    env = {
        "PLATFORM_RELATIONSHIPS": encoded({"db": [{"username": "main", "password": "made-up-1"}]}),
        "PLATFORM_VARIABLES": encoded({"nested": {"api_token": "deep-token"}, "plain": "visible"}),
        "DB_PASSWORD": "from-a-variable",
        "DB_URL": "mysql://u:in%20a%20url@h/x",
        "GREETING": "hello made-up-1",
        "EMPTY_TOKEN": "",
        "PLATFORM_BROKEN": "%%%",
    }
    spec = InstanceSpec("app", Kind.WEB, "app", ("true",), "/", env, "app.log", 2)
    secrets = secrets_of(Place(str(tmp_path), str(tmp_path)), Plan("p", "/", (spec,)))
    for text in ("made-up-1", "deep-token", "from-a-variable", "in a url", "the-one-secret"):
        assert secrets.hide(f"<{text}>") == f"<{HIDDEN}>"
    assert secrets.hide(env["PLATFORM_RELATIONSHIPS"]) == HIDDEN
    assert secrets.hide("visible") == "visible"
    shown = secrets.environment(env)
    assert shown["GREETING"] == f"hello {HIDDEN}"
    assert shown["DB_URL"] == f"mysql://u:{HIDDEN}@h/x"
    assert shown["PLATFORM_RELATIONSHIPS"] == shown["DB_PASSWORD"] == HIDDEN
    assert shown["EMPTY_TOKEN"] == ""
