"""Judges a document by a JSON Schema (2020-12, formats included): both on standard input, the faults on standard output."""

import json
import sys

import jsonschema_rs

job = json.load(sys.stdin)
validator = jsonschema_rs.validator_for(job["schema"], validate_formats=True)
faults = [f"{list(fault.instance_path)}: {fault.message}" for fault in validator.iter_errors(job["document"])]
json.dump(faults, sys.stdout)
