import base64
import hashlib
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from paasctl.probes import amqp, mysql, postgresql, redis
from paasctl.probes.refused import NotYetError
from paasctl.probes.waiting import pauses

# RFC 7677, section 3
SALT = "W22ZaJ0SNY7soEsUEjb6gQ=="
NONCE = "rOprNGfwEbeRWgbNEkqO"
CHALLENGE = f"r={NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s={SALT},i=4096"


def test_scram_proof_is_that_of_the_rfc():
    closing = f"c=biws,r={NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0"
    exchange = f"n=user,r={NONCE},{CHALLENGE},{closing}"
    proof = postgresql.scram_proof("pencil", base64.b64decode(SALT), 4096, exchange)
    assert base64.b64encode(proof) == b"dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="


def test_scram_refuses_another_nonce():
    with pytest.raises(NotYetError):
        postgresql.final_message("pencil", "mine", CHALLENGE)


@given(st.text(min_size=1), st.binary(min_size=1, max_size=32))
def test_the_stored_verifier_accepts_the_proof(password, salt):
    stored = postgresql.scram_verifier(password, salt, 2)
    iterations, _, rest = stored.removeprefix("SCRAM-SHA-256$").partition(":")
    key = base64.b64decode(rest.partition("$")[2].partition(":")[0])
    import hmac

    proof = postgresql.scram_proof(password, salt, int(iterations), "exchange")
    signature = hmac.digest(key, b"exchange", "sha256")
    client_key = bytes(a ^ b for a, b in zip(proof, signature, strict=True))
    assert hashlib.sha256(client_key).digest() == key


@given(st.text(min_size=1), st.binary(min_size=20, max_size=20))
def test_a_server_accepts_the_scramble(password, nonce):
    stored = hashlib.sha1(hashlib.sha1(password.encode()).digest()).digest()
    mask = hashlib.sha1(nonce + stored).digest()
    answer = mysql.scramble(password, nonce)
    once = bytes(a ^ b for a, b in zip(answer, mask, strict=True))
    assert hashlib.sha1(once).digest() == stored


def test_an_empty_password_is_an_empty_answer():
    assert mysql.scramble("", bytes(20)) == b""


def test_the_nonce_is_read_from_both_halves():
    greeting = b"\x0a11.4.2-MariaDB\0" + bytes(4) + b"12345678" + bytes(1 + 2 + 1 + 2 + 2 + 1 + 10)
    assert mysql.nonce_of(greeting + b"abcdefghijkl\0") == b"12345678abcdefghijkl"


def test_a_greeting_may_be_a_complaint():
    with pytest.raises(NotYetError, match="Too many connections"):
        mysql.nonce_of(b"\xff\x10\x04Too many connections")


def test_a_login_packet_has_database_only_if_asked():
    with_one = mysql.login_packet("user", "pw", "main", bytes(20))
    without = mysql.login_packet("user", "pw", "", bytes(20))
    assert b"main\0" in with_one
    assert int.from_bytes(with_one[:4], "little") & 8
    assert not int.from_bytes(without[:4], "little") & 8


def test_redis_request_counts_bytes():
    assert redis.request("SET", "ä") == b"*2\r\n$3\r\nSET\r\n$2\r\n\xc3\xa4\r\n"


def test_amqp_login_frame_is_well_formed():
    frame = amqp.start_ok("guest", "secret")
    kind, channel, length = struct.unpack(">BHI", frame[:7])
    assert (kind, channel, frame[-1:]) == (1, 0, b"\xce")
    assert length == len(frame) - 8
    assert amqp.long(b"\0guest\0secret") in frame


def test_pauses_grow_to_a_limit():
    next_pause = pauses()
    found = [next_pause() for _ in range(12)]
    assert found[0] == 0.02
    assert found == sorted(found)
    assert found[-1] == 0.25
