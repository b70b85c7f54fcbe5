import { undefinedBecause } from "@rocflow/core/learning/Measure"
import { describe, expect, it } from "vitest"
import * as Score from "../src/Score.ts"
import { row, rows } from "./support/scores.ts"

const job = (row: Score.ScoreRow): Score.Row => {
  const { error: _error, scores: _scores, status: _status, ...job } = row
  return job
}

describe("Score.table", () => {
  it("gives every row every measure, with the reason where there is no number", () => {
    const table = Score.table([
      { job: job(row(0)), status: "ok", scores: { auc: 0.5, ce: 0.25 } },
      { job: job(row(0, { testFold: 1 })), status: "ok", scores: { auc: undefinedBecause("one class") } },
      { job: job(row(0, { testFold: 2 })), status: "failed", scores: {}, error: { message: "out of memory" } },
      { job: job(row(0, { testFold: 3 })), status: "failed", scores: { ce: 0.5 } },
      { job: job(row(0, { testFold: 4 })), status: "ok", scores: { auc: Number.NaN } }
    ])
    expect(table.map(({ scores }) => scores)).toEqual([
      { auc: 0.5, ce: 0.25 },
      { auc: undefinedBecause("one class"), ce: undefinedBecause("not measured") },
      { auc: undefinedBecause("the job failed: out of memory"), ce: undefinedBecause("the job failed: out of memory") },
      { auc: undefinedBecause("the job failed"), ce: 0.5 },
      { auc: undefinedBecause("the measure gave NaN"), ce: undefinedBecause("not measured") }
    ])
    expect(table.map(({ testFold }) => testFold)).toEqual([0, 1, 2, 3, 4])
    expect(table[2]!.error).toBe("out of memory")
    expect("error" in table[0]!).toBe(false)
    expect(Score.measures(table)).toEqual(["auc", "ce"])
  })

  it("is empty without results", () => {
    expect(Score.table([])).toEqual([])
  })
})

describe("Score.planned", () => {
  it("has a row for every job of the design, in its order, open where there is no result yet", () => {
    const jobs = [0, 1, 2].map((testFold) => ({ id: `job-${testFold}`, job: job(row(0, { testFold })) }))
    const table = Score.planned({
      manifest: { jobs, measures: [{ id: "auc" }] },
      results: [{ ...jobs[1]!, status: "ok", scores: { auc: 0.75 } }]
    })
    expect(table.map(({ status, testFold }) => [testFold, status])).toEqual([
      [0, "open"],
      [1, "ok"],
      [2, "open"]
    ])
    expect(table[1]!.scores).toEqual({ auc: 0.75 })
    expect(typeof table[0]!.scores["auc"]).not.toBe("number")
  })
})

describe("Score.summarise", () => {
  it("has mean, sd with n − 1 and the t interval", () => {
    // mean 3, sd √2.5; half width = t(0.975, 4) · √2.5 / √5 = 2.7764451051977987 · 0.7071067811865476
    const summary = Score.summarise([1, 2, 3, 4, 5])
    expect(summary).toMatchObject({ mean: 3, n: 5, undefinedCount: 0, reasons: [] })
    expect(summary.sd).toBeCloseTo(Math.sqrt(2.5), 14)
    expect(summary.upper).toBeCloseTo(3 + 1.9632431614775967, 12)
    expect(summary.lower).toBeCloseTo(3 - 1.9632431614775967, 12)
    // t(0.75, 4) = 0.7406970840738537
    expect(Score.summarise([1, 2, 3, 4, 5], { level: 0.5 }).upper).toBeCloseTo(3 + 0.7406970840738537 * Math.SQRT1_2, 9)
  })

  it("counts values by weights", () => {
    // numpy.average(x, weights=w), numpy.cov(x, aweights=w) ** 0.5; t interval of Kish's 60² / 1150 = 3.13 values by scipy.
    const summary = Score.summarise([0.1, 0.4, undefinedBecause("one class"), 0.25, 0.3], {
      weights: [20, 10, 1000, 5, 25]
    })
    expect(summary).toMatchObject({ n: 4, undefinedCount: 1 })
    expect(summary.mean).toBeCloseTo(0.24583333333333332, 14)
    expect(summary.sd).toBeCloseTo(0.13429711197830832, 14)
    expect(summary.lower).toBeCloseTo(-0.06232258397909887, 12)
    expect(summary.upper).toBeCloseTo(0.5539892506457655, 12)
  })

  it("takes equal weights for none", () => {
    const values = [0.2, 0.5, 0.1]
    const [plain, weighted] = [Score.summarise(values), Score.summarise(values, { weights: [7, 7, 7] })]
    for (const part of ["mean", "sd", "lower", "upper"] as const) {
      expect(weighted[part]).toBeCloseTo(plain[part] as number, 14)
    }
  })

  it("counts what it leaves out, and why", () => {
    const absent = undefinedBecause("one class")
    expect(Score.summarise([1, absent, 3, absent, undefinedBecause("failed")])).toMatchObject({
      mean: 2,
      n: 2,
      undefinedCount: 3,
      reasons: ["one class", "failed"]
    })
  })

  it("is undefined where there is too little", () => {
    expect(Score.summarise([7])).toMatchObject({
      mean: 7,
      sd: undefinedBecause("1 defined scores, and at least 2 needed")
    })
    expect(Score.summarise([undefinedBecause("x")]).mean).toEqual(
      undefinedBecause("0 defined scores, and at least 1 needed")
    )
  })
})

describe("Score.aggregate", () => {
  it("by rows gives the share of all test rows", () => {
    // 3 of 10 and 0 of 30 rows are wrong: 3 of 40.
    const table = [row(0.3, { testRows: 10 }), row(0, { testFold: 2, testRows: 30 })]
    const mean = (average?: Score.Average) => Score.aggregate(table, average && { average })[0]!.measures["error"]!.mean
    expect(mean("rows")).toBeCloseTo(3 / 40, 14)
    expect([mean("splits"), mean()]).toEqual([0.15, 0.15])
  })

  it("has one row per task, learner, resampling, test subset, train subsets and size", () => {
    const table = [
      ...rows({ same: [1, 3], other: [5, 7] }),
      ...rows({ other: [9, 11] }, { nTrainGroups: 20 }),
      ...rows({ same: [0, 0] }, { learner: "m" }),
      ...rows({ same: [2, 2] }, { testSubset: "u" })
    ]
    expect(
      Score.aggregate(table).map(({ learner, measures, nTrainGroups, testSubset, trainSubsets }) => [
        learner,
        testSubset,
        trainSubsets,
        nTrainGroups,
        measures["error"]!.mean,
        measures["error"]!.n
      ])
    ).toEqual([
      ["l", "s", "same", 100, 2, 2],
      ["l", "s", "other", 100, 6, 2],
      ["l", "s", "other", 20, 10, 2],
      ["m", "s", "same", 100, 0, 2],
      ["l", "u", "same", 100, 2, 2]
    ])
  })
})
