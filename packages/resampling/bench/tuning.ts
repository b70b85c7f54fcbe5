/**
 * Tuners on functions whose least value is known, at equal evaluations: the median regret of 30 seeds, with quartiles.
 *
 * Branin and Hartmann's function of six numbers (Surjanovic and Bingham, Virtual library of simulation experiments); one of
 * numbers on a logarithmic scale beside choices; one whose numbers are open in alternatives. `npm run bench:tuning`.
 */
import type { Configuration, Evaluation } from "@rocflow/core/learning/Tuning"
import * as Seed from "@rocflow/core/Seed"
import * as Result from "effect/Result"
import * as Template from "../src/tuning/Template.ts"
import { random, type Tuner } from "../src/tuning/Tuner.ts"
import { tuner as tpe } from "../src/tuning/tpe.ts"

interface Problem {
  readonly name: string
  readonly space: unknown
  readonly least: number
  readonly value: (values: Configuration) => number
}

const number = (values: Configuration, name: string): number => Number(values[name])
const real = (name: string, from: number, to: number) => ({ tune: "real", name, from, to })

const alpha = [1, 1.2, 3, 3.2]
const A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14]
]
const P = [
  [1312, 1696, 5569, 124, 8283, 5886],
  [2329, 4135, 8307, 3736, 1004, 9991],
  [2348, 1451, 3522, 2883, 3047, 6650],
  [4047, 8828, 8732, 5743, 1091, 381]
]

const problems: ReadonlyArray<Problem> = [
  {
    name: "Branin",
    space: [real("x", -5, 10), real("y", 0, 15)],
    least: 0.397887,
    value: (v) => {
      const [x, y] = [number(v, "x"), number(v, "y")]
      const bent = y - (5.1 / (4 * Math.PI ** 2)) * x ** 2 + (5 / Math.PI) * x - 6
      return bent ** 2 + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10
    }
  },
  {
    name: "Hartmann 6",
    space: [0, 1, 2, 3, 4, 5].map((i) => real(`x${i}`, 0, 1)),
    least: -3.32237,
    value: (v) =>
      -alpha.reduce((sum, weight, i) => {
        const far = A[i]!.reduce((total, a, j) => total + a * (number(v, `x${j}`) - P[i]![j]! / 1e4) ** 2, 0)
        return sum + weight * Math.exp(-far)
      }, 0)
  },
  {
    name: "mixed",
    space: [
      { tune: "log", name: "rate", from: 1e-5, to: 10 },
      { tune: "integer", name: "units", from: 1, to: 512, log: true },
      { tune: "choice", name: "activation", values: ["relu", "gelu", "silu", "selu", "mish"] },
      { tune: "choice", name: "norm", values: [true, false] },
      real("dropout", 0, 0.5)
    ],
    least: 0,
    value: (v) =>
      (Math.log10(number(v, "rate")) + 2) ** 2 +
      (Math.log2(number(v, "units")) - 6) ** 2 / 4 +
      (v["activation"] === "silu" ? 0 : 1) +
      (v["norm"] === true ? 0 : 0.5) +
      4 * (number(v, "dropout") - 0.1) ** 2
  },
  {
    name: "alternatives",
    space: {
      tune: "choice",
      name: "how",
      of: { a: [real("x", -5, 5)], b: [real("y", -5, 5), real("z", -5, 5)], c: [], d: [real("w", 0, 1)] }
    },
    least: 0,
    value: (v) => {
      if (v["how"] === "a") return 1 + (number(v, "x") - 1) ** 2
      if (v["how"] === "b") return (number(v, "y") - 2) ** 2 + (number(v, "z") + 1) ** 2
      return v["how"] === "c" ? 2 : 1.5 + number(v, "w")
    }
  }
]

const seeds = 30
const checkpoints = [20, 50, 100]

/** The regret after so many evaluations. */
const regrets = ({ least, space, value }: Problem, tuner: Tuner, seed: number): ReadonlyArray<number> => {
  const template = Result.getOrThrow(Template.read(space))
  const tried: Array<Evaluation> = []
  while (tried.length < Math.max(...checkpoints)) {
    const known = { template, tried, direction: "minimise", most: undefined, seed: Seed.root(seed) } as const
    const next = tuner(known)
    if (next === undefined) break
    tried.push({ values: next.values, score: value(next.values), scores: [], seconds: 0 })
  }
  return checkpoints.map((n) => Math.min(...tried.slice(0, n).map(({ score }) => score!)) - least)
}

const quantile = (values: ReadonlyArray<number>, q: number): number =>
  values.toSorted((a, b) => a - b)[Math.round(q * (values.length - 1))]!

for (const problem of problems) {
  for (const [name, tuner] of [
    ["random", random],
    ["tpe", tpe(10)]
  ] as const) {
    const begun = performance.now()
    const all = Array.from({ length: seeds }, (_, seed) => regrets(problem, tuner, seed))
    const seconds = (performance.now() - begun) / 1000 / seeds
    const cells = checkpoints.map((n, i) => {
      const [low, middle, high] = [0.25, 0.5, 0.75].map((q) =>
        quantile(
          all.map((each) => each[i]!),
          q
        ).toPrecision(2)
      )
      return `${n}: ${middle} (${low}–${high})`
    })
    console.log(`${problem.name.padEnd(13)} ${name.padEnd(7)} ${cells.join("   ")}   ${seconds.toFixed(2)} s`)
  }
}
