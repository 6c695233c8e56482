#!/usr/bin/env bash
# Divides a model of a gigabyte into four parts, with weights inline, copied to data files, and referred to, beside `cp` of the same bytes and
# Python's onnx.utils.extract_model for the same parts. Prints seconds and peak memory of each process, as a table, and the seconds of the fourth time
# in one JVM.
#
#   mvn -q -B -pl pepper-bench -am package -DskipTests
#   pepper-bench/compare/weights.sh [DIR]     # a directory with about 5 GB is made in DIR, and removed
#
# LAYERS=4 WIDTH=1024 makes a small model of it, to try the script.
#
# Needs Debian's python3-onnx and time. Figures move with what the disk's cache holds: each is run twice, and the second counts.
set -euo pipefail
root="$(cd "$(dirname "$0")/../.." && pwd)"
work="$(mktemp -d "${1:-.}/pepper-weights.XXXXXX")"
trap 'rm -rf "$work"' EXIT
PYTHON="${PYTHON:-/usr/bin/python3}" # Debian puts its packages beside its own
export LAYERS="${LAYERS:-16}" WIDTH="${WIDTH:-4096}"
classes="$root/pepper-bench/target/classes:$root/pepper-bench/target/lib/*"

"$PYTHON" - "$work" <<'PYTHON'
import os
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

layers, width = int(os.environ["LAYERS"]), int(os.environ["WIDTH"])
random = numpy.random.default_rng(1)
nodes, weights = [], []
for i in range(layers):
    values = random.standard_normal((width, width), dtype=numpy.float32) / width
    weights.append(numpy_helper.from_array(values, f"w{i}"))
    nodes.append(helper.make_node("MatMul", [f"h{i}", f"w{i}"], [f"h{i + 1}"]))
ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, width]) for name in ("h0", f"h{layers}")]
between = [helper.make_tensor_value_info(f"h{i}", TensorProto.FLOAT, [1, width]) for i in range(1, layers)]
graph = helper.make_graph(nodes, "large", ends[:1], ends[1:], weights, value_info=between)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])
model.ir_version = 8
onnx.save(model, f"{sys.argv[1]}/large.onnx")
PYTHON

measure() { # name command...
  local name="$1"
  shift
  for _ in 1 2; do
    rm -rf "$work/out" "$work"/large_part* "$work/partition.json"
    mkdir "$work/out"
    /usr/bin/time -f "%e %M" -o "$work/figures" "$@" >/dev/null
  done
  awk -v name="$name" -v warm="${WARM:-}" '{printf "| %s | %.2f | %s | %.0f |\n", name, $1, warm, $2 / 1024}' "$work/figures"
}

warm() { # storage hashes: the seconds of the fourth time
  rm -rf "$work/out" "$work"/large_part* "$work/partition.json"
  local target="$work/out"
  if [ "$1" = reference ]; then target="$work"; fi
  java -cp "$classes" -Xmx128m -Dpepper.runs=4 io.pepper.bench.ExportOnce "$work/large.onnx" "$target" 4 "$1" "$2"
}

divide() { # directory storage hashes
  java -cp "$classes" -Xmx128m io.pepper.bench.ExportOnce "$work/large.onnx" "$1" 4 "$2" "$3"
}
export -f divide
export classes work

echo "| | seconds, a whole process | in a JVM that has begun | peak MiB |"
echo "|---|---|---|---|"
measure "cp --reflink=never" cp --reflink=never "$work/large.onnx" "$work/out/copy"
for storage in inline external reference; do
  target="$work/out"
  if [ "$storage" = reference ]; then target="$work"; fi
  WARM="$(warm "$storage" false)" measure "$storage" bash -c "divide $target $storage false"
  WARM="$(warm "$storage" true)" measure "$storage, SHA-256" bash -c "divide $target $storage true"
done
measure "extract_model, four parts" "$PYTHON" -c "
import onnx.utils
for part in range(4):
    onnx.utils.extract_model('$work/large.onnx', f'$work/out/part{part}.onnx', [f'h{part * $LAYERS // 4}'], [f'h{(part + 1) * $LAYERS // 4}'])
"
