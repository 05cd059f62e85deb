"""A mail server for one test: STARTTLS before AUTH, AUTH before MAIL, every mail a JSON file.

    mail_server.py CERTIFICATE KEY USER PASSWORD FOLDER

Listens on a free port of 127.0.0.1, prints it as the first line, and ends when its standard input
is closed, so that it never outlives the test that started it.
"""

import asyncio
import email
import email.policy
import hmac
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult

certificate, key, user, password, folder = sys.argv[1:]


class Keeper:
    """Writes each accepted mail to the folder, decoded, complete or not at all."""

    count = 0

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)

        def body(kind):
            part = message.get_body(preferencelist=(kind,))
            return part.get_content() if part else None

        Keeper.count += 1
        path = os.path.join(folder, f"{Keeper.count:04}.json")
        with open(path + ".part", "w", encoding="utf-8") as file:
            json.dump(
                {
                    "envelope_to": envelope.rcpt_tos,
                    "to": message["to"],
                    "subject": message["subject"],
                    "text": body("plain"),
                    "html": body("html"),
                    "tls": session.ssl is not None,
                    "authenticated": session.authenticated,
                },
                file,
            )
        os.rename(path + ".part", path)
        return "250 kept"


def authenticate(server, session, envelope, mechanism, data):
    """Knows one user, and tells nobody why a sign-in failed."""
    known = (
        mechanism in ("PLAIN", "LOGIN")
        and hmac.compare_digest(data.login, user.encode())
        and hmac.compare_digest(data.password, password.encode())
    )
    return AuthResult(success=known, handled=False)


async def main():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            Keeper(),
            hostname="localhost",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            auth_require_tls=True,
            authenticator=authenticate,
            loop=loop,
        ),
        "127.0.0.1",
        0,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


asyncio.run(main())
