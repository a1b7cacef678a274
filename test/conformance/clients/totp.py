"""Codes of a virtual MFA device (RFC 6238)."""

import base64
import hashlib
import hmac
import time


def codes(seed, count=2):
    """Consecutive codes, the first of them valid now, of a device with this Base32 seed."""
    step = int(time.time()) // 30
    return [_code(base64.b32decode(seed), step + index) for index in range(count)]


def _code(key, step):
    digest = hmac.new(key, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
