"""An SMTP server for tests: it takes mails on 127.0.0.1 and writes each one down as a JSON file.

Usage: server.py --mode MODE --dir DIR [--user USER --password PASSWORD]

MODE is one of
  starttls      STARTTLS, and nothing is accepted before it
  tls           TLS from the first byte
  plain         no TLS
  wrong-name    as `starttls`, with a certificate for another host
  no-starttls   as `plain`; named apart for the test that a client refuses it
  silent        accepts connections and never says a word

With --user, a client must authenticate (AUTH PLAIN or LOGIN) before it may send.
A recipient whose local part starts with `bounce` is refused for good (550), one that starts with
`busy` for now (451).

DIR receives `ca.pem` (the authority that signed the server's certificate, good for `localhost`
and 127.0.0.1) and `mails/000001.json` and so on, each written in one step. When the server is
ready it prints one line of JSON, {"port": ..., "ca_file": ...}; it ends when its standard input
closes, so that it never outlives the test that started it.
"""

import argparse
import asyncio
import email
import email.policy
import json
import logging
import pathlib
import ssl
import subprocess
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

CA_CONFIG = """
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = Test mail authority
[extensions]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
"""

SERVER_CONFIG = """
[req]
distinguished_name = name
prompt = no
x509_extensions = extensions
[name]
CN = localhost
[extensions]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectAltName = {names}
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
"""


def make_certificates(folder, names):
    """Makes an authority and a server certificate signed by it; returns the server's TLS context."""

    def certificate(name, config, *signer):
        (folder / f"{name}.cnf").write_text(config)
        subprocess.run(
            ["openssl", "req", "-x509", "-days", "2", "-sha256", "-nodes",
             "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
             "-config", folder / f"{name}.cnf",
             "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem", *signer],
            check=True, capture_output=True,
        )

    certificate("ca", CA_CONFIG)
    certificate("server", SERVER_CONFIG.format(names=names), "-CA", folder / "ca.pem", "-CAkey", folder / "ca.key")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "server.pem", folder / "server.key")
    return context


def part(message, kind):
    """The decoded body of the first part of that type, or an empty string."""
    body = message.get_body(preferencelist=(kind,))
    return body.get_content() if body is not None else ""


class Mailbox:
    """The aiosmtpd handler: refuses what its options say, and writes the rest to files."""

    def __init__(self, folder):
        self.folder = folder
        self.count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("bounce"):
            return f"550 5.1.1 <{address}> is not known here"
        if address.startswith("busy"):
            return f"451 4.3.0 <{address}> is busy, try again later"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        raw = envelope.content
        message = email.message_from_bytes(raw, policy=email.policy.default)
        self.count += 1
        record = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "subject": str(message["subject"]),
            "headers": [[name, str(value)] for name, value in message.items()],
            "text": part(message, "plain"),
            "html": part(message, "html"),
            "raw": raw.decode("utf-8", "backslashreplace"),
            "encrypted": session.ssl is not None or server.transport.get_extra_info("ssl_object") is not None,
            "authenticated": bool(session.authenticated),
        }
        path = self.folder / f"{self.count:06}.json"
        path.with_suffix(".tmp").write_text(json.dumps(record))
        path.with_suffix(".tmp").rename(path)
        return "250 OK"


async def say_nothing(reader, writer):
    """Keeps the connection open without a greeting until the client leaves."""
    await reader.read()
    writer.close()


async def serve(options):
    folder = pathlib.Path(options.dir)
    mails = folder / "mails"
    mails.mkdir(parents=True, exist_ok=True)
    elsewhere = options.mode == "wrong-name"
    context = make_certificates(folder, "DNS:elsewhere.test" if elsewhere else "DNS:localhost, IP:127.0.0.1")
    mailbox = Mailbox(mails)

    def authenticate(server, session, envelope, mechanism, data):
        known = (options.user.encode(), options.password.encode())
        return AuthResult(success=(data.login, data.password) == known, handled=False)

    def session():
        starttls = options.mode in ("starttls", "wrong-name")
        return SMTP(
            mailbox,
            hostname="localhost",
            tls_context=context if starttls else None,
            require_starttls=starttls,
            # aiosmtpd knows only of its own STARTTLS; the other modes decide by the listener.
            auth_require_tls=starttls,
            auth_required=options.user is not None,
            auth_exclude_mechanism=() if options.user is not None else ("PLAIN", "LOGIN"),
            authenticator=authenticate if options.user is not None else None,
        )

    loop = asyncio.get_running_loop()
    if options.mode == "silent":
        server = await asyncio.start_server(say_nothing, "127.0.0.1", options.port)
    else:
        server = await loop.create_server(
            session, "127.0.0.1", options.port, ssl=context if options.mode == "tls" else None
        )
    port = server.sockets[0].getsockname()[1]
    print(json.dumps({"port": port, "ca_file": str(folder / "ca.pem")}), flush=True)
    await loop.run_in_executor(None, sys.stdin.buffer.read)


def main():
    warnings.filterwarnings("ignore", message="Requiring AUTH while not requiring TLS")
    logging.getLogger("mail.log").setLevel(logging.ERROR)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    modes = ["starttls", "tls", "plain", "wrong-name", "no-starttls", "silent"]
    parser.add_argument("--mode", required=True, choices=modes)
    parser.add_argument("--dir", required=True, help="an existing folder for certificates and mails")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes a free one")
    parser.add_argument("--user")
    parser.add_argument("--password", default="")
    options = parser.parse_args()
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()
