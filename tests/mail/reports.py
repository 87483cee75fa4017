"""Messages as they come back, made for a token: what servers, robots, people and forgers send."""

BOUNDARY = "b1/mx.test"


def dsn(
    path: str,
    *,
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 no such user",
    action: str = "failed",
    identity: str = "<1@mx.test>",
    return_path: str = "<>",
    original: str = "Subject: Ropes\r\n",
    before: str = "",
) -> bytes:
    """A delivery status notification (RFC 3464) to `path`."""
    fields = f"Final-Recipient: rfc822; ada@mail.test\r\nAction: {action}\r\nStatus: {status}\r\n"
    if diagnostic:
        fields += f"Diagnostic-Code: {diagnostic}\r\n"
    return (
        f"Return-Path: {return_path}\r\n{before}From: MAILER-DAEMON@mx.test\r\nTo: {path}\r\n"
        f"Message-Id: {identity}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status;\r\n"
        f'\tboundary="{BOUNDARY}"\r\n\r\n'
        f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nIt failed.\r\n"
        f"--{BOUNDARY}\r\nContent-Type: message/delivery-status\r\n\r\n"
        f"Reporting-MTA: dns; mx.test\r\n\r\n{fields}\r\n"
        f"--{BOUNDARY}\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}\r\n"
        f"--{BOUNDARY}--\r\n"
    ).encode()


def arf(*, kind: str = "abuse", mail_from: str = "", original: str = "Subject: Ropes\r\n") -> bytes:
    """A complaint (RFC 5965) to the address that was registered for them."""
    sent_from = f"Original-Mail-From: {mail_from}\r\n" if mail_from else ""
    return (
        "Return-Path: <fbl@provider.test>\r\nFrom: fbl@provider.test\r\nTo: bounces@hub.test\r\n"
        "Message-Id: <c1@provider.test>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=feedback-report;\r\n"
        f'\tboundary="{BOUNDARY}"\r\n\r\n'
        f"--{BOUNDARY}\r\nContent-Type: text/plain\r\n\r\nA complaint.\r\n"
        f"--{BOUNDARY}\r\nContent-Type: message/feedback-report\r\n\r\n"
        f"Feedback-Type: {kind}\r\nUser-Agent: Loop/1\r\nVersion: 1\r\n{sent_from}\r\n"
        f"--{BOUNDARY}\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\nText\r\n"
        f"--{BOUNDARY}--\r\n"
    ).encode()


def plain(
    path: str, *headers: str, body: str = "Thank you!", return_path: str = "<a@b.test>"
) -> bytes:
    """A message that is no report."""
    more = "".join(f"{header}\r\n" for header in headers)
    return (
        f"Return-Path: {return_path}\r\nTo: {path}\r\nSubject: Re: Ropes\r\n{more}\r\n{body}\r\n"
    ).encode()
