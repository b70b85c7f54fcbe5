import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import fc from "fast-check"
import * as Chunks from "../../src/executor/Chunks.ts"
import * as Job from "../../src/Job.ts"
import { poolDesign } from "../support/poolDesign.ts"

const sum = (values: ReadonlyArray<number>) => values.reduce((total, value) => total + value, 0)
const identity = (value: number) => value

describe("Chunks.balance", () => {
  it("puts the longest job first, each into the shortest chunk", () => {
    assert.deepStrictEqual(Chunks.balance([5, 4, 3, 3], identity, 2), [
      [5, 3],
      [4, 3]
    ])
  })

  it("deals out jobs of no length evenly", () => {
    const chunks = Chunks.balance([0, 0, 0, 0, 0], identity, 2)
    assert.deepStrictEqual(
      chunks.map((chunk) => chunk.length),
      [3, 2]
    )
  })

  it("leaves no job out, makes no empty chunk, and is at most a third worse than the best", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 40 }),
        fc.integer({ min: 1, max: 12 }),
        (lengths, count) => {
          const chunks = Chunks.balance(lengths, identity, count)
          assert.strictEqual(chunks.length, Math.min(count, lengths.length))
          assert.isTrue(chunks.every((chunk) => chunk.length > 0))
          const ascending = (a: number, b: number) => a - b
          assert.deepStrictEqual(chunks.flat().sort(ascending), [...lengths].sort(ascending))
          // The best is at least the mean, and at least the longest job.
          const best = Math.max(sum(lengths) / chunks.length, ...lengths)
          // Graham 1969: list scheduling ends before the mean without its last job, plus that job.
          assert.isAtMost(Math.max(...chunks.map(sum)), best * (2 - 1 / chunks.length))
        }
      )
    )
  })
})

describe("Chunks.expectedLength", () => {
  it.live("is the training rows where nothing was measured", () =>
    Effect.gen(function* () {
      const { jobs } = yield* poolDesign("none")
      const length = Chunks.expectedLength([])
      assert.deepStrictEqual(
        jobs.map(length),
        jobs.map(({ split }) => split.train.length)
      )
    })
  )

  it.live("goes by the seconds of the same learner, and of all for one that has none", () =>
    Effect.gen(function* () {
      const { jobs } = yield* poolDesign("none")
      const of = (learner: string) => jobs.find((job) => job.learner.id === learner)!
      const measured = (learner: string, perRow: number, status: "ok" | "failed" = "ok") => {
        const job = Job.columns(of(learner))
        return { job, seconds: perRow * job.trainRows, status }
      }
      const length = Chunks.expectedLength([
        measured("one", 1),
        measured("one", 3),
        measured("two", 4),
        measured("three", 1000, "failed")
      ])
      const rows = of("one").split.train.length
      assert.deepStrictEqual(
        ["one", "two", "three"].map((learner) => length(of(learner)) / rows),
        [2, 4, 3]
      )
    })
  )
})
