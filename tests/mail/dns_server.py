"""A small DNS server on loopback that knows the records it is given."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# (name without the last dot, type) → records as a zone file writes them.
Zone = Mapping[tuple[str, str], list[str]]


@contextmanager
def dns_server(zone: Zone) -> Iterator[int]:
    """The port; answers until the block ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(listening, zone))
        thread.start()
        port = listening.getsockname()[1]
        try:
            yield port
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"stop", ("127.0.0.1", port))
            thread.join(10)


def _serve(listening: socket.socket, zone: Zone) -> None:
    while True:
        packet, client = listening.recvfrom(4096)
        if packet == b"stop":
            return
        answer = dns.message.make_response(dns.message.from_wire(packet))
        answer.flags |= dns.flags.RA
        question = answer.question[0]
        kind = dns.rdatatype.to_text(question.rdtype)
        records = zone.get((question.name.to_text(omit_final_dot=True), kind), [])
        if records:
            answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *records))
        else:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        listening.sendto(answer.to_wire(), client)
