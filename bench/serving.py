"""Cached pages beside nginx serving the same bytes from disk, in one run."""

import re
import shutil
import statistics
import subprocess
from pathlib import Path

from bench.measure import Line, fetch, folder, free_port, hub, program, run, set_up

WRK = ("wrk", "-t1", "-c32", "-d4s")
_NGINX = """
worker_processes 1; pid {root}/nginx.pid; error_log {root}/error.log; daemon off;
events {{ worker_connections 256; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
  default_type text/html; client_body_temp_path {root}/b; proxy_temp_path {root}/p;
  fastcgi_temp_path {root}/f; uwsgi_temp_path {root}/u; scgi_temp_path {root}/s;
  server {{ listen 127.0.0.1:{port}; root {root}/www; open_file_cache max=100; }}
}}
"""


def measure(articles: Path) -> list[Line]:
    """An article and the feed: requests a second of the hub, of nginx, and their ratio."""
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None or shutil.which("wrk") is None:
        return [Line("cached pages beside nginx", "not measured", "≥ 0.25", "apt: nginx-light wrk")]
    with folder() as data, folder() as root:
        port, other = free_port(), free_port()
        set_up(data, port=port)
        run(data, "import", str(articles))
        root.chmod(0o755)
        (root / "www").mkdir()
        (root / "nginx.conf").write_text(_NGINX.format(root=root, port=other))
        ours = program(hub(data, "serve", f"--port={port}", "--no-worker"), port=port)
        theirs = program([nginx, "-c", str(root / "nginx.conf")], port=other)
        with ours, theirs:
            return [
                line
                for name, path in _pages(f"http://127.0.0.1:{port}").items()
                for line in _compare(name, path, port, other, root / "www")
            ]


def _pages(base: str) -> dict[str, str]:
    """A page of about 30 kB, the home page, and the feed."""
    archive = fetch(f"{base}/archive").decode()
    slugs = re.findall(r'href="[^"]*(/posts/[^"]+)"', archive)[:60]
    article = min(slugs, key=lambda path: abs(len(fetch(base + path)) - 30_000))
    return {"an article": article, "the home page": "/", "the feed": "/feed.xml"}


def _compare(name: str, path: str, port: int, other: int, www: Path) -> list[Line]:
    body = fetch(f"http://127.0.0.1:{port}{path}")
    # A file of its own for each page: nginx keeps the sizes of files it has opened.
    copy = www / name.replace(" ", "-")
    copy.write_bytes(body)
    ratios, rates = [], []
    for _ in range(3):
        mine = _rate(f"http://127.0.0.1:{port}{path}")
        ratios.append(mine / _rate(f"http://127.0.0.1:{other}/{copy.name}"))
        rates.append(mine)
    how = f"{len(body) // 1000} kB, {' '.join(WRK)}, one process each, median of 3 alternating runs"
    figure = f"{statistics.median(ratios):.2f} of nginx ({statistics.median(rates):,.0f}/s)"
    return [Line(f"{name}, cached", figure, "≥ 0.25", how)]


def _rate(url: str) -> float:
    output = subprocess.run([*WRK, url], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in output:
        raise RuntimeError(f"{url} did not answer 200")
    found = re.search(r"Requests/sec:\s+([\d.]+)", output)
    if found is None:
        raise RuntimeError(output)
    return float(found[1])
