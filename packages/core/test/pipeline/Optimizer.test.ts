import * as Mse from "@rocflow/losses/Mse"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { findNothing } from "../../src/pipeline/Decode.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Schedule from "../../src/pipeline/Schedule.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import { partOf } from "../support/pipelines.ts"

/** The gradients of three steps for two parameters that start at 1 and −2. */
const gradients = [
  [0.5, -1],
  [0.25, 2],
  [-1, 0.5]
] as const
const start = [1, -2] as const

const boundTo = (definition: Optimizer.Definition, given: object): Transform.Bound =>
  partOf(definition.bind(given, findNothing), "optimizer").transform

const namesOf = (transform: Transform.Bound) => transform.begin(["linear.kernel"]).slots[0]

const follow = (transform: Transform.Bound): ReadonlyArray<ReadonlyArray<number>> => {
  const { apply, slots: names } = transform.begin(["linear.kernel"])
  const values = Float32Array.from(start)
  const slots = names.map((own) => own.map(() => new Float32Array(2)))
  return gradients.map((gradient, i) => {
    const update = Float32Array.from(gradient)
    const arrays = [{ path: "linear.kernel", values, update }]
    apply({ step: i + 1, arrays, read: Schedule.reading(i / 3), search: () => Number.NaN }, slots)
    update.forEach((step, j) => (values[j]! -= step))
    return Array.from(values)
  })
}

const run = (definition: Optimizer.Definition, given: object) => follow(boundTo(definition, given))

/** One parameter at a time, in double precision, from the formula of a step. */
const written = (makeStep: () => (w: number, g: number, t: number) => number) => {
  const tracks = start.map((w0, j) => {
    const step = makeStep()
    let w = w0 as number
    return gradients.map((gradient, i) => (w = step(w, gradient[j]!, i + 1)))
  })
  return gradients.map((_, i) => tracks.map((track) => track[i]!))
}

const near = (actual: ReadonlyArray<ReadonlyArray<number>>, expected: ReadonlyArray<ReadonlyArray<number>>) =>
  expected.forEach((row, i) => row.forEach((value, j) => expect(actual[i]![j]).toBeCloseTo(value, 6)))

describe("sgd", () => {
  it("steps against the gradient", () => {
    // By hand: 1 − 0.1·0.5, − 0.1·0.25, + 0.1·1; −2 + 0.1·1, − 0.1·2, − 0.1·0.5.
    near(run(Optimizer.sgdDefinition, { learningRate: 0.1 }), [
      [0.95, -1.9],
      [0.925, -2.1],
      [1.025, -2.15]
    ])
  })

  it("adds up a velocity", () => {
    // By hand, momentum 0.5: v = 0.5, 0.5, −0.75 and −1, 1.5, 1.25 (the gradient undamped, as torch.optim.SGD).
    near(run(Optimizer.sgdDefinition, { learningRate: 0.1, momentum: 0.5 }), [
      [0.95, -1.9],
      [0.9, -2.05],
      [0.975, -2.175]
    ])
  })

  it("looks ahead with Nesterov momentum", () => {
    // torch.optim.SGD(nesterov=True): v ← μ v + g, w ← w − η (g + μ v).
    const formula = () => {
      let v = 0
      return (w: number, g: number) => {
        v = 0.9 * v + g
        return w - 0.1 * (g + 0.9 * v)
      }
    }
    near(run(Optimizer.sgdDefinition, { learningRate: 0.1, momentum: 0.9, nesterov: true }), written(formula))
    expect(run(Optimizer.sgdDefinition, { learningRate: 0.1, momentum: 0.9, nesterov: true })).not.toEqual(
      run(Optimizer.sgdDefinition, { learningRate: 0.1, momentum: 0.9 })
    )
  })

  it("keeps no state without momentum, and Nesterov then changes nothing", () => {
    expect(namesOf(boundTo(Optimizer.sgdDefinition, { learningRate: 1 }))).toEqual([])
    expect(namesOf(boundTo(Optimizer.sgdDefinition, { learningRate: 1, momentum: 0.1 }))).toEqual(["0.velocity"])
    expect(run(Optimizer.sgdDefinition, { learningRate: 0.1, nesterov: true })).toEqual(
      run(Optimizer.sgdDefinition, { learningRate: 0.1 })
    )
  })
})

