/** The networks that are timed: each once as a pipeline, and once as an expression in PyTorch. */
import * as Bce from "@rocflow/losses/Bce"
import * as CrossEntropy from "@rocflow/losses/CrossEntropy"
import * as Mse from "@rocflow/losses/Mse"
import * as Ingress from "../src/pipeline/Ingress.ts"
import * as Nn from "../src/pipeline/Nn.ts"
import * as Optimizer from "../src/pipeline/Optimizer.ts"
import type * as Pipeline from "../src/pipeline/Pipeline.ts"
import type * as Shape from "../src/pipeline/Shape.ts"
import type { Stage } from "../src/pipeline/Stage.ts"
import * as Transform from "../src/pipeline/Transform.ts"

export const groups = ["table", "rows", "width", "depth"] as const
export type Group = (typeof groups)[number]

/** What the scores are for, which decides the loss. */
export type Target = "binary" | "classes" | "number"

/** SGD, or Adam with decoupled weight decay; both with the learning rate `learningRate`. */
export type Update = "sgd" | "adamw"

/** A network with its data and its batch. `stages` go from the ingress to the optimizer. */
export interface Network {
  readonly group: Group
  readonly title: string
  /** Numbers a row that come in. */
  readonly inputs: number
  readonly outputs: number
  readonly batch: number
  readonly target: Target
  readonly update: Update
  readonly stages: ReadonlyArray<Stage>
  /** The same network as an expression, with `nn` and what `peers/torch_steps.py` defines. */
  readonly torch: string
}

/** Small, so that no network diverges on targets that mean nothing. */
export const learningRate = 1e-4
export const weightDecay = 1e-2

const adamw = Optimizer.chain(Transform.adam(), Transform.decay({ rate: weightDecay }), Transform.rate(learningRate))

type Given = Omit<Network, "stages" | "target" | "update" | "torch" | "group"> &
  Partial<Pick<Network, "update" | "group">>

/** Layers from an ingress of numbers to the last ones before the head. */
type Body = Pipeline.Pipeline<"ingress" | "layer", never, readonly [number]>

/** Layers from an ingress of numbers to the head. */
type Scores = Pipeline.Pipeline<"head", never, Shape.Shape>

const close = (scores: Scores, target: Target, update: Update): ReadonlyArray<Stage> => {
  const lossy =
    target === "binary"
      ? scores.pipe(Bce.loss())
      : target === "classes"
        ? scores.pipe(CrossEntropy.loss())
        : scores.pipe(Mse.loss())
  return lossy.pipe(update === "sgd" ? Optimizer.sgd({ learningRate }) : adamw).stages
}

const make = (given: Given, target: Target, scores: Scores, torch: string): Network => {
  const { group = "table", update = "sgd" } = given
  return { ...given, group, update, target, stages: close(scores, target, update), torch }
}

/** Linear layers of these widths with ReLU after each, and a last one. */
const perceptron = (given: Given, target: Target, hidden: ReadonlyArray<number> = []): Network => {
  const body = hidden.reduce<Body>((sofar, units) => sofar.pipe(Nn.linear(units), Nn.relu()), Ingress.numeric())
  const widths = [given.inputs, ...hidden]
  const torch = widths.map((width, i) =>
    i < hidden.length ? `nn.Linear(${width}, ${hidden[i]}), nn.ReLU()` : `nn.Linear(${width}, ${given.outputs})`
  )
  return make(given, target, body.pipe(Nn.head()), `nn.Sequential(${torch.join(", ")})`)
}

const repeated = (times: number, width: number): ReadonlyArray<number> => Array.from({ length: times }, () => width)

