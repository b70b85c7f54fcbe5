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

describe("against PyTorch", () => {
  // The parameters after three steps of torch.optim (PyTorch 2.15) with the gradients above, in double precision.
  it.each<[string, Optimizer.Definition, object, ReadonlyArray<ReadonlyArray<number>>]>([
    [
      "SGD(lr=0.1, momentum=0.9, weight_decay=0.1)",
      Optimizer.sgdDefinition,
      { learningRate: 0.1, momentum: 0.9, weightDecay: 0.1 },
      [
        [0.94, -1.88],
        [0.8516, -1.9532],
        [0.863524, -2.049548]
      ]
    ],
    [
      "Adam(lr=0.1, weight_decay=0.1)",
      Optimizer.adamDefinition,
      { learningRate: 0.1, weightDecay: 0.1 },
      [
        [0.900000002, -1.900000001],
        [0.805009766, -1.925017878],
        [0.812098261, -1.953127271]
      ]
    ],
    [
      "AdamW()",
      Optimizer.adamwDefinition,
      {},
      [
        [0.99899, -1.99898],
        [0.998047831, -1.999326114],
        [0.998244207, -1.999721772]
      ]
    ],
    [
      "AdamW(lr=0.1, betas=(0.5, 0.8), eps=0.01, weight_decay=0.2)",
      Optimizer.adamwDefinition,
      { learningRate: 0.1, beta1: 0.5, beta2: 0.8, epsilon: 0.01, weightDecay: 0.2 },
      [
        [0.881960784, -1.860990099],
        [0.7792618, -1.884634823],
        [0.823683526, -1.901689551]
      ]
    ],
    [
      "RMSprop()",
      Optimizer.rmspropDefinition,
      {},
      [
        [0.90000002, -1.90000001],
        [0.855098703, -1.989532302],
        [0.942572662, -2.011479654]
      ]
    ],
    [
      "RMSprop(lr=0.1, alpha=0.8, eps=0.01, momentum=0.5, centered=True)",
      Optimizer.rmspropDefinition,
      { learningRate: 0.1, alpha: 0.8, epsilon: 0.01, momentum: 0.5, centered: true },
      [
        [0.761904762, -1.756097561],
        [0.517026423, -1.842491098],
        [0.597642445, -1.943424586]
      ]
    ],
    [
      "RMSprop(lr=0.1, weight_decay=0.1)",
      Optimizer.rmspropDefinition,
      { learningRate: 0.1, weightDecay: 0.1 },
      [
        [1.67e-7, -1.000000083],
        [-0.386264325, -1.846696981],
        [0.463626494, -1.986537812]
      ]
    ],
    [
      "Adagrad()",
      Optimizer.adagradDefinition,
      {},
      [
        [0.99, -1.99],
        [0.985527864, -1.998944272],
        [0.99425658, -2.001126451]
      ]
    ],
    [
      "Adagrad(lr=0.5, eps=0.01, weight_decay=0.1)",
      Optimizer.adagradDefinition,
      { learningRate: 0.5, epsilon: 0.01, weightDecay: 0.1 },
      [
        [0.508196721, -1.504132231],
        [0.287391339, -1.921691224],
        [0.695275031, -1.990521864]
      ]
    ]
  ])("has the numbers of %s", (_, definition, given, expected) => near(run(definition, given), expected))
})

describe("adamw", () => {
  it("decays beside the moments, by the closed form of a gradient of 0", () => {
    // w ← w − learningRate·weightDecay·w, whatever the moments: w·(1 − 0.1·0.5)^t.
    const { apply, slots: names } = boundTo(Optimizer.adamwDefinition, { learningRate: 0.1, weightDecay: 0.5 }).begin([
      "linear.kernel"
    ])
    const slots = names.map((own) => own.map(() => new Float32Array(1)))
    const values = Float32Array.of(2)
    for (let step = 1; step <= 5; step++) {
      const update = new Float32Array(1)
      apply(
        { step, arrays: [{ path: "linear.kernel", values, update }], read: Schedule.reading(0), search: () => 0 },
        slots
      )
      values[0]! -= update[0]!
      expect(values[0]).toBeCloseTo(2 * 0.95 ** step, 6)
    }
  })

  it("is adam where nothing decays", () => {
    expect(run(Optimizer.adamwDefinition, { weightDecay: 0 })).toEqual(run(Optimizer.adamDefinition, {}))
  })
})

