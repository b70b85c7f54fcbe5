import { describe, expect, it } from "vitest"
import type { StripRow } from "../src/draw/strip.ts"
import { fittingTicks, place, ticks, tickTexts } from "../src/draw/scale.ts"
import { textWidth } from "../src/internal/text.ts"
import * as Figure from "../src/Figure.ts"
import type { ReportModel } from "../src/ReportModel.ts"
import { hostile, sampleModel } from "./sampleModel.ts"

const none = { rows: [], remarks: [] }
const soak = sampleModel()
const ordinary = sampleModel({ subsets: [], learners: ["featureless", "mlp.aum", "mlp.ce"] })

const figureOf = (model: ReportModel, kind: Figure.FigureKind, measure?: string): Figure.Figure =>
  Figure.all(model).find((f) => f.kind === kind && (measure === undefined || f.measure === measure))!

const panelsOf = (model: ReportModel, kind: Figure.FigureKind, measure?: string) =>
  (figureOf(model, kind, measure) as Figure.PanelFigure).panels

const listsOf = (model: ReportModel, kind: Figure.FigureKind, measure?: string) =>
  (figureOf(model, kind, measure) as Figure.StripFigure).lists

const rowsOf = (model: ReportModel, kind: Figure.FigureKind, measure?: string): ReadonlyArray<StripRow> =>
  listsOf(model, kind, measure).flatMap(({ blocks }) => blocks.flatMap(({ rows }) => rows))

const models: ReadonlyArray<readonly [string, ReportModel]> = [
  ["Same/Other/All", soak],
  ["ordinary cross-validation", ordinary],
  ["names that are hard to quote", sampleModel(hostile)],
  ["two subsets without downsampling", sampleModel({ subsets: ["a", "b"], downsample: false, folds: 3, epochs: 5 })]
]

describe.each(models)("all figures: %s", (_, model) => {
  it("are plain JSON and name no address to load from", () => {
    for (const figure of Figure.all(model)) {
      const { fullNames: _, ...data } = { fullNames: undefined, ...figure }
      expect(JSON.parse(JSON.stringify(data))).toEqual(data)
      expect(JSON.stringify(data)).not.toMatch(/"url"|https?:/)
    }
  })

  it("have names of their own that are safe as file names", () => {
    const names = Figure.all(model).map((figure) => figure.name)
    expect(new Set(names).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[\p{L}\p{N}-]{1,90}$/u)
  })

  it("leave no measure its range", () => {
    for (const { axis } of ["auc", "error"].flatMap((id) => listsOf(model, "comparison", id))) {
      expect(axis.domain[0]).toBeGreaterThanOrEqual(0)
      expect(axis.domain[1]).toBeLessThanOrEqual(1)
    }
  })
})

describe("the comparison figure", () => {
  it("has a list for each test subset, a block for each learner, and same, other, all in each", () => {
    const lists = listsOf(soak, "comparison", "auc")
    expect(lists.map(({ title }) => title)).toEqual([
      "test: north, 2\u202f000 rows",
      "test: river, 1\u202f700 rows",
      "test: south, 1\u202f400 rows"
    ])
    for (const { blocks } of lists) {
      expect(blocks.map(({ heading }) => heading)).toEqual(soak.learners.map(({ id }) => id))
      for (const { rows } of blocks) expect(rows.map(({ label }) => label)).toEqual(["same", "other", "all"])
    }
  })

  it("gives every list one scale, and every row its sample and its segment", () => {
    const lists = listsOf(soak, "comparison", "auc")
    expect(new Set(lists.map(({ axis }) => axis.domain.join())).size).toBe(1)
    const row = soak.scores.find(
      ({ full, learner, measure }) => full && measure === "auc" && learner === "elastic-net"
    )!
    const drawn = rowsOf(soak, "comparison", "auc").find(({ of }) => of.learner === "elastic-net")!
    expect(drawn.sample).toBe(`${2 * row.size} rows`)
    const [point] = drawn.points
    expect(point.at).toBe(row.mean)
    expect(point.low).toBeCloseTo(row.mean! - row.sd!)
    expect(point.high).toBeCloseTo(row.mean! + row.sd!)
  })

  it("says what each test says beside what it tested", () => {
    const expected = soak.comparisons.rows.find((row) => row.measure === "auc" && row.verdict === "worse")!
    const row = rowsOf(soak, "comparison", "auc").find(
      ({ of }) =>
        of.learner === expected.learner && of.testSubset === expected.testSubset && of.trainSubsets === expected.compare
    )!
    expect(row.test).toMatchObject({ tone: "worse" })
    expect(row.test!.text).toMatch(/^▼+ −0\.\d+, P [<=] 0\.\d{4}$/)
    expect(rowsOf(soak, "comparison", "auc").filter(({ label, test }) => label === "same" && test)).toEqual([])
  })

  it("shows full splits only", () => {
    const full = soak.scores.filter((row) => row.measure === "auc" && row.full)
    expect(rowsOf(soak, "comparison", "auc")).toHaveLength(full.length)
  })

  it("says why a row has no point", () => {
    const scores = soak.scores.map((row) => ({ ...row, mean: null, sd: null, n: 0, undefinedCount: 10 }))
    const rows = rowsOf({ ...soak, scores, comparisons: none }, "comparison", "auc")
    expect(new Set(rows.map(({ points: [{ at, text }] }) => `${at} ${text}`))).toEqual(
      new Set(["null undefined in 10 of 10 splits"])
    )
  })

  it("gives ordinary cross-validation a row for each learner", () => {
    expect(rowsOf(ordinary, "comparison", "auc").map(({ label }) => label)).toEqual([
      "featureless",
      "mlp.aum",
      "mlp.ce"
    ])
    expect(Figure.all(ordinary).some(({ kind }) => kind === "scores" || kind === "sizes")).toBe(false)
  })
})

