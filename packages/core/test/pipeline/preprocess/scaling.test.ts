/**
 * Scaling and bending of numbers. Expected numbers of scikit-learn 1.9.1, each with its call; `X` are the training rows and
 * `N` the new ones.
 */
import { describe, expect, it } from "vitest"
import * as Column from "../../../src/data/Column.ts"
import { apply, boxCox, logLikelihood, yeoJohnson } from "../../../src/pipeline/internal/numeric/powers.ts"
import * as Normal from "../../../src/Normal.ts"
import type * as Pipeline from "../../../src/pipeline/Pipeline.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import { failure, fitted, made, near, refused } from "../../support/stages.ts"

const X = [0.5, -1.2, 3.3, 3.3, 10, 0, 2.25, null, 7.5, 40]
const N = [-3, 0.1, 3.3, 5, 50, null]
const of = (stage: Preprocess.Stage<string>, train: ReadonlyArray<number | null> = X, other = N) =>
  made(stage, { x: train }, { x: other })["x"]!
const same = near(1e-9)

describe("robustScale", () => {
  it("is scikit-learn's where the range is not 0", () => {
    // RobustScaler()
    same(of(Preprocess.robustScale()), [-0.9, -0.45714285714285713, 0, 0.24285714285714288, 6.671428571428572, null])
    // RobustScaler(quantile_range=(10, 90))
    same(of(Preprocess.robustScale({ range: [0.1, 0.9] })), [
      -0.38793103448275845,
      -0.19704433497536938,
      0,
      0.104679802955665,
      2.875615763546797,
      null
    ])
  })

  it("takes half of the whole range where the quartiles are one number, and 0 where all are", () => {
    // By the rule: median 0, quartiles 0 and 0, (8 − −2)/2 = 5.
    same(of(Preprocess.robustScale(), [0, 0, 0, 0, 0, 8, -2], [10, -5]), [2, -1])
    same(of(Preprocess.robustScale(), [7, 7, null], [7, 100, null]), [0, 0, null])
    same(of(Preprocess.robustScale(), [null, null], [7, null]), [0, null])
  })

  it("refuses shares in the wrong order, other types and numbers that are not finite", () => {
    expect(refused(Preprocess.robustScale({ range: [0.75, 0.25] }))).toEqual([
      ["0.range", "Preprocess.robustScale: Expected two shares, the lower one first"]
    ])
    expect(failure(Preprocess.robustScale({ columns: ["x"] }), { x: Column.text(["a"]) })).toEqual([
      'Preprocess.robustScale: works on numbers, and column "x" is of type string; encode it before, or leave it out'
    ])
    expect(failure(Preprocess.robustScale(), { x: [1, Number.POSITIVE_INFINITY] })).toEqual([
      'Preprocess.robustScale: column "x" is Infinity in row 1, which is no finite number; correct it'
    ])
    expect(failure(Preprocess.robustScale(), { x: [-1e308, 1e308] })).toEqual([
      'Preprocess.robustScale: column "x" goes from -1e+308 to 1e+308, too far for a range; correct or rescale it'
    ])
  })
})

describe("smoothClip", () => {
  it("is x / √(1 + (x/limit)²), without overflow", () => {
    same(of(Preprocess.smoothClip(), X, [0, 1, -3, 4, 1e300, null]), [
      0,
      1 / Math.sqrt(1 + 1 / 9),
      -3 / Math.sqrt(2),
      4 / Math.sqrt(1 + 16 / 9),
      3,
      null
    ])
    same(of(Preprocess.smoothClip({ limit: 1 }), X, [1]), [1 / Math.sqrt(2)])
  })
})

describe("minMax", () => {
  it("is scikit-learn's", () => {
    // MinMaxScaler()
    same(of(Preprocess.minMax()), [
      -0.04368932038834951,
      0.03155339805825243,
      0.10922330097087378,
      0.15048543689320387,
      1.2427184466019416,
      null
    ])
    // MinMaxScaler((-1, 1), clip=True)
    same(of(Preprocess.minMax({ to: [-1, 1], clip: true })), [
      -1,
      -0.9368932038834952,
      -0.7815533980582525,
      -0.6990291262135923,
      1,
      null
    ])
    // MinMaxScaler().fit([[7], [7]]).transform([[7], [9]])
    same(of(Preprocess.minMax(), [7, 7], [7, 9]), [0, 2])
  })
})

