"""Times whole training steps in PyTorch on one thread: gather by index, forward, loss, backward, update.

Prints its version, then answers each line of JSON on the input by one: the times of a step in seconds, or why there are
none. Networks stay between questions, so that rounds can take turns with other engines.
"""

import json
import os
import sys

import torch
from torch import nn

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../../losses/bench/peers"))
from timing import measure

LOSSES = {
    "binary": lambda scores, y: nn.functional.binary_cross_entropy_with_logits(scores[:, 0], y),
    "classes": nn.functional.cross_entropy,
    "number": lambda scores, y: nn.functional.mse_loss(scores[:, 0], y),
}


def prepare(asked):
    torch.manual_seed(1)
    network = eval(asked["network"])  # of our own table
    parameters = sum(p.numel() for p in network.parameters())
    if parameters != asked["parameters"]:
        raise ValueError(f"{parameters} parameters, not {asked['parameters']}")
    x = torch.randn(asked["rows"], asked["inputs"])
    y = {
        "binary": lambda: torch.randint(2, (asked["rows"],)).float(),
        "classes": lambda: torch.randint(asked["outputs"], (asked["rows"],)),
        "number": lambda: torch.randn(asked["rows"]),
    }[asked["target"]]()
    rate = asked["learningRate"]
    optimizer = (
        torch.optim.SGD(network.parameters(), lr=rate)
        if asked["update"] == "sgd"
        else torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=asked["weightDecay"])
    )
    objective = LOSSES[asked["target"]]

    def loss_of(rows, targets):
        return objective(network(rows), targets)

    if asked["mode"] == "compile":
        loss_of = torch.compile(loss_of, dynamic=False)
    batches = torch.randperm(asked["rows"])[: asked["rows"] // asked["batch"] * asked["batch"]].split(asked["batch"])
    position = 0

    def step():
        nonlocal position
        batch = batches[position]
        position = (position + 1) % len(batches)
        optimizer.zero_grad(set_to_none=True)
        loss = loss_of(x[batch], y[batch])
        loss.backward()
        optimizer.step()
        # The loop of training looks at the loss of each batch, as ours does.
        return loss.item()

    step()
    return step


def main():
    torch.set_num_threads(1)
    print("PyTorch", torch.__version__, flush=True)
    steps, reasons = {}, {}
    for line in sys.stdin:
        asked = json.loads(line)
        key = (asked["id"], asked["mode"])
        try:
            if key not in steps and key not in reasons:
                steps[key] = prepare(asked)
            if key in reasons:
                answer = {"absent": reasons[key]}
            else:
                times = measure(steps[key], asked["seconds"])
                answer = dict(zip(("fastest", "q1", "median", "q3"), times))
        except Exception as error:
            reasons[key] = (str(error).strip().splitlines() or [repr(error)])[0]
            answer = {"absent": reasons[key]}
        print(json.dumps(answer), flush=True)


main()