describe("figures of sizes", () => {
  it("list same, other and all, each from the smallest", () => {
    const [{ blocks }] = listsOf(soak, "scores", "auc")
    expect(blocks[0].rows.map(({ label }) => label)).toEqual([
      "same",
      "other, cut to 180",
      "other",
      "all, cut to 180",
      "all"
    ])
  })

  it("draw a measure against the rows of the training set", () => {
    const panels = panelsOf(soak, "sizes", "auc")
    expect(panels).toHaveLength(9)
    const dots = panels[0].marks.filter(({ kind }) => kind === "dots")
    expect(dots.map((mark) => (mark.kind === "dots" ? mark.points.map(([x]) => x) : []))).toEqual([
      [360],
      [360, 720],
      [360, 1080]
    ])
  })
})

describe("curves", () => {
  it("of ROC run from corner to corner, one named for each training set", () => {
    const named = panelsOf(soak, "roc").flatMap(({ marks }) =>
      marks.flatMap((mark) => (mark.kind === "line" && mark.name !== undefined ? [mark] : []))
    )
    expect(named).toHaveLength(soak.roc.length)
    for (const { points } of named) {
      expect(points[0]).toEqual([0, 0])
      expect(points.at(-1)).toEqual([1, 1])
    }
  })

  it("of precision stand beside the share of positive rows", () => {
    const [{ corner, marks }] = panelsOf(soak, "precision-recall")
    expect(marks[0]).toMatchObject({
      points: [
        [0, 0.25],
        [1, 0.25]
      ]
    })
    expect(corner!.map(({ text }) => text)).toEqual(["AP", "same 0.330", "other 0.330", "all 0.330"])
  })

  it("of calibration have an interval for each bin, and leave out learners without probabilities", () => {
    const panels = panelsOf(soak, "calibration")
    expect(new Set(panels.map(({ of }) => of.learner))).toEqual(new Set(["elastic-net", "mlp.aum.rate"]))
    const [segments, , dots] = panels[0].marks.slice(1)
    expect(segments).toMatchObject({
      kind: "segments",
      points: [
        [0.1, expect.closeTo(0.06), 0.22],
        [0.4, expect.closeTo(0.36), 0.52],
        [0.8, 0.76, 0.92]
      ]
    })
    expect(dots.kind === "dots" && dots.tips![0]).toContain(
      "of 133 rows with probability about 0.100, 0.150 are positive"
    )
  })

  it("of learning make one figure for each quantity, with the label of its measure, and say what rows they are of", () => {
    const figures = Figure.all(soak).filter(({ kind }) => kind === "learning")
    expect(figures.map(({ title }) => title)).toEqual(["Learning curves: loss", "Learning curves: AUC"])
    expect(figures[0].caption).toContain("Dashed: training rows; drawn through: rows held out of them for validation.")
    expect(figures[1].caption).toContain("Measured on rows held out of the training rows for validation.")
  })

  it("of learning mark the epoch that each split keeps, on the curves of held-out rows", () => {
    const dots = panelsOf(soak, "learning", "auc").flatMap(({ marks }) =>
      marks.flatMap((mark) => (mark.kind === "dots" ? mark.points : []))
    )
    const kept = soak.histories.filter((row) => row.series === "valid auc" && row.kept)
    const sorted = (points: ReadonlyArray<readonly [number, number]>) => points.map((point) => point.join()).toSorted()
    expect(sorted(dots)).toEqual(sorted(kept.map(({ epoch, value }) => [epoch, value] as const)))
    const without = { ...soak, histories: soak.histories.map((row) => ({ ...row, kept: false })) }
    expect(figureOf(without, "learning", "auc").caption).not.toContain("dot")
  })

  it("of learning stay small for long histories", () => {
    const long = panelsOf(sampleModel({ folds: 10, epochs: 600 }), "learning", "loss")
    const points = long.flatMap(({ marks }) => marks.flatMap((mark) => (mark.kind === "line" ? mark.points : [])))
    expect(points.length).toBeLessThan(20_000)
  }, 20_000)
})