describe("adam", () => {
  it.each([{}, { learningRate: 0.1 }, { learningRate: 0.02, beta1: 0.5, beta2: 0.8, epsilon: 0.01 }])(
    "is the algorithm of the paper with %o",
    (given) => {
      // Kingma and Ba 2015, algorithm 1; torch.optim.Adam divides by √v̂ + ε too.
      const {
        learningRate: a,
        beta1: b1,
        beta2: b2,
        epsilon
      } = {
        learningRate: 0.001,
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-8,
        ...given
      }
      const formula = () => {
        let [m, v] = [0, 0]
        return (w: number, g: number, t: number) => {
          m = b1 * m + (1 - b1) * g
          v = b2 * v + (1 - b2) * g * g
          return w - (a * (m / (1 - b1 ** t))) / (Math.sqrt(v / (1 - b2 ** t)) + epsilon)
        }
      }
      near(run(Optimizer.adamDefinition, given), written(formula))
    }
  )

  it("makes a first step of the learning rate, whatever the size of the gradient", () => {
    const [first] = run(Optimizer.adamDefinition, { learningRate: 0.1 })
    expect(first![0]).toBeCloseTo(0.9, 6)
    expect(first![1]).toBeCloseTo(-1.9, 6)
  })

  it("has the paper's defaults", () => {
    expect(Result.getOrThrow(Optimizer.adamDefinition.bind({}, findNothing).bound).encoded).toEqual({
      learningRate: 0.001,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8
    })
  })
})

describe("a chain with a name", () => {
  const clipped = Optimizer.define({
    id: "Mine.clipped",
    summary: "Clipped gradients",
    options: Schema.Struct({ learningRate: Schema.Finite }),
    make: ({ learningRate }) => [Transform.clip({ norm: 1 }), Transform.rate(learningRate)]
  })

  it.each<[string, Optimizer.Definition, object, Parameters<typeof Optimizer.chain>]>([
    ["sgd", Optimizer.sgdDefinition, { learningRate: 0.1 }, [Transform.rate(0.1)]],
    [
      "sgd with momentum",
      Optimizer.sgdDefinition,
      { learningRate: 0.1, momentum: 0.9, nesterov: true },
      [Transform.momentum({ momentum: 0.9, nesterov: true }), Transform.rate(0.1)]
    ],
    [
      "adam",
      Optimizer.adamDefinition,
      { learningRate: 0.02, beta1: 0.5 },
      [Transform.adam({ beta1: 0.5 }), Transform.rate(0.02)]
    ],
    ["one's own", clipped, { learningRate: 0.1 }, [Transform.clip({ norm: 1 }), Transform.rate(0.1)]]
  ])("is Optimizer.chain of its transforms (%s)", (_, definition, given, transforms) => {
    const { stages } = Ingress.numeric().pipe(Nn.head(), Mse.loss(), Optimizer.chain(...transforms))
    const chain = partOf(stages.at(-1)!, "optimizer").transform
    expect(run(definition, given)).toEqual(follow(chain))
    expect(namesOf(boundTo(definition, given))).toEqual(namesOf(chain))
  })

  it("passes on what is wrong with a transform that it is made of", () => {
    // Without it the chain would be empty, and would step by the gradient itself.
    expect(clipped.bind({ learningRate: -1 }, findNothing).bound).toEqual(
      Result.fail([{ path: [], message: "Mine.clipped: Transform.rate: Expected a value greater than or equal to 0, got -1" }])
    )
  })
})

describe("options", () => {
  it.each<[Optimizer.Definition, object]>([
    [Optimizer.sgdDefinition, {}],
    [Optimizer.sgdDefinition, { learningRate: 0 }],
    [Optimizer.sgdDefinition, { learningRate: -1 }],
    [Optimizer.sgdDefinition, { learningRate: Infinity }],
    [Optimizer.sgdDefinition, { learningRate: 1, momentum: 1 }],
    [Optimizer.sgdDefinition, { learningRate: 1, momentum: -0.1 }],
    [Optimizer.adamDefinition, { beta1: 1 }],
    [Optimizer.adamDefinition, { beta2: -0.1 }],
    [Optimizer.adamDefinition, { epsilon: 0 }],
    [Optimizer.chainDefinition, { transforms: [] }],
    [Optimizer.lineSearchDefinition, { learningRate: 1 }]
  ])("out of range are refused (%o)", ({ bind }, given) => {
    expect(Result.isFailure(bind(given, findNothing).bound)).toBe(true)
  })
})
