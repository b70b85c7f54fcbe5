import { describe, expect, it } from "vitest"
import { compile } from "vega-lite"
import * as Figure from "../src/Figure.ts"
import type { ReportModel } from "../src/ReportModel.ts"
import { hostile, sampleModel } from "./sampleModel.ts"

type Values = ReadonlyArray<Record<string, unknown>>

/** The parts of a specification that tests look at. */
interface Grid {
  readonly hconcat: ReadonlyArray<{ readonly data: { readonly values: Values }; readonly spec: Panel }>
}
interface Panel {
  readonly layer: ReadonlyArray<{
    readonly encoding: Record<string, { readonly sort?: unknown; readonly scale?: { readonly domain?: unknown } }>
  }>
}

const gridOf = (figure: Figure.Figure): Grid => figure.spec as unknown as Grid

const figureOf = (model: ReportModel, kind: Figure.FigureKind, measure?: string): Figure.Figure =>
  Figure.all(model).find((f) => f.kind === kind && (measure === undefined || f.measure === measure))!

const valuesOf = (figure: Figure.Figure): Values => gridOf(figure).hconcat.flatMap((column) => column.data.values)

const none = { rows: [], remarks: [] }
const soak = sampleModel()
const ordinary = sampleModel({ subsets: [], learners: ["featureless", "mlp.aum", "mlp.ce"] })

const models: ReadonlyArray<readonly [string, ReportModel]> = [
  ["Same/Other/All", soak],
  ["ordinary cross-validation", ordinary],
  ["names that are hard to quote", sampleModel(hostile)],
  ["two subsets without downsampling", sampleModel({ subsets: ["a", "b"], downsample: false, folds: 3, epochs: 5 })]
]

describe.each(models)("all figures: %s", (_, model) => {
  it("compile as Vega-Lite without a warning", () => {
    const warnings: Array<string> = []
    const note = (...parts: ReadonlyArray<unknown>) => {
      warnings.push(parts.join(" "))
      return logger
    }
    const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger }
    for (const { spec } of Figure.all(model)) compile(spec, { logger: logger as never })
    expect(warnings).toEqual([])
  })

  it("are plain JSON and name no address to load from", () => {
    for (const { spec } of Figure.all(model)) {
      expect(JSON.parse(JSON.stringify(spec))).toEqual(spec)
      expect(JSON.stringify({ ...spec, $schema: "" })).not.toMatch(/"url"|https?:/)
    }
  })

  it("have names of their own that are safe as file names", () => {
    const names = Figure.all(model).map((figure) => figure.name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[\p{L}\p{N}-]{1,90}$/u)
  })

  it("put a datum into every cell, so that the rows of all columns are level", () => {
    for (const figure of Figure.all(model)) {
      const rows = gridOf(figure).hconcat.map((column) => new Set(column.data.values.map((datum) => datum["row"])))
      for (const set of rows) expect(set).toEqual(rows[0])
    }
  })
})