describe("other figures", () => {
  const place = { task: "trees", testSubset: "full", trainSubsets: "same", rows: 10, splits: 2 } as const

  it("show how many rows of each class were called what, as shares of their row", () => {
    const confusion = [
      {
        ...place,
        learner: "mlp.aum",
        counts: [
          [3, 1],
          [0, 6]
        ]
      }
    ]
    const [{ marks, x, y }] = panelsOf(
      { ...ordinary, predictions: { ...ordinary.predictions, confusion } },
      "confusion"
    )
    expect([x.names, y.names]).toEqual([1, 2].map(() => ["forest", "no forest"]))
    expect(marks[0]).toMatchObject({
      cells: [
        { x: 0, y: 0, share: 0.75, text: "3" },
        { x: 1, y: 0, share: 0.25, tip: "forest called no forest: 1 of 4 rows" },
        { x: 0, y: 1, share: 0, text: "0" },
        { x: 1, y: 1, share: 1, text: "6" }
      ]
    })
  })

  it("show residuals against predictions about 0", () => {
    const residuals = [{ ...place, learner: "mlp.aum", fitted: [1, 2], residual: [0.5, -0.5] }]
    const [{ marks, y }] = panelsOf({ ...ordinary, predictions: { ...ordinary.predictions, residuals } }, "residuals")
    expect(marks[1]).toMatchObject({
      kind: "dots",
      points: [
        [1, 0.5],
        [2, -0.5]
      ]
    })
    expect(y.domain[0]).toBeLessThan(-0.5)
  })

  it("show learner against learner with the test of the answers", () => {
    const row = soak.comparisons.rows.find(({ measure, p }) => measure === "auc" && p !== null)!
    const rows = [
      {
        ...row,
        learner: "mlp.aum",
        baseline: "mlp.ce",
        trainSubsets: "same" as const,
        testSubset: "full",
        overall: false,
        verdict: "better" as const,
        meanDiff: 0.05,
        lower: 0.02,
        upper: 0.08,
        p: 0.001,
        family: 3,
        pHolm: 0.004
      }
    ]
    const [{ points, test }] = rowsOf({ ...ordinary, learnerComparisons: { rows, remarks: [] } }, "learners")
    expect(points).toMatchObject([{ at: 0.05, low: 0.02, high: 0.08 }])
    // P belongs to the interval, Holm's to the triangles; each stays on one line.
    expect(test).toEqual({ text: "▲▲ P\u00a0=\u00a00.0010, Holm\u00a0=\u00a00.0040", tone: "better" })
    const alone = rowsOf(
      { ...ordinary, learnerComparisons: { rows: [{ ...rows[0], family: 1 }], remarks: [] } },
      "learners"
    )
    expect(alone[0].test!.text).toBe("▲▲ P\u00a0=\u00a00.0010")
  })

  it("gives differences to a learner that ignores the features lists and a scale of their own", () => {
    const row = soak.comparisons.rows.find(({ measure, p }) => measure === "auc" && p !== null)!
    const of = (learner: string, baseline: string, meanDiff: number) => ({
      ...row,
      learner,
      baseline,
      trainSubsets: "same" as const,
      overall: false,
      meanDiff,
      lower: meanDiff - 0.01,
      upper: meanDiff + 0.01
    })
    const rows = [of("mlp.aum", "featureless", 0.4), of("mlp.ce", "mlp.aum", 0.01)]
    const learners = ordinary.learners.map((each) => ({ ...each, isBaseline: each.id === "featureless" }))
    const lists = listsOf({ ...ordinary, learners, learnerComparisons: { rows, remarks: [] } }, "learners")
    expect(lists.map(({ axis, blocks, title }) => [title, blocks[0].rows[0].label, axis.domain[1] > 0.3])).toEqual([
      ["", "mlp.ce − mlp.aum", false],
      ["against featureless", "mlp.aum − featureless", true]
    ])
  })

  it("leave out the predictions of a learner that ignores the features, where there are others", () => {
    const learners = soak.learners.map((each) => ({ ...each, isBaseline: each.id === "featureless" }))
    const shown = new Set(panelsOf({ ...soak, learners }, "roc").map(({ of }) => of.learner))
    expect(shown).toEqual(new Set(["elastic-net", "mlp.aum.rate"]))
    expect(figureOf({ ...soak, learners }, "roc").caption).toContain(
      "featureless, which ignores the features, is left out"
    )
    const alone = { ...soak, learners, roc: soak.roc.filter(({ learner }) => learner === "featureless") }
    expect(panelsOf(alone, "roc")).toHaveLength(3)
  })

  it("have no figure of sizes where each kind of training set has one", () => {
    const whole = { ...soak, scores: soak.scores.filter(({ full }) => full) }
    expect(Figure.all(whole).filter(({ kind }) => kind === "sizes" || kind === "scores")).toEqual([])
  })

  it("are none without data", () => {
    const predictions = { precisionRecall: [], calibration: [], thresholds: [], confusion: [], residuals: [] }
    expect(
      Figure.all({ ...soak, features: [], scores: [], comparisons: none, histories: [], roc: [], predictions })
    ).toEqual([])
  })
})

