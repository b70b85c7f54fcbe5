"""Same/Other/All as one would write it in PyTorch, on one thread: a linear model for each split, SGD, test error.

Argument: a folder with x.f32 (images, row-major) and design.json (labels, splits, settings). Prints the seconds from
the data in memory to the last test error, and the mean test error.
"""

import json
import sys
import time

import torch
from torch import nn


def train(x, y, design):
    network = nn.Linear(design["pixels"], design["classes"])
    optimizer = torch.optim.SGD(network.parameters(), lr=design["learningRate"])
    for _ in range(design["epochs"]):
        total = 0.0
        for batch in torch.randperm(len(x)).split(design["batchSize"]):
            optimizer.zero_grad()
            loss = nn.functional.cross_entropy(network(x[batch]), y[batch])
            loss.backward()
            optimizer.step()
            total += loss.item() * len(batch)
    return network


def main(folder):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    with open(f"{folder}/design.json") as file:
        design = json.load(file)
    y = torch.tensor(design["labels"])
    with open(f"{folder}/x.f32", "rb") as file:
        x = torch.frombuffer(bytearray(file.read()), dtype=torch.float32).reshape(len(y), design["pixels"])
    start = time.perf_counter()
    errors = []
    for split in design["splits"]:
        rows, test = torch.tensor(split["train"]), torch.tensor(split["test"])
        network = train(x[rows], y[rows], design)
        with torch.no_grad():
            errors.append((network(x[test]).argmax(1) != y[test]).float().mean().item())
    print(json.dumps({"seconds": time.perf_counter() - start, "error": sum(errors) / len(errors)}))


main(sys.argv[1])