describe("the comparison figure", () => {
  const figure = figureOf(soak, "comparison", "auc")

  it("has a column for each learner and a row for each test subset", () => {
    const grid = gridOf(figure)
    expect(grid.hconcat.map((column) => column.data.values[0]["column"])).toEqual(soak.learners.map(({ id }) => id))
    expect([...new Set(valuesOf(figure).map((datum) => datum["row"]))]).toEqual([
      "test: north",
      "test: river",
      "test: south"
    ])
  })

  it("orders its rows from bottom to top: all, all − same, same, other − same, other", () => {
    const sorts = gridOf(figure).hconcat.flatMap((column) =>
      column.spec.layer.flatMap(({ encoding }) => (encoding["y"].sort === undefined ? [] : [encoding["y"].sort]))
    )
    expect(sorts.length).toBeGreaterThan(0)
    for (const sort of sorts)
      expect([...(sort as ReadonlyArray<string>)].reverse()).toEqual([
        "all",
        "all − same",
        "same",
        "other − same",
        "other"
      ])
  })

  it("joins the two means that a test compares, with its P", () => {
    const tests = valuesOf(figure).filter((datum) => datum["kind"] === "test")
    expect(tests).toHaveLength(soak.comparisons.rows.filter((row) => row.measure === "auc").length)
    const expected = soak.comparisons.rows.find((row) => row.measure === "auc" && row.p !== null)!
    const low = Math.min(expected.baselineMean!, expected.compareMean!)
    expect(tests.find((datum) => datum["from"] === low)).toMatchObject({
      row: `test: ${expected.testSubset}`,
      y: `${expected.compare} − same`,
      to: Math.max(expected.baselineMean!, expected.compareMean!),
      text: expected.label
    })
  })

  it("shows full splits only", () => {
    const means = valuesOf(figure).filter((datum) => datum["kind"] === "mean")
    expect(means).toHaveLength(soak.scores.filter((row) => row.measure === "auc" && row.full).length)
  })

  it("leaves out rows of training sets that were not used", () => {
    const model = { ...soak, scores: soak.scores.filter((row) => row.trainSubsets !== "other"), comparisons: none }
    const rows = new Set(valuesOf(figureOf(model, "comparison")).flatMap((datum) => datum["y"] ?? []))
    expect([...rows]).toEqual(["same", "all − same", "all"])
  })

  it("gives ordinary cross-validation a row for each learner in one panel", () => {
    const figure = figureOf(ordinary, "comparison", "auc")
    expect(gridOf(figure).hconcat).toHaveLength(1)
    const means = valuesOf(figure).filter((datum) => datum["kind"] === "mean")
    expect(means.map((datum) => datum["y"])).toEqual(["featureless", "mlp.aum", "mlp.ce"])
    expect(Figure.all(ordinary).some(({ kind }) => kind === "scores")).toBe(false)
  })
})

describe("the scores figure", () => {
  it("orders all, same, other from the bottom, each by size, and gives all learners one scale", () => {
    const figure = figureOf(soak, "scores", "auc")
    const [first, ...others] = gridOf(figure).hconcat.map((column) => column.spec.layer[0].encoding)
    expect([...(first["y"].sort as ReadonlyArray<string>)].reverse()).toEqual([
      "all 180",
      "all 540",
      "same 180",
      "other 180",
      "other 360"
    ])
    for (const encoding of others) expect(encoding["x"].scale!.domain).toEqual(first["x"].scale!.domain)
  })
})

describe("ROC and learning curves", () => {
  it("draws every curve from corner to corner", () => {
    const points = valuesOf(figureOf(soak, "roc")).filter((datum) => datum["kind"] === "curve")
    const ends = points.filter((datum) => datum["fpr"] === datum["tpr"] && [0, 1].includes(Number(datum["fpr"])))
    expect(ends).toHaveLength(2 * soak.roc.length)
  })

  it("makes one figure for each quantity, with the label of its measure", () => {
    const figures = Figure.all(soak).filter(({ kind }) => kind === "learning")
    expect(figures.map(({ title }) => title)).toEqual(["Learning curves: loss", "Learning curves: AUC"])
    expect(new Set(valuesOf(figures[0]).flatMap((datum) => datum["series"] ?? []))).toEqual(
      new Set(["train loss", "valid loss"])
    )
  })

  it("marks the epoch that each fold keeps, on the curves of held-out rows", () => {
    const figure = figureOf(soak, "learning", "auc")
    const dots = valuesOf(figure).filter((datum) => datum["kind"] === "kept")
    const kept = soak.histories.filter((row) => row.series === "valid auc" && row.kept)
    expect(dots.map(({ epoch, value }) => [epoch, value])).toEqual(kept.map(({ epoch, value }) => [epoch, value]))
    expect(figure.caption).toContain("A dot is the epoch whose weights a fold keeps")
    const without = { ...soak, histories: soak.histories.map((row) => ({ ...row, kept: false })) }
    expect(figureOf(without, "learning", "auc").caption).not.toContain("dot")
  })

  it("stays small for long histories", () => {
    const long = figureOf(sampleModel({ folds: 10, epochs: 600 }), "learning", "loss")
    expect(valuesOf(long).length).toBeLessThan(20_000)
  })
})

describe("a report without data", () => {
  it("has no figures", () => {
    expect(Figure.all({ ...soak, scores: [], comparisons: none, histories: [], roc: [] })).toEqual([])
  })
})
