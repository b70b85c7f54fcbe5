/**
 * The networks against those that they are named after: the numbers of parameters, and the scores of given weights.
 *
 * The facts were computed with rtdl_revisiting_models 0.0.2 and tabm 0.0.3 on PyTorch 2.15, whose parameter number p (from
 * 0, in the order of `named_parameters`) was filled with sin(p + i/3)/4 in entry i.
 */
import * as Column from "@rocflow/core/data/Column"
import type * as Task from "@rocflow/core/data/Task"
import * as Auto from "@rocflow/core/engine/Auto"
import * as Engine from "@rocflow/core/engine/Engine"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Graph from "@rocflow/core/network/Graph"
import * as Seed from "@rocflow/core/Seed"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Result from "effect/Result"
import { afterAll, describe, expect, it } from "vitest"
import * as Tasks from "../../core/test/support/tasks.ts"
import * as FtTransformer from "../src/FtTransformer.ts"
import * as Mlp from "../src/Mlp.ts"
import * as RealMlp from "../src/RealMlp.ts"
import * as TabM from "../src/TabM.ts"
import * as TabResnet from "../src/TabResnet.ts"

const engine = ManagedRuntime.make(Auto.layer())
afterAll(() => engine.dispose())

type AnyLearner = Learner.Learner<Task.Kind, string, never, Engine.Engines>

/** A table of so many columns of numbers. */
const numbers = (columns: number, rows = 40): Task.Task => {
  const random = Seed.generator(Seed.root(1))
  const all = Array.from({ length: columns }, (_, j) => [
    `x${j}`,
    Column.numeric(Array.from({ length: rows }, () => random.normal()))
  ])
  const y = Column.text(Array.from({ length: rows }, (_, i) => (i % 2 === 0 ? "yes" : "no")))
  return Tasks.of({ ...Object.fromEntries(all), y }, { target: "y", positive: "yes" })
}

const loss = { loss: Bce.loss(), scale: "none" } as const

/** The array number p of the reference. */
const value = (p: number, i: number): number => Math.sin(p + i / 3) / 4

/** How an array of the reference is one of ours: its entries in order, or those of a kernel [output, input] by columns. */
type Of = { readonly path: string; readonly kernel?: readonly [input: number, output: number] }

const plain = (...paths: ReadonlyArray<string>): ReadonlyArray<Of> => paths.map((path) => ({ path }))
const dense = (path: string, input: number, output: number): ReadonlyArray<Of> => [
  { path: `${path}.kernel`, kernel: [input, output] },
  { path: `${path}.bias` }
]
const norm = (path: string): ReadonlyArray<Of> => plain(`${path}.scale`, `${path}.shift`)

/** The scores of three rows. */
const scores = (learner: AnyLearner, order: ReadonlyArray<Of>) =>
  engine.runPromise(
    Effect.gen(function* () {
      const { stages } = Result.getOrThrow(learner.plan!(numbers(3)))
      const network = Result.getOrThrow(Graph.make(stages, new Map([["numeric", [3]]]), 2))
      const begun = Graph.initialise([...network.parameters, ...network.buffers], Seed.root(1))
      const arrays = begun.map((array) => {
        const parts = order.flatMap((of, p) => (of.path === array.path ? [{ p, kernel: of.kernel }] : []))
        if (parts.length === 0) return array
        const values = new Float32Array(array.values.length)
        const width = array.shape.at(-1)!
        parts.forEach(({ kernel, p }, part) => {
          const [input, output] = kernel ?? [1, values.length / parts.length]
          // Several parts of one array stand side by side.
          for (let i = 0; i < input; i++) {
            for (let o = 0; o < output; o++) {
              const at = kernel === undefined ? part * output + o : i * width + part * output + o
              values[at] = value(p, kernel === undefined ? o : o * input + i)
            }
          }
        })
        return { ...array, values }
      })
      const known = new Set(order.map(({ path }) => path))
      expect(network.parameters.map(({ path }) => path).filter((path) => !known.has(path))).toEqual([])
      const engines = yield* Engine.Engines
      const scorer = yield* engines[0]!.scorer(network, arrays, 3)
      scorer.inputs[0]!.set([0.5, -1, 2, 1.5, 0.25, -0.75, -0.2, 0, 1])
      scorer.score(3)
      return Array.from(scorer.scores)
    }).pipe(Effect.scoped)
  )

const near = (actual: ReadonlyArray<number>, expected: ReadonlyArray<number>) => {
  expect(actual).toHaveLength(expected.length)
  actual.forEach((score, i) => expect(Math.abs(score - expected[i]!), `${i}: ${score}`).toBeLessThan(1e-5))
}

