"""What every Python client script shares: checks that are counted, and test data."""

import hashlib
import os
import random
import sys
import time
import traceback


class Checks:
    """Runs named checks, prints a line for each and the totals at the end."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, name, function):
        start = time.monotonic()
        try:
            function()
        except Exception:
            self.failed += 1
            print(f"FAILED {name}", flush=True)
            traceback.print_exc(file=sys.stdout)
        else:
            self.passed += 1
            print(f"ok     {name} ({time.monotonic() - start:.1f} s)", flush=True)

    def finish(self):
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.stderr.flush()
        # Some native clients abort now and then while the interpreter tears their threads down.
        os._exit(1 if self.failed else 0)


def random_bytes(size, seed):
    """Incompressible bytes, the same for the same seed."""
    return random.Random(seed).randbytes(size)


def equal(actual, expected):
    """Like assert ==, but for bytes of any length it says where they differ."""
    if isinstance(actual, bytes) and isinstance(expected, bytes):
        if actual != expected:
            raise AssertionError(
                f"{len(actual)} bytes {hashlib.sha256(actual).hexdigest()[:16]} instead of "
                f"{len(expected)} bytes {hashlib.sha256(expected).hexdigest()[:16]}"
            )
    elif actual != expected:
        raise AssertionError(f"{actual!r} instead of {expected!r}")


def fails(code, function):
    """Expects a botocore ClientError with that code or status."""
    from botocore.exceptions import ClientError

    try:
        function()
    except ClientError as error:
        answer = error.response
        got = (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"])
        if code not in got:
            raise AssertionError(f"{got} instead of {code}") from error
        return answer
    raise AssertionError(f"no error where {code} was expected")


def make_bucket(name):
    """For clients that cannot make a bucket themselves: boto3 does."""
    import boto3

    boto3.client("s3").create_bucket(Bucket=name)
