"""hub serve: the web server, with the worker inside."""

import ipaddress
import os
import signal
import socket
import sys

import click
import uvicorn
from uvicorn.supervisors import Multiprocess

from hub import logs
from hub.app import serving_app, serving_app_without_worker
from hub.cli.context import CommandContext, pass_hub
from hub.errors import Refused
from hub.users import one_time_links
from hub.web.http_protocol import CachedHttpProtocol
from hub.web.state import Hub

GRACE_SECONDS = 10


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True, help="Where to listen.")
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.option("--no-worker", is_flag=True, help="Send nothing; `hub worker` does it elsewhere.")
@pass_hub
def command(context: CommandContext, host: str, port: int, workers: int, no_worker: bool) -> None:
    """Serve the site and the desk, and send what is due."""
    logs.configure()
    listening = _listen(host, port)
    with context.open() as hub:
        _greet(hub, host, listening.getsockname()[1])
    # The server's processes read the environment; they get the folder of the command line.
    os.environ["HUB_DATA"] = str(context.data)
    factory = serving_app_without_worker if no_worker else serving_app
    config = uvicorn.Config(
        f"{factory.__module__}:{factory.__name__}",
        factory=True,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        http=CachedHttpProtocol,
        ws="none",
        proxy_headers=False,
        server_header=False,
        access_log=False,
        log_level="warning",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    _end_quietly()
    if workers > 1:
        Multiprocess(config, [listening]).run()
    else:
        uvicorn.Server(config).run([listening])


def _listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Refused, in words, when the port is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(2048)
    except OSError as error:
        listening.close()
        raise Refused(
            "Cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --port.",
            host=host,
            port=port,
            reason=error.strerror or str(error),
        ) from error
    listening.set_inheritable(True)
    return listening


def _greet(hub: Hub, host: str, port: int) -> None:
    """Say where the hub is, how to get in, and what is not as it should be."""
    for warning in hub.db.warnings():
        print(f"Warning: {warning}", file=sys.stderr)
    site = hub.site()
    shown = "127.0.0.1" if host in ("0.0.0.0", "::") else f"[{host}]" if ":" in host else host
    here = f"http://{shown}:{port}"
    click.echo(f"Serving on {here}")
    if site.ready_at is None:
        with hub.db.write() as tx:
            token = one_time_links.make(tx, "setup", None, hub.now())
        base = hub.settings.base_url or here
        click.echo(f"Set it up with this link, which works once:\n  {base}/setup/{token}")
        return
    click.echo(f"{site.title}: {site.base_url}\nThe desk: {site.url('/admin')}")
    if not _is_loopback(host) and site.base_url.startswith("http:"):
        print(
            f"Warning: others can reach this hub, and its address {site.base_url} is plain http: "
            "passwords travel in the clear. Put a server with https in front of it.",
            file=sys.stderr,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _end_quietly() -> None:
    """After an orderly end uvicorn raises the signal again; then the command is just done."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