describe("quantileTransform", () => {
  it("is scikit-learn's", () => {
    // QuantileTransformer(n_quantiles=9, output_distribution="uniform", subsample=None)
    same(of(Preprocess.quantileTransform({ output: "uniform", quantiles: 9 })), [
      0,
      0.15,
      0.5625,
      0.6755952380952381,
      1,
      null
    ])
    // the same with n_quantiles=5
    same(of(Preprocess.quantileTransform({ output: "uniform", quantiles: 5 })), [
      0,
      0.19117647058823528,
      0.5,
      0.6011904761904762,
      1,
      null
    ])
    // the same with output_distribution="normal"
    same(of(Preprocess.quantileTransform({ quantiles: 5 })), [
      -5.199337582605575,
      -0.8735691346150877,
      0,
      0.25642971221103505,
      5.19933758270342,
      null
    ])
  })

  it("does not depend on the unit of a column", () => {
    const at = [-1, 0, 0.001, 1, 2.5, 7, 9, 10]
    const scaled = (unit: number) =>
      of(
        Preprocess.quantileTransform({ quantiles: 5 }),
        [0, 1, 2, 4, 9].map((x) => x * unit),
        at.map((x) => x * unit)
      )
    // A power of two, by which numbers are multiplied without rounding: a column whose values are 1e-12 apart.
    expect(scaled(2 ** -40)).toEqual(scaled(1))
    expect(new Set(scaled(2 ** -40)).size).toBe(6)
  })

  it("gives a value of several quantiles the middle of their shares", () => {
    const repeated = [1, 1, 1, 2, 2, 3, 3, 3, 3, 4]
    // QuantileTransformer(n_quantiles=10, output_distribution="uniform", subsample=None), but for 2: by the rule the middle
    // of 3/9 and 4/9. There 4/9, as rounding makes one of the two quantiles less than 2.
    same(
      of(Preprocess.quantileTransform({ output: "uniform", quantiles: 10 }), repeated, [1, 1.5, 2, 2.5, 3, 3.9, 4]),
      [0, 0.2777777777777778, 3.5 / 9, 0.5, 0.7222222222222222, 0.9888888888888889, 1]
    )
    // the same with output_distribution="normal"
    same(of(Preprocess.quantileTransform({ quantiles: 10 }), repeated, [1, 1.5, 2, 2.5, 3, 3.9, 4]), [
      -5.199337582605575,
      -0.5894557978497783,
      Normal.quantile(3.5 / 9),
      0,
      0.5894557978497783,
      2.286547951310982,
      5.19933758270342
    ])
  })

  it("has a thirtieth of the rows as quantiles, at least 10 and at most 1000, and never more than values", () => {
    const quantilesOf = (rows: number) => {
      const [[, { quantiles }]] = fitted(Preprocess.quantileTransform(), {
        x: Array.from({ length: rows }, (_, row) => row)
      }).state() as [[string, { quantiles: ReadonlyArray<number> }]]
      return quantiles.length
    }
    expect([4, 100, 600, 40_000].map(quantilesOf)).toEqual([4, 10, 20, 1000])
  })

  it("makes a slope of repeated values by noise in fitting, not in applying", () => {
    const repeated = Array.from({ length: 200 }, (_, row) => (row < 100 ? 0 : row / 10))
    const [first, second] = of(Preprocess.quantileTransform({ output: "uniform", noise: 0.001 }), repeated, [0, 0])
    expect(first).toBe(second)
    expect(first).toBeGreaterThan(0.1)
    same(of(Preprocess.quantileTransform({ output: "uniform" }), repeated, [0]), [0])
  })

  it("maps a constant or empty column to the middle", () => {
    same(of(Preprocess.quantileTransform(), [7, 7], [7, 9, null]), [0, 0, null])
    same(of(Preprocess.quantileTransform({ output: "uniform" }), [null], [7]), [0.5])
  })
})

describe("log1p and signedRoot", () => {
  it("keep the sign", () => {
    same(of(Preprocess.log1p(), X, [0, 1, -1, 99, null]), [0, Math.log(2), -Math.log(2), Math.log(100), null])
    same(of(Preprocess.signedRoot(), X, [0, 4, -9, null]), [0, 2, -3, null])
    same(of(Preprocess.signedRoot({ power: 1 / 3 }), X, [8, -27]), [2, -3])
  })
})

const there = (values: ReadonlyArray<number | null>) => Float64Array.from(values.filter((x) => x !== null))

