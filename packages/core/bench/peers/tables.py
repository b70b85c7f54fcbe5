"""The peer of tables.ts: polars reads the table, NumPy divides its rows, PyTorch learns from them on one thread."""

import json
import resource
import sys
import time

import numpy as np
import polars as pl
import torch

torch.set_num_threads(1)
generator = np.random.default_rng(1)

# The first step imports more of PyTorch.
warm = torch.nn.Linear(1, 1)
first = torch.optim.SGD(warm.parameters(), lr=0.1)
torch.nn.BCEWithLogitsLoss()(warm(torch.ones(1, 1)), torch.ones(1, 1)).backward()
first.step()

laps = [time.perf_counter()]

table = pl.read_csv(sys.argv[1], infer_schema_length=256)
y = (table["Class"] == "yes").to_numpy()
laps.append(time.perf_counter())

fold = np.empty(len(y), dtype=np.int32)
for level in (False, True):
    rows = generator.permutation(np.flatnonzero(y == level))
    fold[rows] = np.arange(len(rows)) % 5
train, test = np.flatnonzero(fold != 0), np.flatnonzero(fold == 0)
laps.append(time.perf_counter())

x = table.drop("Class").to_numpy()
mean, deviation = x[train].mean(0), x[train].std(0, ddof=1)
scaled = lambda rows: torch.from_numpy(((x[rows] - mean) / deviation).astype(np.float32))
inputs, targets = scaled(train), torch.from_numpy(y[train].astype(np.float32))
model = torch.nn.Linear(inputs.shape[1], 1)
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
loss = torch.nn.BCEWithLogitsLoss()
for _ in range(3):
    order = torch.randperm(len(inputs))
    for batch in order.split(1024):
        optimizer.zero_grad()
        value = loss(model(inputs[batch])[:, 0], targets[batch])
        value.backward()
        optimizer.step()
        value.item()
with torch.no_grad():
    scores = model(scaled(test))[:, 0].numpy()
laps.append(time.perf_counter())

ranks = np.empty(len(test))
ranks[np.argsort(scores)] = np.arange(1, len(test) + 1)
positive = y[test].sum()
auc = (ranks[y[test]].sum() - positive * (positive + 1) / 2) / (positive * (len(test) - positive))
read, split, training = np.diff(laps)
print(
    json.dumps(
        {
            "version": f"polars {pl.__version__}, PyTorch {torch.__version__}",
            "read": read,
            "split": split,
            "train": training,
            "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
            "auc": float(auc),
        }
    )
)
