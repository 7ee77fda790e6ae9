"""A verifier of codes written from docs/ticket-code.md alone, in plain Python: it judges every vector as the page says.

Nothing of the core is used. Curves are written out here, slow and for public values only.
"""

import base64
import hashlib
import json
import string
import unittest
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

VECTORS = Path(__file__).parent
SKEW = 60


class Refused(Exception):
    """Carries the code of the page's table, and the code's claims where it is genuine."""

    def __init__(self, code, claims=None):
        super().__init__(code)
        self.code, self.claims = code, claims


def garbage(condition):
    if not condition:
        raise Refused("garbage")


# Encodings
# ---------------------------------------------------------------------------------------------

BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"


def from_base45(text):
    garbage(len(text) <= 4296 and all(letter in BASE45 for letter in text) and len(text) % 3 != 1)
    out = bytearray()
    for at in range(0, len(text), 3):
        digits = [BASE45.index(letter) for letter in text[at : at + 3]]
        value, size = sum(digit * 45**place for place, digit in enumerate(digits)), len(digits) - 1
        garbage(value < 256**size)
        out += value.to_bytes(size, "big")
    return bytes(out)


def from_base64url(text):
    garbage(all(letter in string.ascii_letters + string.digits + "-_" for letter in text) and len(text) % 4 != 1)
    out = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    garbage(base64.urlsafe_b64encode(out).rstrip(b"=").decode() == text)
    return out


class Tag:
    def __init__(self, number, value):
        self.number, self.value = number, value


def cbor(data):
    """One value in the shortest form: integers, bytes, texts, arrays, maps with integer labels, tags, true, false, null."""
    value, rest = cbor_item(data, 0)
    garbage(not rest)
    return value


def cbor_item(data, depth):
    garbage(data and depth < 32)
    major, low, rest = data[0] >> 5, data[0] & 31, data[1:]
    if major == 7:
        garbage(low in (20, 21, 22))
        return {20: False, 21: True, 22: None}[low], rest
    number = low
    if low >= 24:
        garbage(low <= 27)
        size = 1 << (low - 24)
        garbage(len(rest) >= size)
        number, rest = int.from_bytes(rest[:size], "big"), rest[size:]
        garbage(number >= {1: 24, 2: 1 << 8, 4: 1 << 16, 8: 1 << 32}[size])
    if major == 0:
        return number, rest
    if major == 1:
        return -1 - number, rest
    if major in (2, 3):
        garbage(len(rest) >= number)
        taken, rest = rest[:number], rest[number:]
        if major == 2:
            return taken, rest
        try:
            return taken.decode(), rest
        except UnicodeDecodeError:
            raise Refused("garbage") from None
    if major == 4:
        items = []
        for _ in range(number):
            item, rest = cbor_item(rest, depth + 1)
            items.append(item)
        return items, rest
    if major == 5:
        entries = {}
        for _ in range(number):
            label, rest = cbor_item(rest, depth + 1)
            garbage(type(label) is int and label not in entries)
            entries[label], rest = cbor_item(rest, depth + 1)
        return entries, rest
    value, rest = cbor_item(rest, depth + 1)
    return Tag(number, value), rest


def to_cbor(value):
    """Bytes, texts, integers and arrays, as the Sig_structure needs them."""

    def head(major, number):
        for size, mark in ((1, 24), (2, 25), (4, 26), (8, 27)):
            if number < 24:
                return bytes([major << 5 | number])
            if number < 256**size:
                return bytes([major << 5 | mark]) + number.to_bytes(size, "big")

    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(to_cbor, value))
    if isinstance(value, dict):
        return head(5, len(value)) + b"".join(to_cbor(label) + to_cbor(held) for label, held in value.items())
    return head(0, value) if value >= 0 else head(1, -1 - value)


# Signatures
# ---------------------------------------------------------------------------------------------


