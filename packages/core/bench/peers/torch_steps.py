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


class TabMMini(nn.Module):
    """Members share two layers; each has its factors of the input and its head."""

    def __init__(self, members, inputs, units):
        super().__init__()
        self.scale = nn.Parameter(torch.randint(2, (members, inputs)) * 2.0 - 1)
        self.shared = nn.Sequential(nn.Linear(inputs, units), nn.ReLU(), nn.Linear(units, units), nn.ReLU())
        bound = units**-0.5
        self.kernel = nn.Parameter(torch.empty(members, units, 1).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, 1).uniform_(-bound, bound))

    def forward(self, x):
        hidden = self.shared(x[:, None] * self.scale)
        return torch.einsum("bmu,muo->bmo", hidden, self.kernel) + self.bias


class FtTransformer(nn.Module):
    """Feature tokens, a class token, one block without the first norm, head on the class token; no dropout."""

    def __init__(self, features, size, heads):
        super().__init__()
        self.heads = heads
        hidden = int(size * 4 / 3)
        uniform = lambda *shape: nn.Parameter(torch.empty(*shape).uniform_(-(size**-0.5), size**-0.5))
        self.weight, self.bias, self.token = uniform(features, size), uniform(features, size), uniform(size)
        self.attention, self.output = nn.Linear(size, 3 * size), nn.Linear(size, size)
        self.norm, self.last = nn.LayerNorm(size), nn.LayerNorm(size)
        self.expand, self.contract = nn.Linear(size, 2 * hidden), nn.Linear(hidden, size)
        self.head = nn.Linear(size, 1)

    def forward(self, x):
        tokens = x[:, :, None] * self.weight + self.bias
        tokens = torch.cat([self.token.expand(len(x), 1, -1), tokens], 1)
        split = lambda part: part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
        q, k, v = map(split, self.attention(tokens).chunk(3, -1))
        mixed = nn.functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
        tokens = tokens + self.output(mixed)
        a, b = self.expand(self.norm(tokens)).chunk(2, -1)
        tokens = tokens + self.contract(a * nn.functional.relu(b))
        return self.head(nn.functional.relu(self.last(tokens[:, 0])))


# Of members, whose scores are [rows, members, 1], each learns by its own loss.
LOSSES = {
    "binary": lambda scores, y: nn.functional.binary_cross_entropy_with_logits(
        scores.flatten(1), y[:, None].expand(-1, scores[0].numel())
    ),
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
