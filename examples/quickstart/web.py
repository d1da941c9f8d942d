import html
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import shop

PAGE = """<!doctype html><meta charset="utf-8"><title>Jobs</title>
<h1>Jobs</h1>
<form action="/enqueue"><input name="word" value="hello"> <button>enqueue</button></form>
<table><tr><th>job<th>word<th>result<th>mailed</tr>
{rows}
</table>
"""


class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        url = urlsplit(self.path)
        if url.path == "/":
            self.jobs()
        elif url.path == "/enqueue":
            shop.enqueue(parse_qs(url.query).get("word", ["hello"])[0])
            self.send_response(303)
            self.send_header("Location", "/")
            self.end_headers()
        else:
            self.send_error(404)

    def jobs(self):
        rows = shop.database().run("SELECT id, word, result, mailed FROM job ORDER BY id DESC")
        cells = ("".join(f"<td>{html.escape(str(cell))}" for cell in row) for row in rows)
        body = PAGE.format(rows="\n".join(f"<tr>{row}</tr>" for row in cells)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Page).serve_forever()
