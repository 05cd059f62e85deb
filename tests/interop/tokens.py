"""Reads and mints tokens with PyJWT, for tests/web/interop.rs.

Standard input is a JSON list of jobs, standard output the list of their answers, in order:

  {"op": "read", "secret": S, "purpose": P, "token": T, "issuer": I, "audience": A or null}
      {"header": {...}, "claims": {...}}, or {"error": "the name of PyJWT's exception"}
  {"op": "mint", "secret": S, "purpose": P, "claims": {...}, "headers": {...} or null}
      {"token": "..."}

The key of a purpose is derived here anew, from RFC 5869 and what docs/architecture.md says of it.
"""

import hashlib
import hmac
import json
import sys

import jwt


def hkdf_sha256(input_key: bytes, info: bytes) -> bytes:
    """32 bytes of HKDF-SHA256 without salt: extract with zeros, then one block of expand."""
    pseudorandom_key = hmac.digest(bytes(32), input_key, hashlib.sha256)
    return hmac.digest(pseudorandom_key, info + b"\x01", hashlib.sha256)


def key_of(job: dict) -> bytes:
    return hkdf_sha256(job["secret"].encode(), b"vestibule/jwt/" + job["purpose"].encode())


def read(job: dict) -> dict:
    try:
        claims = jwt.decode(
            job["token"],
            key_of(job),
            algorithms=["HS256"],
            issuer=job["issuer"],
            audience=job["audience"],
            options={"require": ["iss", "sub", "jti", "iat", "exp"]},
        )
    except jwt.PyJWTError as error:
        return {"error": type(error).__name__}
    return {"header": jwt.get_unverified_header(job["token"]), "claims": claims}


def mint(job: dict) -> dict:
    token = jwt.encode(job["claims"], key_of(job), algorithm="HS256", headers=job["headers"])
    return {"token": token}


def main() -> None:
    answer = {"read": read, "mint": mint}
    json.dump([answer[job["op"]](job) for job in json.load(sys.stdin)], sys.stdout)


main()