describe("lion", () => {
  it("is the algorithm of the paper", () => {
    // Chen et al. 2023, algorithm 2: u = sign(β₁ m + (1 − β₁) g), θ ← θ − η (u + λ θ), m ← β₂ m + (1 − β₂) g.
    const formula = () => {
      let m = 0
      return (w: number, g: number) => {
        const u = Math.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
        return w - 0.1 * (u + 0.2 * w)
      }
    }
    near(run(Optimizer.lionDefinition, { learningRate: 0.1, weightDecay: 0.2 }), written(formula))
  })
})

describe("schedules", () => {
  it("give the learning rate, the decay and the momentum of each step", () => {
    // Progress 0, 1/3, 2/3: rates 0.3, 0.2, 0.1, decay 0, 0.1, 0.2, momentum 0.9, 0.6, 0.3.
    const formula = () => {
      let v = 0
      return (w: number, g: number, t: number) => {
        const past = (t - 1) / 3
        v = (0.9 - 0.9 * past) * v + (g + 0.3 * past * w)
        return w - (0.3 - 0.3 * past) * v
      }
    }
    const given = {
      learningRate: Schedule.linear({ from: 0.3 }),
      momentum: Schedule.linear({ from: 0.9 }),
      weightDecay: Schedule.linear({ from: 0, to: 0.3 })
    }
    near(run(Optimizer.sgdDefinition, given), written(formula))
    const transform = boundTo(Optimizer.sgdDefinition, given)
    expect(transform.learningRate?.(Schedule.reading(0.5))).toBeCloseTo(0.15, 12)
    expect(transform.schedules).toHaveLength(3)
  })
})

describe("groups", () => {
  const paths = ["site/embedding.kernel", "linear.kernel", "linear.bias", "layerNorm.scale", "head.kernel"]

  /** The updates of one step, gradients 1, of parameters that are all 10. */
  const updatesOf = (definition: Optimizer.Definition, given: object) => {
    const begun = boundTo(definition, given).begin(paths)
    const arrays = paths.map((path) => ({ path, values: Float32Array.of(10), update: Float32Array.of(1) }))
    const slots = begun.slots.map((own) => own.map(() => new Float32Array(1)))
    begun.apply({ step: 1, arrays, read: Schedule.reading(0), search: () => 0 }, slots)
    return arrays.map(({ update }) => Math.round(1e4 * update[0]!) / 1e4)
  }

  it("by default decay kernels only, and not those of embeddings", () => {
    expect(updatesOf(Optimizer.sgdDefinition, { learningRate: 1, weightDecay: 0.1 })).toEqual([1, 2, 1, 1, 2])
    expect(updatesOf(Optimizer.adamwDefinition, { learningRate: 1, weightDecay: 0.1 })).toEqual([1, 2, 1, 1, 2])
  })

  it("have a rate of their own, 0 to freeze, and a decay of their own; the first that names an array decides", () => {
    const groups = [
      { paths: ["site/**"], rate: 0.5, weightDecay: 0.3 },
      { paths: ["linear.*", "!**.bias"], rate: 0 },
      { paths: ["**"], rate: 3 }
    ]
    expect(updatesOf(Optimizer.sgdDefinition, { learningRate: 1, weightDecay: 0.1, groups })).toEqual([2, 0, 3, 3, 6])
    expect(updatesOf(Optimizer.lionDefinition, { learningRate: 1, weightDecay: 0.1, groups })).toEqual([2, 0, 3, 3, 6])
  })

  it("are clipped together with all others", () => {
    const given = { learningRate: 1, clipNorm: Math.sqrt(5) / 2, groups: [{ paths: ["head.*"], rate: 2 }] }
    expect(updatesOf(Optimizer.sgdDefinition, given)).toEqual([0.5, 0.5, 0.5, 0.5, 1])
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
      Result.fail([
        { path: [], message: "Mine.clipped: Transform.rate: Expected a value greater than or equal to 0, got -1" }
      ])
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
    [Optimizer.adamwDefinition, { weightDecay: -1 }],
    [Optimizer.adamDefinition, { clipNorm: 0 }],
    [Optimizer.adamDefinition, { groups: [{ paths: [] }] }],
    [Optimizer.adamDefinition, { groups: [{ paths: ["a"], rate: -1 }] }],
    [Optimizer.rmspropDefinition, { alpha: 1 }],
    [Optimizer.adagradDefinition, { epsilon: 0 }],
    [Optimizer.lionDefinition, { beta1: 1 }],
    [Optimizer.chainDefinition, { transforms: [] }],
    [Optimizer.lineSearchDefinition, { learningRate: 1 }]
  ])("out of range are refused (%o)", ({ bind }, given) => {
    expect(Result.isFailure(bind(given, findNothing).bound)).toBe(true)
  })
})
