"""Checks a CycloneDX document: it is of this crate, and every component is one of Cargo.lock, but none is only for tests.

Arguments: Cargo.lock, the document.
"""

import json
import re
import sys

lock, document = (open(path, encoding="utf-8").read() for path in sys.argv[1:])
locked = set(re.findall(r'^name = "(.+)"\nversion = "(.+)"$', lock, re.MULTILINE))
bill = json.loads(document)
components = {(one["name"], one["version"]) for one in bill["components"]}

assert bill["bomFormat"] == "CycloneDX", bill["bomFormat"]
assert bill["metadata"]["component"]["name"] == "vestibule", bill["metadata"]["component"]
assert components <= locked, components - locked
names = {name for name, _ in components}
assert {"actix-web", "argon2", "diesel-async", "ring", "rustls"} <= names, names
assert not {"fantoccini", "insta", "proptest", "windows-sys"} & names, names
unlicensed = [one["name"] for one in bill["components"] if not one.get("licenses")]
assert not unlicensed, unlicensed
print(f"{len(components)} components")
