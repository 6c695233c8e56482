"""Makes original_bridges.txt: what the original PEPPER's rules give on small random operator lists.

Run with Python 3 and networkx (made with 2.8.8): python3 original_bridges.py > original_bridges.txt
A case is: inputs, outputs, one line an operator , then the bridges found.
"""
import random
import re

import networkx as nx


def random_case(rng):
    names = ["", "", "", "op", "conv", "relu", "x/input_1", "input_0", "dummy_1"]
    inputs = ["in%d" % i for i in range(rng.randint(1, 3))]
    tensors, operators = list(inputs), []
    for i in range(rng.randint(1, 12)):
        reads = [rng.choice(tensors[-3:] if rng.random() < 0.8 else tensors) for _ in range(rng.choice([1, 1, 1, 2]))]
        writes = ["t%d" % i]
        if rng.random() < 0.1:
            reads.append("")
        if rng.random() < 0.1:
            writes.append("")
        name = rng.choice(names) if rng.random() < 0.3 else "n%d" % i
        operators.append((name, reads, writes))
        tensors.append("t%d" % i)
    return inputs, [tensors[-1]], operators


def original(inputs, outputs, operators):
    keyed, unnamed = [], 0
    for name, reads, writes in operators:
        if name == "":
            name = "dummy_%d" % unnamed
            unnamed += 1
        keyed.append((name, reads, writes))
    graph = nx.DiGraph()
    for name, _, _ in keyed:
        graph.add_node(name, kind="op")
    for name, reads, _ in keyed:
        for tensor in reads:
            for maker, _, writes in keyed:
                if tensor in writes:
                    graph.add_edge(maker, name)
    for i, tensor in enumerate(inputs):
        graph.add_node("input_%d" % i, kind="input")
        for name, reads, _ in keyed:
            if tensor in reads:
                graph.add_edge("input_%d" % i, name)
    for i, tensor in enumerate(outputs):
        graph.add_node("output_%d" % i, kind="output")
        for name, _, writes in keyed:
            if tensor in writes:
                graph.add_edge(name, "output_%d" % i)
    kinds = dict(graph.nodes.data("kind"))
    root = [name for name in kinds if re.search("input_[0-9]", name)][0]
    depths = nx.single_source_shortest_path_length(graph, root)
    return [(u, v, depths[u]) for u, v in nx.bridges(graph.to_undirected())
            if kinds[u] == "op" and kinds[v] == "op" and u in depths]


if __name__ == "__main__":
    rng = random.Random(20261123)
    for _ in range(400):
        inputs, outputs, operators = random_case(rng)
        print("case;" + ",".join(inputs) + ";" + ",".join(outputs))
        for name, reads, writes in operators:
            print("operator;" + name + ";" + ",".join(reads) + ";" + ",".join(writes))
        for u, v, depth in original(inputs, outputs, operators):
            print("bridge;%s;%s;%d" % (u, v, depth))
