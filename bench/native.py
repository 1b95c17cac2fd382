"""
Uploads files with hf_xet and prints what that cost: {"cpu": seconds, "wall": seconds}.

    native.py <url of write tokens> <Hub token> <file>...
    native.py --hash <file>...      prints the Xet hashes instead
"""

import json
import resource
import sys
import time

import hf_xet


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def upload(token_url, token, files):
    headers = {"Authorization": f"Bearer {token}"}
    session = hf_xet.XetSession()
    start = (cpu(), time.monotonic())
    with session.new_upload_commit(
        token_refresh_url=token_url, token_refresh_headers=headers
    ) as commit:
        for file in files:
            commit.start_upload_file(file, sha256=hf_xet.SKIP_SHA256)
    return {"cpu": cpu() - start[0], "wall": time.monotonic() - start[1]}


if sys.argv[1] == "--hash":
    print(json.dumps([info.hash for info in hf_xet.hash_files(sys.argv[2:])]))
else:
    print(json.dumps(upload(sys.argv[1], sys.argv[2], sys.argv[3:])))
