"""What schemathesis cannot know of Vestibule: who signs in, and which passwords and tokens are right.

With VESTIBULE_PASSWORD set, calls go out signed in; without it, nobody is.
"""

import collections
import itertools
import os

import requests
import schemathesis

ORIGIN = os.environ["VESTIBULE_ORIGIN"]
PASSWORD = os.environ.get("VESTIBULE_PASSWORD")
# Somebody with a second factor: signed in by the test, which has the authenticator.
ENROLLED = os.environ.get("VESTIBULE_ENROLLED_BEARER")

# Calls that, when they succeed, end the session or change the password: somebody new each time.
PARTING = "/logout|/change-password"
FOR_ENROLLED = "/backup-codes"

_numbers = itertools.count()


def _post(call, **fields):
    answer = requests.post(f"{ORIGIN}/api/auth{call}", json=fields, timeout=10)
    answer.raise_for_status()
    return answer.json()


def _newcomer():
    return _post("/register", email=f"newcomer-{os.getpid()}-{next(_numbers)}@example.net", password=PASSWORD)


class Bearer:
    def set(self, case, token, _context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {token}"}


if PASSWORD:

    @schemathesis.auth(refresh_interval=600).skip_for(path_regex=f"{PARTING}|{FOR_ENROLLED}")
    class Known(Bearer):
        """Signs in again after a 401."""

        def get(self, _case, _context):
            email = os.environ["VESTIBULE_EMAIL"]
            return _post("/login", email=email, password=PASSWORD)["access_token"]

    @schemathesis.auth(refresh_interval=None).apply_to(path_regex=PARTING)
    class Newcomer(Bearer):
        def get(self, _case, _context):
            return _newcomer()["access_token"]

    @schemathesis.auth(refresh_interval=None).apply_to(path_regex=FOR_ENROLLED)
    class Enrolled(Bearer):
        def get(self, _case, _context):
            return ENROLLED


# Fields that a right value takes past the first check, by the call that they belong to.
PASSWORDS = ("current_password", "password")
PROVEN = ("/change-password", "/reauthenticate", "/mfa/totp/enroll", "/mfa/totp/disable", "/mfa/backup-codes")


# Every second time, the first one included.
_turns = collections.defaultdict(itertools.count)


def _make_right(path, body):
    if next(_turns[path]) % 2:
        return
    if path.endswith(PROVEN):
        for field in PASSWORDS:
            if field in body:
                body[field] = PASSWORD
    if path.endswith("/change-password"):
        body["new_password"] = "lanterns over quiet granite"
    if path.endswith("/refresh"):
        body["refresh_token"] = _newcomer()["refresh_token"]


@schemathesis.hook
def before_call(_context, case, _kwargs):
    # A bearer and an access cookie at once are a documented 400 that would hide everything else.
    if "Authorization" in (case.headers or {}) and case.cookies:
        case.cookies.pop("access", None)
    is_valid = case.meta is None or case.meta.generation.mode.is_positive
    if PASSWORD and is_valid and isinstance(case.body, dict):
        case.body = dict(case.body)
        _make_right(case.operation.path, case.body)
