#!/usr/bin/env python3
"""Makes the first inputs of ReadersFuzzTest, by hand, without any library: python3 make_seeds.py

Inputs that were found later and led to a change are kept beside these under names that say what they were.
"""
import json
import pathlib

ROOT = pathlib.Path(__file__).parent.parent / "resources/io/pepper/onnx/ReadersFuzzTestInputs"


def varint(n):
    out = b""
    while n > 127:
        out += bytes([n & 127 | 128])
        n >>= 7
    return out + bytes([n])


def number(field, n):
    return varint(field << 3) + varint(n)


def field(number_, content):
    content = content.encode() if isinstance(content, str) else content
    return varint(number_ << 3 | 2) + varint(len(content)) + content


def value(name, *dims):
    shape = b"".join(field(1, number(1, d)) for d in dims)
    return field(1, name) + field(2, field(1, number(1, 1) + field(2, shape)))


def node(kind, inputs, outputs, *attributes):
    return (b"".join(field(1, i) for i in inputs) + b"".join(field(2, o) for o in outputs) + field(4, kind)
            + b"".join(field(5, a) for a in attributes))


def tensor(name, dims, *rest):
    return b"".join(number(1, d) for d in dims) + number(2, 1) + field(8, name) + b"".join(rest)


def model(*graph, functions=()):
    return (number(1, 8) + field(7, b"".join(graph) + field(2, "g"))
            + field(8, number(2, 17)) + b"".join(field(25, f) for f in functions))


def entry(key, text):
    return field(13, field(1, key) + field(2, text))


ENDS = (field(11, value("x", 1, 4)), field(12, value("y", 1, 4)))
CHAIN = model(field(1, node("Relu", ["x"], ["h"])), field(1, node("Tanh", ["h"], ["y"])), *ENDS)
WEIGHTS = model(field(1, node("Add", ["x", "w"], ["y"])), field(5, tensor("w", [512], field(9, bytes(2048)))), *ENDS)
BODY = field(1, node("Neg", ["x"], ["b"])) + field(12, value("b", 1, 4))
BRANCHES = model(field(1, node("If", ["c"], ["y"],
                               field(1, "then_branch") + number(20, 5) + field(6, BODY),
                               field(1, "else_branch") + number(20, 5) + field(6, BODY))), *ENDS, field(11, value("c")))
FUNCTION = field(1, "F") + field(4, "a") + field(5, "b") + field(7, node("Relu", ["a"], ["b"])) + field(10, "own")
CALL = model(field(1, node("F", ["x"], ["y"]) + field(7, "own")), *ENDS, functions=[FUNCTION])
SELF = field(1, "F") + field(7, node("F", ["a"], ["b"]) + field(7, "own")) + field(10, "own")


def data(*entries):
    return model(field(1, node("Add", ["x", "w"], ["y"])),
                 field(5, tensor("w", [512], *entries, number(14, 1))), *ENDS)


MANIFEST = {
    "format": "pepper-partition", "version": 1, "tool": "t", "model": {"name": "m", "sha256": None}, "weights": "external",
    "inputs": [{"name": "x", "type": "float", "shape": [1, "n", None]}], "outputs": [],
    "parts": [{"file": "m_part1.onnx", "sha256": None, "bytes": 1, "operators": 1, "recomputedOperators": 0,
               "constantOperators": 0, "weightBytes": 0, "inputs": [], "outputs": [],
               "data": [{"file": "m_part1.onnx.data", "sha256": None, "bytes": 7}]}],
    "cuts": [], "unusedOperators": 0, "notes": ["a"]}
SEEDS = {
    "model/chain": CHAIN, "model/weights": WEIGHTS, "model/branches": BRANCHES, "model/function": CALL,
    "model/function_that_calls_itself": model(field(1, node("F", ["x"], ["y"])), *ENDS, functions=[SELF]),
    "model/empty_operators": model(field(1, b"") * 500), "model/cut_off": WEIGHTS[:-700], "model/text": b"no model",
    "modelWithData/sound": data(entry("location", "data.bin"), entry("offset", "1024"), entry("length", "2048")),
    "modelWithData/beyond_the_end": data(entry("location", "data.bin"), entry("offset", "4095")),
    "modelWithData/above": data(entry("location", "../data.bin")),
    "modelWithData/itself": data(entry("location", "fuzz.onnx")),
    "manifest/sound": json.dumps(MANIFEST).encode(),
    "manifest/outside": json.dumps(MANIFEST).replace("m_part1.onnx.data", "../../x").encode(),
    "manifest/deep": b"[" * 5000, "manifest/key_twice": b'{"format": 1, "format": 2}',
    "plan/nothing": b"{}", "plan/format": b'{"format": "pepper-plan", "version": 1}',
}

for name, content in SEEDS.items():
    file = ROOT / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