class Ed25519:
    """RFC 8032 §5.1.7, points in affine coordinates."""

    P = 2**255 - 19
    L = 2**252 + 27742317777372353535851937790883648493
    D = -121665 * pow(121666, -1, P) % P

    @classmethod
    def point(cls, data):
        y = int.from_bytes(data, "little")
        odd, y = y >> 255, y & (1 << 255) - 1
        if len(data) != 32 or y >= cls.P:
            return None
        square = (y * y - 1) * pow(cls.D * y * y + 1, -1, cls.P) % cls.P
        x = pow(square, (cls.P + 3) // 8, cls.P)
        if x * x % cls.P != square:
            x = x * pow(2, (cls.P - 1) // 4, cls.P) % cls.P
        if x * x % cls.P != square or (x == 0 and odd):
            return None
        return (x if x & 1 == odd else cls.P - x, y)

    @classmethod
    def add(cls, a, b):
        (x1, y1), (x2, y2) = a, b
        k = cls.D * x1 * x2 * y1 * y2 % cls.P
        return (
            (x1 * y2 + x2 * y1) * pow(1 + k, -1, cls.P) % cls.P,
            (y1 * y2 + x1 * x2) * pow(1 - k, -1, cls.P) % cls.P,
        )

    @classmethod
    def times(cls, number, point):
        out = (0, 1)
        while number:
            if number & 1:
                out = cls.add(out, point)
            point, number = cls.add(point, point), number >> 1
        return out

    @classmethod
    def verifies(cls, public, message, signature):
        if len(signature) != 64:
            return False
        key, commitment, s = cls.point(public), cls.point(signature[:32]), int.from_bytes(signature[32:], "little")
        if key is None or commitment is None or s >= cls.L:
            return False
        digest = hashlib.sha512(signature[:32] + public + message).digest()
        challenge = int.from_bytes(digest, "little") % cls.L
        base = cls.point((4 * pow(5, -1, cls.P) % cls.P).to_bytes(32, "little"))
        return cls.times(s, base) == cls.add(commitment, cls.times(challenge, key))


class P256:
    """ECDSA with SHA-256 (FIPS 186-5 §6.4.2), points in affine coordinates, `None` the point at infinity."""

    P = 2**256 - 2**224 + 2**192 + 2**96 - 1
    N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    B = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    G = (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    )

    @classmethod
    def point(cls, x, odd):
        square = (x**3 - 3 * x + cls.B) % cls.P
        y = pow(square, (cls.P + 1) // 4, cls.P)
        if x >= cls.P or y * y % cls.P != square:
            return None
        return (x, y if y & 1 == odd else cls.P - y)

    @classmethod
    def add(cls, a, b):
        if a is None or b is None:
            return a or b
        if a[0] == b[0]:
            if (a[1] + b[1]) % cls.P == 0:
                return None
            slope = (3 * a[0] ** 2 - 3) * pow(2 * a[1], -1, cls.P)
        else:
            slope = (b[1] - a[1]) * pow(b[0] - a[0], -1, cls.P)
        x = (slope**2 - a[0] - b[0]) % cls.P
        return (x, (slope * (a[0] - x) - a[1]) % cls.P)

    @classmethod
    def times(cls, number, point):
        out = None
        while number:
            if number & 1:
                out = cls.add(out, point)
            point, number = cls.add(point, point), number >> 1
        return out

    @classmethod
    def verifies(cls, key, message, signature):
        if len(signature) != 64:
            return False
        r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
        if not (0 < r < cls.N and 0 < s < cls.N):
            return False
        digest, inverse = int.from_bytes(hashlib.sha256(message).digest(), "big"), pow(s, -1, cls.N)
        found = cls.add(cls.times(digest * inverse % cls.N, cls.G), cls.times(r * inverse % cls.N, key))
        return found is not None and found[0] % cls.N == r


# Signed things
# ---------------------------------------------------------------------------------------------

KID = set(string.ascii_letters + string.digits + "._-")
EXTERNAL = {"code": b"mesto.code.1", "keys": b"", "revocations": b""}


class Sign1:
    """The form of an operator's COSE_Sign1; `sig_structure` is what the signature stands on."""

    def __init__(self, what, data):
        message = cbor(data)
        garbage(type(message) is Tag and message.number == 18)
        parts = message.value
        garbage(type(parts) is list and len(parts) == 4)
        protected, unprotected, self.payload, self.signature = parts
        garbage(type(protected) is bytes and unprotected == {} and type(unprotected) is dict)
        garbage(type(self.payload) is bytes and type(self.signature) is bytes)
        header = cbor(protected)
        garbage(type(header) is dict and type(header.get(4)) is bytes)
        kid = header[4]
        garbage(1 <= len(kid) <= 32 and all(chr(letter) in KID for letter in kid))
        expected = {1: -8, 4: kid}
        if what != "code":
            expected = {1: -8, 3: f"application/vnd.mesto.{what}+cbor", 4: kid}
        garbage(to_cbor(expected) == protected)
        self.kid = kid.decode()
        self.sig_structure = to_cbor(["Signature1", protected, EXTERNAL[what], self.payload])

    def opened_by(self, public):
        if not Ed25519.verifies(public, self.sig_structure, self.signature):
            raise Refused("altered")
        return cbor(self.payload)


def take(entries, label, kind, is_needed=True):
    if label not in entries and not is_needed:
        return None
    garbage(type(entries) is dict and type(entries.get(label)) is kind)
    return entries[label]


def key_set(wire, root, known):
    garbage(len(wire) <= 65536)
    payload = Sign1("keys", from_base64url(wire)).opened_by(root)
    try:
        found = {
            "version": take(payload, 1, int),
            "issued_at": take(payload, 2, int),
            "next_update": take(payload, 4, int),
            "keys": [],
        }
        uses = {1: "city", 2: "code", 3: "barrier", 4: "revocations"}
        for entry in take(payload, 3, list):
            if take(entry, 2, int) in uses and take(entry, 3, int) == -8:
                found["keys"].append(
                    {
                        "kid": take(entry, 1, str),
                        "use": uses[entry[2]],
                        "public": take(entry, 4, bytes),
                        "from": take(entry, 5, int),
                        "until": take(entry, 6, int),
                        "revoked_at": take(entry, 7, int, False),
                    }
                )
    except Refused:
        raise Refused("key_set_invalid") from None
    kids = [key["kid"] for key in found["keys"]]
    if not all(1 <= len(kid) <= 32 and set(kid) <= KID for kid in kids):
        raise Refused("key_id_invalid")
    is_whole = found["version"] >= 1 and found["issued_at"] < found["next_update"]
    is_whole = is_whole and len(kids) == len(set(kids)) <= 256
    if not is_whole or any(key["until"] <= key["from"] or len(key["public"]) != 32 for key in found["keys"]):
        raise Refused("key_set_invalid")
    if found["version"] < known:
        raise Refused("key_set_rollback")
    return found


def key_for(keys, kid, use, now):
    key = next((key for key in keys["keys"] if key["kid"] == kid), None)
    if key is None:
        raise Refused("key_unknown")
    if key["use"] != use:
        raise Refused("key_wrong_use")
    if key["revoked_at"] is not None and key["revoked_at"] <= now:
        raise Refused("key_revoked")
    return key


def in_its_time(key, moment):
    if not key["from"] <= moment < key["until"]:
        raise Refused("key_out_of_period")


def revocation_list(wire, keys, now, known):
    garbage(len(wire) <= 4194304)
    signed = Sign1("revocations", from_base64url(wire))
    key = key_for(keys, signed.kid, "revocations", now)
    payload = signed.opened_by(key["public"])
    try:
        found = {
            "version": take(payload, 1, int),
            "issued_at": take(payload, 2, int),
            "next_update": take(payload, 4, int),
            "entries": [],
        }
        for entry in take(payload, 3, list):
            garbage(type(entry) is list and len(entry) in (1, 2) and type(entry[0]) is bytes and len(entry[0]) == 16)
            good_from = entry[1] if len(entry) == 2 else None
            garbage(good_from is None or type(good_from) is int and good_from >= 2)
            found["entries"].append({"id": entry[0], "good_from": good_from})
        ids = [entry["id"] for entry in found["entries"]]
        garbage(all(left < right for left, right in zip(ids, ids[1:])))
        garbage(found["version"] >= 1 and found["issued_at"] < found["next_update"])
    except Refused:
        raise Refused("revocations_invalid") from None
    in_its_time(key, found["issued_at"])
    if found["version"] < known:
        raise Refused("revocations_rollback")
    return found


# Codes
# ---------------------------------------------------------------------------------------------


def slug(text):
    garbage(1 <= len(text) <= 64 and set(text) <= set(string.ascii_lowercase + string.digits + "-"))
    return text


def parking_ticket(own):
    channel = take(own, 4, int)
    return {
        "city": slug(take(own, 1, str)),
        "zone": slug(take(own, 2, str)),
        "plate": take(own, 3, str),
        "channel": {1: "app", 2: "sms", 3: "kiosk"}.get(channel, str(channel)),
        "stay_deadline": take(own, 5, int, False),
    }


def exit_receipt(own):
    garbage(take(own, 5, int) >= 0)
    garbage(len(take(own, 6, str)) == 3 and set(own[6]) <= set(string.ascii_uppercase))
    return {
        "city": slug(take(own, 1, str)),
        "facility": slug(take(own, 2, str)),
        "ticket": take(own, 3, str),
        "exit_by": take(own, 4, int, False),
        "amount": own[5],
        "currency": own[6],
    }


def ride(own):
    board = take(own, 2, str)
    garbage(1 <= len(board) <= 8 and set(board) <= set(string.ascii_uppercase + string.digits))
    garbage(set(board) & set(string.digits))
    route, direction, trip = take(own, 3, str, False), take(own, 4, int, False), take(own, 5, bytes, False)
    garbage(route is None or slug(route))
    garbage(direction is None or 0 <= direction < 2**32)
    garbage(trip is None or len(trip) == 16)
    garbage(take(own, 6, int) >= 0 and 1 <= take(own, 7, int) < 2**32)
    is_known = route is not None and direction is not None
    benefits, on_pass = take(own, 8, str, False), take(own, 9, str, False)
    less = {}
    if benefits is not None:
        less["benefits"] = [slug(category) for category in benefits.split(",")]
    if on_pass is not None:
        less["pass"] = slug(on_pass)
    return {
        **less,
        "city": slug(take(own, 1, str)),
        "vehicle": board,
        "route": route if is_known else None,
        "direction": direction if is_known else None,
        "trip": trip,
        "service_day": (date(1970, 1, 1) + timedelta(days=own[6])).isoformat(),
        "persons": own[7],
    }


KINDS = {1: parking_ticket, 2: exit_receipt, 3: ride}


def claims_of(payload):
    """Step 8."""
    garbage(type(payload) is dict)
    code = take(payload, -65537, dict)
    issued_at = take(payload, 6, int)
    starts_at = take(payload, 5, int, False)
    starts_at = issued_at if starts_at is None else starts_at
    bought_at = take(code, -4, int, False)
    claims = {
        "issuer": take(payload, 1, str),
        "kind": take(code, -1, int),
        "id": take(payload, 7, bytes),
        "issue": take(code, -2, int),
        "bought_at": starts_at if bought_at is None else bought_at,
        "issued_at": issued_at,
        "starts_at": starts_at,
        "ends_at": take(payload, 4, int),
        "device": None,
    }
    garbage(claims["issuer"] and len(claims["id"]) == 16 and 1 <= claims["issue"] < 2**32)
    garbage(starts_at < claims["ends_at"])
    if 8 in payload:
        key = take(take(payload, 8, dict), 1, dict)
        garbage(take(key, 1, int) == 2 and take(key, -1, int) == 1 and len(take(key, -2, bytes)) == 32)
        claims["device"] = P256.point(int.from_bytes(key[-2], "big"), int(take(key, -3, bool)))
        garbage(claims["device"] is not None)
    return claims, {label: value for label, value in code.items() if label > 0}


def with_kind(claims, own):
    """Steps 19 and 20."""
    if claims["kind"] not in KINDS:
        raise Refused("kind_unknown", claims)
    return {**claims, "what": KINDS[claims["kind"]](own)}


def believed(code, keys, now):
    """Steps 3 to 9."""
    signed = Sign1("code", code)
    key = key_for(keys, signed.kid, "code", now)
    claims, own = claims_of(signed.opened_by(key["public"]))
    in_its_time(key, claims["issued_at"])
    return claims, own


def moment_structure(code, moment):
    external = b"mesto.moment.1" + hashlib.sha256(code).digest()
    return to_cbor(["Signature1", bytes.fromhex("a10126"), external, to_cbor(moment)])


def shown_parts(text):
    """Steps 1 and 2."""
    garbage(len(text) <= 4296 and text.startswith("MESTO1:"))
    parts = cbor(from_base45(text[7:]))
    garbage(type(parts) is list and [type(part) for part in parts] in ([bytes], [bytes, int, bytes]))
    return parts


def verify(text, now, issuer, keys, revocations, seen):
    code, *moment = shown_parts(text)
    claims, own = believed(code, keys, now)
    if claims["issuer"] != issuer:
        raise Refused("other_issuer")
    if claims["device"] is not None and not moment:
        raise Refused("moment_missing")
    shown_at = None
    if moment:
        shown_at, signature = moment
        if claims["device"] is None or not P256.verifies(
            claims["device"], moment_structure(code, shown_at), signature
        ):
            raise Refused("device_mismatch")
        if now - shown_at > SKEW:
            raise Refused("moment_too_old")
        if shown_at - now > SKEW:
            raise Refused("moment_in_future")
    refusal = ended(claims, now, revocations, seen)
    if refusal:
        is_read = claims["kind"] in KINDS
        raise Refused(refusal, with_kind(claims, own) if is_read else claims)
    warnings = ["keys_due"] if now >= keys["next_update"] else []
    if revocations is None:
        warnings.append("revocations_missing")
    elif now >= revocations["next_update"]:
        warnings.append("revocations_due")
    return with_kind(claims, own), shown_at, warnings


def ended(claims, now, revocations, seen):
    """Steps 15 to 18."""
    entries = {entry["id"]: entry["good_from"] for entry in (revocations or {"entries": []})["entries"]}
    good_from = entries.get(claims["id"], 1)
    if good_from is None:
        return "revoked"
    if claims["issue"] < max(good_from, seen.get(claims["id"], 1)):
        return "reissued"
    if claims["starts_at"] - now > SKEW:
        return "not_yet_valid"
    return None if now < claims["ends_at"] else "over"


# The vectors
# ---------------------------------------------------------------------------------------------

TIMES = {"issued_at", "next_update", "from", "until", "revoked_at", "bought_at", "starts_at", "ends_at"}
TIMES |= {"stay_deadline", "exit_by", "shown_at"}


def told(value, name=None):
    """A value as the vectors write it."""
    if isinstance(value, dict):
        return {name: told(held, name) for name, held in value.items()}
    if isinstance(value, list):
        return [told(held) for held in value]
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple):
        return "04" + "".join(f"{coordinate:064x}" for coordinate in value)
    if name in TIMES and value is not None:
        return datetime.fromtimestamp(value, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def seconds(text):
    """With fractions, exact to the millisecond."""
    moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(moment.timestamp()) + moment.microsecond / 1e6


def vectors(name):
    file = json.loads((VECTORS / name).read_text(encoding="utf-8"))
    if "key_set" not in file:
        return file, None
    root = bytes.fromhex(file["root_public"] if "root_public" in file else file["root"]["public"])
    return file, key_set(file["key_set"], root, 0)


class TheVectors(unittest.TestCase):
    def judge(self, case, verdict):
        """Compares what `verdict()` gives or refuses with what the case says."""
        with self.subTest(case["name"]):
            try:
                found = verdict()
            except Refused as refused:
                self.assertEqual(refused.code, case.get("error"), case["name"])
                self.assertEqual(told(refused.claims), case.get("says"), case["name"])
            else:
                self.assertNotIn("error", case, case["name"])
                for name, value in found.items():
                    self.assertEqual(told(value, name), case[name], case["name"])

    def test_key_sets(self):
        file, _ = vectors("keys.json")
        root = bytes.fromhex(file["root"]["public"])
        for case in file["cases"]:
            self.judge(case, lambda: {"says": key_set(case["wire"], root, case["known_version"])})

    def test_revocation_lists(self):
        file, keys = vectors("revocations.json")
        now = seconds(file["now"])
        for case in file["cases"]:
            self.judge(case, lambda: {"says": revocation_list(case["wire"], keys, now, case["known_version"])})

    def test_parking_tickets_as_a_phone_receives_them(self):
        file, keys = vectors("ticket.json")

        def verdict(case):
            claims, own = believed(from_base45(case["text"]), keys, seconds(case["now"]))
            if claims["kind"] in (2, 3, 4):
                raise Refused("kind_other")
            if claims["kind"] not in KINDS:
                raise Refused("kind_unknown")
            return {"says": with_kind(claims, own)}

        for case in file["cases"]:
            self.judge(case, lambda: verdict(case))

    def test_shown_codes_av_82(self):
        file, keys = vectors("ticket-code.json")
        self.assertEqual(file["max_skew_seconds"], SKEW)

        def verdict(case):
            now = seconds(case["now"])
            wire = case.get("revocations", file["revocations"])
            revocations = wire and revocation_list(wire, keys, now, 0)
            seen = {bytes.fromhex(entry["id"]): entry["issue"] for entry in case.get("seen", file["seen"])}
            claims, shown_at, warnings = verify(case["text"], now, file["issuer"], keys, revocations, seen)
            return {"says": claims, "shown_at": shown_at, "warnings": warnings}

        for case in file["cases"]:
            self.judge(case, lambda: verdict(case))

    def test_the_bytes_to_be_signed(self):
        for name, what in (("keys.json", "keys"), ("revocations.json", "revocations")):
            good = [case for case in vectors(name)[0]["cases"] if "says" in case]
            for case in good:
                signed = Sign1(what, from_base64url(case["wire"]))
                self.assertEqual(signed.sig_structure.hex(), case["sig_structure"])
        shown = [case for case in vectors("ticket-code.json")[0]["cases"] if "says" in case]
        for case in shown:
            code, *moment = shown_parts(case["text"])
            self.assertEqual(code.hex(), case["opened"]["code"])
            self.assertEqual(Sign1("code", code).sig_structure.hex(), case["opened"]["sig_structure"])
            if moment:
                opened = case["opened"]["moment"]
                self.assertEqual(moment_structure(code, moment[0]).hex(), opened["sig_structure"])
                self.assertEqual((moment[0], moment[1].hex()), (opened["seconds"], opened["signature"]))


if __name__ == "__main__":
    unittest.main()
