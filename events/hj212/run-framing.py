"""Holds the framing and CRC of a small HJ 212 reader in Python 3 to the corpus: python3 run_framing.py [case id ...]"""
import base64, glob, json, os, re, sys

def crc212(data):
    crc = 0xFFFF
    for byte in data:
        crc = (crc >> 8) ^ byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0xA001 if crc & 1 else 0)
    return "%04X" % crc

def frames(data):
    """(offset, size) of each frame in clear with a right CRC; a strict reader: deviations of length and CRC are refused."""
    found, at = [], 0
    while (start := data.find(b"##", at)) >= 0:
        at, digits = start + 1, data[start + 2:start + 6]
        if re.fullmatch(rb"\d{4}", digits):
            end = start + 6 + int(digits)
            segment, crc = data[start + 6:end], data[end:end + 4].decode("latin1")
            # A segment that holds the start of another frame: its length was damaged and reaches over that frame.
            if segment.endswith(b"&&") and not re.search(rb"##\d{4}[A-Z]", segment) and crc == crc212(segment):
                found.append((start, end + 4 - start))
                at = end + 4
    return found

LEFT_OUT = {"lower-case-crc", "crc-bytes-swapped", "modbus-crc", "short-length"}
folder, only, failed, count = os.path.dirname(os.path.abspath(__file__)), set(sys.argv[1:]), [], 0
for path in sorted(glob.glob(folder + "/cases/*.json")):
    for case in json.load(open(path, encoding="utf-8")):
        pieces = case["expect"]["pieces"]
        if (only and case["id"] not in only) or any(p.get("encrypted") or "key" in p.get("reasons", []) for p in pieces):
            continue
        data, count = base64.b64decode(case["input"]["base64"]), count + 1
        got = frames(data)
        want = [(p["offset"], p["size"]) for p in pieces if p["kind"] == "frame" and not LEFT_OUT & set(p["deviations"])]
        # Whole frames whose contents are refused are framed all the same; which, this reader does not ask.
        allowed = {(p["offset"], p["size"]) for p in pieces if {"content", "edition", "time"} & set(p.get("reasons", []))}
        sums = [(p["crc"]["computed"], p["offset"] + 2 + len(p["length"]["text"]), p["length"]["value"]) for p in pieces if p["kind"] == "frame"]
        if [f for f in got if f not in allowed] != want or any(crc212(data[a:a + n]) != crc for crc, a, n in sums):
            failed.append(case["id"])
print("%d cases, %d failed %s" % (count, len(failed), " ".join(failed)))
sys.exit(1 if failed else 0)