describe("axes", () => {
  it.each([
    [[0, 60_000], {}, ["0", "20\u202f000", "40\u202f000", "60\u202f000"]],
    [[0, 3_000_000], {}, ["0", "1\u202fM", "2\u202fM", "3\u202fM"]],
    [[0.71, 0.89], {}, ["0.75", "0.80", "0.85"]],
    [[0.1, 0.4], { percent: true }, ["10%", "20%", "30%", "40%"]],
    [[-0.4, 0.2], {}, ["−0.4", "−0.2", "0", "0.2"]],
    [[0, 6e-7], {}, ["0", "2×10⁻⁷", "4×10⁻⁷", "6×10⁻⁷"]]
  ] as const)("are written as people do: %j", ([low, high], more, expected) => {
    const axis = { title: "", domain: [low, high] as const, ...more }
    expect(tickTexts(axis, ticks(axis))).toEqual(expected)
  })

  it("have no two labels that meet, however long they are and however short the axis is", () => {
    for (const [low, high] of [
      [-0.17, 0.46],
      [-0.0171, 0.0152],
      [0.111, 0.1139],
      [-120_000, 340_000]
    ] as const) {
      for (const percent of [true, false]) {
        const axis = { title: "", domain: [low, high] as const, percent }
        const at = fittingTicks(axis, 136)
        const widths = tickTexts(axis, at).map((text) => textWidth(text, 11.5))
        for (let i = 1; i < at.length; i++)
          expect(136 * (place(axis, at[i]) - place(axis, at[i - 1]))).toBeGreaterThan((widths[i - 1] + widths[i]) / 2)
        expect(at.length).toBeGreaterThan(0)
      }
    }
    expect(fittingTicks({ title: "", domain: [-0.0171, 0.0152] }, 136)).toEqual([-0.01, 0, 0.01])
    // One number tells no size.
    expect(fittingTicks({ title: "", domain: [-2436, 4821] }, 136)).toEqual([-2000, 4000])
    expect(fittingTicks({ title: "", domain: [-0.00442, 0.00315] }, 136)).toHaveLength(2)
  })

  it("have powers of ten where they are logarithmic", () => {
    expect(ticks({ title: "", domain: [20, 30_000], log: true })).toEqual([100, 1000, 10_000])
  })
})