describe("the scores of given weights", () => {
  it("are those of the residual network of rtdl", async () => {
    const block = (i: number): ReadonlyArray<Of> => [
      ...norm(`block/${i}/residual/batchNorm`),
      ...dense(`block/${i}/residual/linear`, 4, 8),
      ...dense(`block/${i}/residual/linear#2`, 8, 4)
    ]
    const order = [...dense("linear", 3, 4), ...block(1), ...block(2), ...norm("batchNorm"), ...dense("head", 4, 2)]
    near(
      await scores(TabResnet.classif({ ...loss, blocks: 2, width: 4, hiddenFactor: 2 }), order),
      [
        -0.3588234484195709, -0.4560433030128479, -0.3657005727291107, -0.4387744665145874, -0.3500742018222809,
        -0.44025203585624695
      ]
    )
  })

  it("are those of the FT-transformer of rtdl", async () => {
    // Queries, keys and values are one array here; the first norm of the second block comes last there.
    const mixing = (at: string): ReadonlyArray<Of> => [
      ...[0, 1, 2].flatMap(() => dense(`${at}.attention`, 8, 8)),
      ...dense(`${at}.output`, 8, 8),
      ...norm(`${at}.hiddenNorm`),
      ...dense(`${at}.expand`, 8, 20),
      ...dense(`${at}.contract`, 10, 8)
    ]
    const order = [
      ...plain("classToken.token", "featureTokens.kernel", "featureTokens.bias"),
      ...mixing("transformer"),
      ...mixing("block/1/transformer"),
      ...norm("block/1/transformer.attentionNorm"),
      ...norm("layerNorm"),
      ...dense("head", 8, 2)
    ]
    near(
      await scores(FtTransformer.classif({ ...loss, blocks: 2, width: 8, heads: 2 }), order),
      [
        -0.26011162996292114, -0.241895854473114, -0.26096874475479126, -0.24168123304843903, -0.2604654133319855,
        -0.2419074922800064
      ]
    )
  })

  const sizes = { members: 3, width: 4, blocks: 2 } as const

  it("are those of TabM", async () => {
    const layer = (at: string, input: number): ReadonlyArray<Of> => [
      { path: `${at}.kernel`, kernel: [input, 4] },
      ...plain(`${at}.inputScale`, `${at}.outputScale`, `${at}.bias`)
    ]
    const order = [
      ...layer("memberLinear", 3),
      ...layer("block/1/memberLinear", 4),
      ...plain("memberHead.kernel", "memberHead.bias")
    ]
    near(
      await scores(TabM.classif({ ...loss, ...sizes }), order),
      [
        0.15292920172214508, 0.018202204257249832, -0.1661606878042221, -0.22866401076316833, -0.19715407490730286,
        -0.236598938703537, 0.15291820466518402, 0.01817634329199791, -0.1661606878042221, -0.22866401076316833,
        -0.19715407490730286, -0.236598938703537, 0.15292668342590332, 0.018196266144514084, -0.1661606878042221,
        -0.22866401076316833, -0.19715407490730286, -0.236598938703537
      ]
    )
  })

  it("are those of TabM-mini", async () => {
    const order = [
      ...dense("memberLinear", 3, 4),
      ...dense("block/1/memberLinear", 4, 4),
      ...plain("members.scale", "memberHead.kernel", "memberHead.bias")
    ]
    near(
      await scores(TabM.classif({ ...loss, ...sizes, variant: "mini" }), order),
      [
        -0.10147664695978165, -0.014289689250290394, 0.12954173982143402, 0.20050162076950073, 0.18201705813407898,
        0.20379586517810822, -0.10746030509471893, -0.019364841282367706, 0.12927860021591187, 0.20023664832115173,
        0.187166228890419, 0.2099752426147461, -0.10432563722133636, -0.016706116497516632, 0.13131308555603027,
        0.2022853046655655, 0.18282368779182434, 0.20476387441158295
      ]
    )
  })
})

describe("the number of parameters of ten columns and one score", () => {
  // Of TabM with embeddings of numbers the reference has no bias in the pieces: 10 · 16 less.
  it.each<readonly [string, AnyLearner, number]>([
    ["TabResnet", TabResnet.classif(loss), 134_145],
    ["FtTransformer of 1 block", FtTransformer.classif({ ...loss, blocks: 1 }), 76_961],
    ["FtTransformer of 3 blocks", FtTransformer.classif(loss), 895_681],
    ["FtTransformer of 6 blocks", FtTransformer.classif({ ...loss, blocks: 6 }), 7_113_217],
    ["TabM", TabM.classif(loss), 677_216],
    ["mini TabM", TabM.classif({ ...loss, variant: "mini" }), 547_680],
    ["TabM with embeddings of numbers", TabM.classif({ ...loss, numbers: "piecewiseLinear" }), 455_520 + 160],
    // (d + 1)·k; and 10 + 11·256 + 2·257·256 + 257 of the small recipe.
    ["linear Mlp", Mlp.classif({ ...loss, hidden: [] }), 11],
    ["small RealMlp", RealMlp.classif({ loss: Bce.loss(), variant: "small" }), 10 + 11 * 256 + 2 * 257 * 256 + 257],
    // 2·16 + 17·3 a column; 40 factors, 41·256 + 2·257·256 + 257, and 3·256 shares.
    [
      "RealMlp",
      RealMlp.classif({ loss: Bce.loss() }),
      10 * (2 * 16 + 17 * 3) + 40 + 41 * 256 + 2 * 257 * 256 + 257 + 3 * 256
    ]
  ])("is that of the reference: %s", (_, learner, expected) =>
    engine.runPromise(
      Effect.map(Learner.check(learner, numbers(10, 200)), ({ computes }) =>
        expect(Graph.size(computes!.program.network)).toBe(expected)
      )
    )
  )
})
