"""What the scripts that read repos share: their files as they are on disk, and a proxy that counts the bytes that a client gets."""

import http.client
import http.server
import os
import pathlib
import threading

# The folders that the embedded hub's repos were made from.
REPOS = pathlib.Path(os.environ["HUB_REPOS"])
SHARDS = "datasets--local--shards"
SALES = "datasets--local--sales"
OLD_MODEL = "models--local--old"


def files_of(repo):
    """What a repo holds: bytes by path."""
    root = REPOS / repo
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


class CountingProxy:
    """Stands between a client and the gateway. Hosts are passed on, so signatures hold."""

    def __init__(self):
        self.bodies = []
        target = os.environ["AWS_ENDPOINT_URL"].removeprefix("http://")
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                connection = http.client.HTTPConnection(target)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    if name.lower() != "connection":
                        connection.putheader(name, value)
                connection.endheaders()
                answer = connection.getresponse()
                body = answer.read()
                proxy.bodies.append(len(body))
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("server", "date", "connection", "transfer-encoding", "content-length"):
                        self.send_header(name, value)
                length = answer.headers.get("Content-Length") if self.command == "HEAD" else str(len(body))
                self.send_header("Content-Length", length or "0")
                self.end_headers()
                self.wfile.write(body)
                connection.close()

            do_GET = do_HEAD = forward

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def count(self, work, footer=None):
        """Does the work and returns what it returns, and how many bytes came, less reads of `footer` bytes that a client begins every file with."""
        self.bodies.clear()
        result = work()
        return result, sum(size for size in self.bodies if size != footer)


# Two files of eight row groups of 1,000 rows; one group is an eighth of a file.
SALES_BYTES = sum(len(data) for name, data in files_of("sales").items() if name.endswith(".parquet"))
SALES_ROWS = 16_000
DAY_ROWS = 2_000


def assert_pushed_down(count):
    """Of the files, one row group in eight and the footers have come."""
    assert SALES_BYTES * 0.1 < count < SALES_BYTES * 0.35, f"{count} of {SALES_BYTES} bytes were read"
