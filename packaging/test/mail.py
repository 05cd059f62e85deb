"""A mail server on 127.0.0.1:587 that requires STARTTLS, the user `vestibule` and the password `postbox`.

Arguments: a certificate, its key, a file to which the address of each recipient is added, on a line of its own.
"""

import logging
import signal
import ssl
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# It warns of its own use of what it will drop.
logging.disable(logging.WARNING)
certificate, key, recipients = sys.argv[1:]


class Handler:
    async def handle_DATA(self, _server, _session, envelope):
        with open(recipients, "a", encoding="utf-8") as file:
            file.writelines(f"{address}\n" for address in envelope.rcpt_tos)
        return "250 accepted"


def authenticated(_server, _session, _envelope, _mechanism, given):
    return AuthResult(success=(given.login, given.password) == (b"vestibule", b"postbox"))


context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(certificate, key)
Controller(
    Handler(),
    hostname="127.0.0.1",
    port=587,
    tls_context=context,
    require_starttls=True,
    auth_required=True,
    authenticator=authenticated,
).start()
signal.pause()