const table: ReadonlyArray<Network> = [
  perceptron({ title: "2→1", inputs: 2, outputs: 1, batch: 16 }, "binary"),
  perceptron({ title: "60→10→2", inputs: 60, outputs: 2, batch: 32 }, "classes", [10]),
  perceptron({ title: "1000→1", inputs: 1000, outputs: 1, batch: 32 }, "number"),
  perceptron({ title: "784→10", inputs: 784, outputs: 10, batch: 500 }, "classes"),
  perceptron({ title: "784→128→10", inputs: 784, outputs: 10, batch: 128 }, "classes", [128]),
  perceptron({ title: "1000→4×100→1", inputs: 1000, outputs: 1, batch: 32 }, "number", repeated(4, 100)),
  perceptron(
    { title: "1000→4×200→1, AdamW", inputs: 1000, outputs: 1, batch: 32, update: "adamw" },
    "number",
    repeated(4, 200)
  )
]

const rows = [1, 8, 64, 512, 4096].map((batch) =>
  perceptron({ group: "rows", title: `100→64→10`, inputs: 100, outputs: 10, batch }, "classes", [64])
)

const width = [16, 64, 256, 1024].map((units) =>
  perceptron({ group: "width", title: `784→${units}→10`, inputs: 784, outputs: 10, batch: 64 }, "classes", [units])
)

const depth = [1, 2, 4, 8, 16].map((layers) =>
  perceptron(
    { group: "depth", title: `100→${layers}×64→1`, inputs: 100, outputs: 1, batch: 64 },
    "binary",
    repeated(layers, 64)
  )
)

/** Two convolutions of 3×3 that keep the size, each with ReLU and a maximum of 2×2. */
const convolution = (batch: number): Network => {
  const body = Ingress.numeric().pipe(
    Nn.reshape([28, 28, 1]),
    Nn.conv2d({ filters: 16, size: 3, padding: "same" }),
    Nn.relu(),
    Nn.maxPool2d(2),
    Nn.conv2d({ filters: 32, size: 3, padding: "same" }),
    Nn.relu(),
    Nn.maxPool2d(2),
    Nn.flatten()
  )
  const layer = (from: number, to: number) => `nn.Conv2d(${from}, ${to}, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)`
  const torch = `nn.Unflatten(1, (1, 28, 28)), ${layer(1, 16)}, ${layer(16, 32)}, nn.Flatten(), nn.Linear(1568, 10)`
  const given = { title: "28×28×1→conv 16→conv 32→10", inputs: 784, outputs: 10, batch }
  return make(given, "classes", body.pipe(Nn.head()), `nn.Sequential(${torch})`)
}

/** Feature tokens of size 192, a class token, and a block of the FT-transformer as in its paper, without dropout. */
const transformer = (features: number, batch: number): Network => {
  const none = { attentionDropout: 0, hiddenDropout: 0 }
  const body = Ingress.numeric().pipe(
    Nn.featureTokens(192),
    Nn.classToken(),
    Nn.transformer({ firstNorm: false, ...none }),
    Nn.takeToken(),
    Nn.layerNorm(),
    Nn.relu()
  )
  const given = { title: `FT-transformer block, ${features} features`, inputs: features, outputs: 1, batch }
  return make({ ...given, update: "adamw" }, "binary", body.pipe(Nn.head()), `FtTransformer(${features}, 192, 8)`)
}

/** TabM-mini: 32 members that share two layers, and differ in factors of the input and in their heads. */
const members = (inputs: number, units: number, batch: number): Network => {
  const shared = { adapter: "none" } as const
  const body = Ingress.numeric().pipe(
    Nn.members(32, { adapter: "signs" }),
    Nn.memberLinear(units, shared),
    Nn.relu(),
    Nn.memberLinear(units, shared),
    Nn.relu(),
    Nn.memberHead()
  )
  const given = { title: `TabM-mini, 32 × ${inputs}→2×${units}→1`, inputs, outputs: 1, batch }
  return make({ ...given, update: "adamw" }, "binary", body, `TabMMini(32, ${inputs}, ${units})`)
}

const others: ReadonlyArray<Network> = [convolution(64), members(50, 256, 128), transformer(20, 128)]

export const networks: ReadonlyArray<Network> = [...table, ...others, ...rows, ...width, ...depth]