describe("yeoJohnson", () => {
  it("has the formula of its source", () => {
    const at = (lambda: number) => Array.from(there(X), (x) => apply(yeoJohnson, x, lambda))
    // scipy.stats.yeojohnson(X, 0.25), then 2 and 0
    same(
      at(0.25),
      [
        0.42672767880128637, -1.6994904224892635, 1.7600612987471196, 1.7600612987471196, 3.2846411473514876, 0,
        1.3706992285653006, 2.8299059406965776, 6.121758137740972
      ]
    )
    same(at(2), [0.625, -0.7884573603642702, 8.745, 8.745, 60, 0, 4.78125, 35.625, 840])
    same(
      at(0),
      [
        0.4054651081081644, -1.92, 1.4586150226995167, 1.4586150226995167, 2.3978952727983707, 0, 1.1786549963416462,
        2.1400661634962708, 3.713572066704308
      ]
    )
    // scipy.stats.yeojohnson_llf(0.25, X)
    same([logLikelihood(yeoJohnson, there(X).map(yeoJohnson.log), 0.25)], [-15.627907055521721])
  })

  it("finds scikit-learn's λ, to the digits of its search", () => {
    // PowerTransformer("yeo-johnson"), λ = 0.13530333; then with standardize=False
    near(1e-6)(of(Preprocess.yeoJohnson()), [
      -4.551666745649506,
      -0.7789330737982285,
      0.07854660661172425,
      0.3132544544695198,
      2.101661541443974,
      null
    ])
    near(1e-6)(of(Preprocess.yeoJohnson({ standardise: false })), [
      -6.576691224188903,
      0.09592737980656714,
      1.612502724295154,
      2.027617091843705,
      5.190670579848704,
      null
    ])
  })

  it("keeps λ within limits, where years would ask for the 200th power", () => {
    const years = Array.from({ length: 50 }, (_, row) => 1970 + row - 20 * Math.cos(row))
    const values = of(Preprocess.yeoJohnson(), years, years).map(Number)
    expect(values.every((value) => Math.abs(value) < 4)).toBe(true)
  })

  it("only shifts a constant column", () => {
    same(of(Preprocess.yeoJohnson(), [7, 7], [7, 9, null]), [0, 2, null])
    same(of(Preprocess.yeoJohnson(), [null], [7]), [7])
  })
})

describe("boxCox", () => {
  const P = [0.5, 1.2, 3.3, 3.3, 10, 0.01, 2.25, null, 7.5, 40]

  it("has the formula of its source", () => {
    // scipy.stats.boxcox(P, -0.5), scipy.stats.boxcox_llf(-0.5, P)
    same(
      Array.from(there(P), (x) => apply(boxCox, x, -0.5)),
      [
        -0.8284271247461901, 0.17425814164944625, 0.8990362348736394, 0.8990362348736394, 1.3675444679663242, -18,
        0.6666666666666667, 1.2697032566597786, 1.683772233983162
      ]
    )
    same([logLikelihood(boxCox, there(P).map(boxCox.log), -0.5)], [-25.1675666096087])
  })

  it("finds scikit-learn's λ, to the digits of its search", () => {
    // PowerTransformer("box-cox").fit(P), λ = 0.19372563; then with standardize=False
    near(1e-6)(of(Preprocess.boxCox(), P, [0.1, 3.3, 5, 50, null]), [
      -1.373198086443018,
      0.06395300688834857,
      0.30878505541882423,
      2.0883609489202435,
      null
    ])
    near(1e-6)(of(Preprocess.boxCox({ standardise: false }), P, [0.1, 3.3, 5, 50, null]), [
      -1.8575801177825275,
      1.343285933957278,
      1.8885832211774596,
      5.8521080658750835,
      null
    ])
  })

  it("takes new values that are not positive for the least of training", () => {
    const [least, zero, negative] = of(Preprocess.boxCox(), P, [0.01, 0, -3])
    expect([zero, negative]).toEqual([least, least])
  })

  it("takes the positive columns, and refuses another by name", () => {
    expect(made(Preprocess.boxCox(), { x: [0, 1], y: [1, 1] })).toEqual({ x: [0, 1], y: [0, 0] })
    expect(failure(Preprocess.boxCox({ columns: ["x"] }), { x: [0, 1] })).toEqual([
      'Preprocess.boxCox: column "x" holds 0, and a power of Box and Cox is of positive numbers; use Preprocess.yeoJohnson'
    ])
  })
})

describe("new values that are not finite", () => {
  it.each([
    ["robustScale", Preprocess.robustScale()],
    ["smoothClip", Preprocess.smoothClip()],
    ["quantileTransform", Preprocess.quantileTransform()],
    ["yeoJohnson", Preprocess.yeoJohnson()],
    ["spline", Preprocess.spline()],
    ["polynomial", Preprocess.polynomial()],
    ["pca", Preprocess.pca()]
  ] as ReadonlyArray<[string, Pipeline.Any]>)(
    "are refused by %s as in training, and do not become missing",
    (id, stage) => {
      expect(failure(stage, { x: [1, 2, 4] }, { x: [1, Number.NEGATIVE_INFINITY] })).toEqual([
        `Preprocess.${id}: column "x" is -Infinity in row 1, which is no finite number; correct it`
      ])
    }
  )
})
