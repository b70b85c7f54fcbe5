"""Times AUM of tensor operations, forward and backward, in PyTorch: one thread, double precision.

Arguments: a folder, the seconds for each size, the sizes. Reads scores-N.f64 and labels-N.f64, writes the gradient to
torch-N.f64, and prints a line for each size: N, value, fastest, lower quartile, median, upper quartile (seconds).
"""

import sys
from array import array

import torch

from timing import measure


def aum(scores, labels):
    """The area under min(FPR, FNR): from one score to the next, in descending order, both rates are constant."""
    score, order = torch.sort(scores, descending=True)
    positive = labels[order]
    negative = 1 - positive
    fpr = torch.cumsum(negative, 0) / negative.sum()
    fnr = 1 - torch.cumsum(positive, 0) / positive.sum()
    return ((score[:-1] - score[1:]) * torch.minimum(fpr, fnr)[:-1]).sum()


def read(path):
    values = array("d")
    with open(path, "rb") as file:
        values.frombytes(file.read())
    return torch.tensor(values, dtype=torch.float64)


def main(folder, budget, sizes):
    torch.set_num_threads(1)
    for rows in sizes:
        scores = read(f"{folder}/scores-{rows}.f64").requires_grad_()
        labels = read(f"{folder}/labels-{rows}.f64")

        def run():
            scores.grad = None
            value = aum(scores, labels)
            value.backward()
            return value

        value = run().item()
        with open(f"{folder}/torch-{rows}.f64", "wb") as file:
            file.write(array("d", scores.grad.tolist()).tobytes())
        print(rows, repr(value), *measure(run, float(budget)), sep="\t", flush=True)


print("PyTorch", torch.__version__, sep="\t")
main(sys.argv[1], sys.argv[2], [int(rows) for rows in sys.argv[3:]])
