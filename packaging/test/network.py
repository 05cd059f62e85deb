"""A name server on 127.0.0.1:53 and an HTTPS server on 127.0.0.1:443, for a network without any other machine.

Every name under vestibule.test is 127.0.0.1; no other name exists. Every request is answered with 200. Argument: a
PEM file with a key and its certificate.
"""

import http.server
import socket
import ssl
import sys
import threading

ADDRESS, NAME = bytes([127, 0, 0, 1]), b"\x09vestibule\x04test\x00"


def answer(query: bytes) -> bytes:
    end = query.index(b"\0", 12) + 5
    question = query[12:end]
    known = question[:-4].lower().endswith(NAME)
    wanted = known and question[-4:] == b"\0\1\0\1"
    flags = b"\x81\x80" if known else b"\x81\x83"
    record = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + ADDRESS if wanted else b""
    return query[:2] + flags + b"\0\1" + bytes([0, int(wanted)]) + bytes(4) + question + record


def names(server: socket.socket) -> None:
    while True:
        query, client = server.recvfrom(512)
        server.sendto(answer(query), client)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


asked = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
asked.bind(("127.0.0.1", 53))
threading.Thread(target=names, args=(asked,), daemon=True).start()
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1])
server = http.server.ThreadingHTTPServer(("127.0.0.1", 443), Handler)
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
