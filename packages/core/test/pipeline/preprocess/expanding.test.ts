/**
 * Stages that make other columns of columns. Expected numbers of scikit-learn 1.9.1, each with its call.
 */
import { describe, expect, it } from "vitest"
import * as Column from "../../../src/data/Column.ts"
import { murmur3 } from "../../../src/pipeline/internal/numeric/murmur3.ts"
import { countMonomials, monomials } from "../../../src/pipeline/Monomials.ts"
import { symmetricEigen } from "../../../src/pipeline/internal/numeric/symmetricEigen.ts"
import * as Preprocess from "../../../src/pipeline/Preprocess.ts"
import * as Seed from "../../../src/Seed.ts"
import { failure, fitted, made, near, refused } from "../../support/stages.ts"

const same = near(1e-9)

/** Columns of the rows of a table. */
const columnsOf = (rows: ReadonlyArray<ReadonlyArray<number | null>>) =>
  Object.fromEntries(rows[0]!.map((_, i) => [`x${i}`, rows.map((row) => row[i]!)]))

/** The rows of what a stage makes, one after the other. */
const rowsOf = (columns: Record<string, ReadonlyArray<number | string | null>>) => {
  const values = Object.values(columns)
  return values[0]!.flatMap((_, row) => values.map((column) => column[row]!))
}

describe("bin", () => {
  const X = [0.5, -1.2, 3.3, 3.3, 10, 0, 2.25, 7.5, 40]
  const N = [-3, 0.1, 2.25, 3.3, 5, 10, 50]

  it("is scikit-learn's", () => {
    // KBinsDiscretizer(n_bins=5, encode="ordinal", strategy="quantile", quantile_method="linear")
    expect(made(Preprocess.bin(), { x: X }, { x: N })).toEqual({ x: [0, 0, 1, 3, 3, 4, 4] })
    // the same with strategy="uniform"
    expect(made(Preprocess.bin({ placement: "uniform" }), { x: X }, { x: N })).toEqual({ x: [0, 0, 0, 0, 0, 1, 4] })
    // KBinsDiscretizer(n_bins=4, …, strategy="quantile") of values that repeat: edges 0, 1.5, 3
    expect(made(Preprocess.bin({ bins: 4 }), { x: [0, 0, 0, 0, 1, 2, 3] }, { x: [-1, 0, 0.5, 1.5, 9] })).toEqual({
      x: [0, 0, 0, 1, 1]
    })
  })

  it("names bins by their edges, as columns or as levels", () => {
    const train = { x: [0, 1, 2, 3, 4, null] }
    expect(made(Preprocess.bin({ bins: 2, as: "oneHot" }), train, { x: [-1, 2, null] })).toEqual({
      "x=(-Inf, 2)": [1, 0, null],
      "x=[2, Inf)": [0, 1, null]
    })
    expect(made(Preprocess.bin({ bins: 2, as: "factor" }), train, { x: [-1, 2, null] })).toEqual({
      x: ["(-Inf, 2)", "[2, Inf)", null]
    })
  })

  it("has one bin of a constant or empty column", () => {
    expect(made(Preprocess.bin(), { x: [7, 7], y: [null, null] }, { x: [0, 9], y: [1, null] })).toEqual({
      x: [0, 0],
      y: [0, null]
    })
  })
})

describe("symmetricEigen", () => {
  it.each([1, 2, 3, 10, 40])("decomposes %d rows, to rounding", (n) => {
    const random = Seed.generator(Seed.root(n))
    const half = Array.from({ length: n }, () => Array.from({ length: n }, () => random.normal()))
    const matrix = half.map((row, i) => Float64Array.from(row, (x, j) => x + half[j]![i]!))
    const { values, vectors } = symmetricEigen(matrix.map((row) => row.slice()))
    expect([...values]).toEqual([...values].sort((a, b) => b - a))
    vectors.forEach((vector, k) => {
      near(1e-12)(
        matrix.map((row) => row.reduce((sum, x, j) => sum + x * vector[j]!, 0)),
        Array.from(vector, (x) => values[k]! * x)
      )
      near(1e-12)(
        vectors.map((other) => other.reduce((sum, x, j) => sum + x * vector[j]!, 0)),
        vectors.map((_, l) => Number(l === k))
      )
    })
  })

  it("decomposes matrices whose values repeat or are 0", () => {
    const ones = () => Array.from({ length: 4 }, () => new Float64Array(4).fill(1))
    near(1e-12)(Array.from(symmetricEigen(ones()).values), [4, 0, 0, 0])
    const identity = Array.from({ length: 4 }, (_, i) =>
      Float64Array.from({ length: 4 }, (_, j) => 3 * Number(i === j))
    )
    expect([...symmetricEigen(identity).values]).toEqual([3, 3, 3, 3])
    expect([...symmetricEigen([Float64Array.of(0)]).values]).toEqual([0])
  })
})

describe("pca", () => {
  const A = [
    [1.0, 2.0, 0.5],
    [2.0, 1.0, -1.0],
    [4.0, 5.0, 3.0],
    [3.0, 3.0, 0.0],
    [7.0, 6.0, 2.5]
  ]
  const B = [
    [0.0, 0.0, 0.0],
    [1.0, -2.0, 3.0]
  ]

  it("is scikit-learn's, with its signs", () => {
    // PCA(svd_solver="full").fit(A).transform(B)
    same(
      rowsOf(made(Preprocess.pca(), columnsOf(A), columnsOf(B))),
      [
        -4.74127662744993, 0.912130977181683, -0.8990623017692378, -3.964049277950533, 1.9236009915939496,
        -4.41656796020605
      ]
    )
    // .components_, .explained_variance_ratio_
    const state = fitted(Preprocess.pca(), columnsOf(A)).state() as {
      readonly axes: ReadonlyArray<ReadonlyArray<number>>
      readonly shares: ReadonlyArray<number>
    }
    same(
      state.axes.flat(),
      [
        0.6498477273947747, 0.612131429575284, 0.45054749375173014, -0.681441685452172, 0.20667217706579244,
        0.7020853513320078, -0.336652878389521, 0.7632704135186983, -0.551437317669965
      ]
    )
    same(state.shares, [0.9023681639493716, 0.09319106585015008, 0.004440770200478356])
    // make_pipeline(StandardScaler(), PCA(svd_solver="full"))
    same(
      rowsOf(made(Preprocess.pca({ scale: true }), columnsOf(A), columnsOf(B))),
      [
        -2.408093622714542, -0.6888218839574153, -0.4982693405551374, -1.6735114058828258, -1.6498295670134406,
        -2.460038040570752
      ]
    )
  })

  it("is the same of more columns than rows, without directions that are rounding", () => {
    const W = [
      [1.0, 2.0, 0.5, 4.0, -1.0],
      [2.0, 1.0, -1.0, 0.0, 3.0],
      [4.0, 5.0, 3.0, 1.0, 1.0]
    ]
    // PCA(svd_solver="full").fit_transform(W)[:, :2]
    same(
      rowsOf(made(Preprocess.pca(), columnsOf(W))),
      [
        -0.3712053175744092, 3.4117421341570155, -3.0020628309859556, -2.003845437300585, 3.3732681485603635,
        -1.407896696856431
      ]
    )
  })

  it("keeps a number of components, or a share of the variance", () => {
    const names = (options: Parameters<typeof Preprocess.pca>[0]) =>
      Object.keys(made(Preprocess.pca(options), columnsOf(A)))
    expect(names({ rank: 2 })).toEqual(["pc1", "pc2"])
    expect(names({ rank: 9 })).toEqual(["pc1", "pc2", "pc3"])
    // The shares are 0.902, 0.093, 0.004.
    expect(names({ variance: 0.9, name: "axis" })).toEqual(["axis1"])
    expect(names({ variance: 0.95 })).toEqual(["pc1", "pc2"])
    expect(names({ variance: 0.95, rank: 1 })).toEqual(["pc1"])
    expect(names({ columns: ["x0"] })).toEqual(["x1", "x2", "pc1"])
  })

  it("makes nothing of constant columns, and refuses missing values and single rows in training", () => {
    expect(made(Preprocess.pca(), { x: [1, 1], y: [2, 2] })).toEqual({})
    expect(failure(Preprocess.pca(), { x: [1, null], y: [2, 2] })).toEqual([
      'Preprocess.pca: column "x" has missing values, and components need every column; put Preprocess.impute before it'
    ])
    expect(failure(Preprocess.pca(), { x: [1] })).toEqual([
      "Preprocess.pca: is fitted to 1 row, which does not vary; give more rows"
    ])
    expect(made(Preprocess.pca(), { x: [1, 3], y: [2, 2] }, { x: [2, 2], y: [2, null] })).toEqual({ pc1: [0, null] })
  })
})

describe("polynomial", () => {
  it("adds powers and products, by degree", () => {
    expect(made(Preprocess.polynomial(), { a: [2, null], b: [3, 5] })).toEqual({
      a: [2, null],
      b: [3, 5],
      "a^2": [4, null],
      "a:b": [6, null],
      "b^2": [9, 25]
    })
    expect(Object.keys(made(Preprocess.polynomial({ degree: 3 }), { a: [1], b: [1] })).slice(5)).toEqual([
      "a^3",
      "a^2:b",
      "a:b^2",
      "b^3"
    ])
    expect(
      Object.keys(made(Preprocess.polynomial({ degree: 3, interactions: true }), { a: [1], b: [1], c: [1] })).slice(3)
    ).toEqual(["a:b", "a:c", "b:c", "a:b:c"])
  })

  it("counts before it makes", () => {
    for (const [columns, degree] of [
      [1, 2],
      [2, 2],
      [5, 3],
      [10, 2],
      [3, 5]
    ] as const) {
      for (const interactions of [false, true]) {
        expect(countMonomials(columns, degree, interactions)).toBe(monomials(columns, degree, interactions).length)
      }
    }
    expect(countMonomials(10, 2, false)).toBe(55)
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`x${i}`, [1]]))
    expect(failure(Preprocess.polynomial(), many)).toEqual([
      "Preprocess.polynomial: would add 1275 columns of 50, more than maxColumns, 1000; choose fewer columns, a lower degree, or raise maxColumns"
    ])
  })
})

describe("spline", () => {
  const train = { x: [0.0, 0.2, 0.4, 0.9, 1.5, 2.0, 2.2, 3.1, 4.0] }
  const other = { x: [-2.0, 0.0, 0.3, 1.0, 1.7, 4.0, 4.5] }

  it.each([
    [
      "SplineTransformer()",
      {},
      [
        [0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0, 0.0, 0.0, 0.0],
        [0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0, 0.0, 0.0, 0.0],
        [0.05716666666666665, 0.5901666666666666, 0.3481666666666667, 0.0045, 0.0, 0.0, 0.0],
        [0.0, 0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0, 0.0, 0.0],
        [0.0, 0.004500000000000002, 0.34816666666666674, 0.5901666666666666, 0.05716666666666665, 0.0, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.16666666666666666, 0.6666666666666666, 0.16666666666666666],
        [0.0, 0.0, 0.0, 0.0, 0.16666666666666666, 0.6666666666666666, 0.16666666666666666]
      ]
    ],
    [
      "SplineTransformer(knots='quantile')",
      { placement: "quantile" },
      [
        [0.16666666666666666, 0.7280701754385965, 0.10526315789473684, 0.0, 0.0, 0.0, 0.0],
        [0.16666666666666666, 0.7280701754385965, 0.10526315789473684, 0.0, 0.0, 0.0, 0.0],
        [0.002604166666666669, 0.5457510964912282, 0.4311901913875599, 0.02045454545454545, 0.0, 0.0, 0.0],
        [0.0, 0.03987240829346093, 0.4752791068580543, 0.45454545454545453, 0.030303030303030297, 0.0, 0.0],
        [0.0, 0.0, 0.04509379509379513, 0.6508409491742824, 0.3030021328083342, 0.001063122923588039, 0.0],
        [0.0, 0.0, 0.0, 0.0, 0.20930232558139533, 0.624031007751938, 0.16666666666666666],
        [0.0, 0.0, 0.0, 0.0, 0.20930232558139533, 0.624031007751938, 0.16666666666666666]
      ]
    ],
    [
      "SplineTransformer(degree=2, n_knots=3, extrapolation='linear')",
      { degree: 2, knots: 3, extrapolation: "linear" },
      [
        [1.5, -0.5, 0.0, 0.0],
        [0.5, 0.5, 0.0, 0.0],
        [0.36124999999999996, 0.6275, 0.01125, 0.0],
        [0.125, 0.75, 0.125, 0.0],
        [0.011250000000000003, 0.6275, 0.36124999999999996, 0.0],
        [0.0, 0.0, 0.5, 0.5],
        [0.0, 0.0, 0.25, 0.75]
      ]
    ],
    [
      "SplineTransformer(extrapolation='continue', n_knots=3)",
      { extrapolation: "continue", knots: 3 },
      [
        [1.3333333333333333, -0.8333333333333334, 0.6666666666666666, -0.16666666666666666, 0.0],
        [0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0, 0.0],
        [0.10235416666666666, 0.6458541666666666, 0.2512291666666666, 0.0005625, 0.0],
        [0.020833333333333332, 0.47916666666666663, 0.47916666666666663, 0.020833333333333332, 0.0],
        [0.0005625000000000003, 0.2512291666666666, 0.6458541666666666, 0.10235416666666666, 0.0],
        [0.0, 0.0, 0.16666666666666666, 0.6666666666666666, 0.16666666666666666],
        [0.0, -0.0026041666666666665, 0.08072916666666666, 0.5963541666666667, 0.32552083333333337]
      ]
    ],
    [
      "SplineTransformer(extrapolation='periodic')",
      { extrapolation: "periodic" },
      [
        [0.16666666666666666, 0.0, 0.16666666666666666, 0.6666666666666666],
        [0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0],
        [0.05716666666666665, 0.5901666666666666, 0.3481666666666667, 0.0045],
        [0.0, 0.16666666666666666, 0.6666666666666666, 0.16666666666666666],
        [0.05716666666666665, 0.004500000000000002, 0.34816666666666674, 0.5901666666666666],
        [0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0],
        [0.020833333333333332, 0.47916666666666663, 0.47916666666666663, 0.020833333333333332]
      ]
    ],
    [
      "SplineTransformer(extrapolation='periodic', knots='quantile', degree=2)",
      { extrapolation: "periodic", placement: "quantile", degree: 2 },
      [
        [0.14285714285714282, 0.0, 0.031746031746031786, 0.8253968253968254],
        [0.18181818181818185, 0.8181818181818181, 0.0, 0.0],
        [0.011363636363636374, 0.8386363636363637, 0.15, 0.0],
        [0.0, 0.15151515151515152, 0.6666666666666667, 0.1818181818181818],
        [0.022857142857142843, 0.0, 0.1984126984126985, 0.7787301587301585],
        [0.18181818181818185, 0.8181818181818181, 0.0, 0.0],
        [0.0, 0.6060606060606061, 0.38888888888888884, 0.0050505050505050475]
      ]
    ],
    [
      "SplineTransformer(include_bias=False, degree=1, n_knots=3, extrapolation='linear')",
      { bias: false, degree: 1, knots: 3, extrapolation: "linear" },
      [
        [2.0, -1.0],
        [1.0, 0.0],
        [0.85, 0.15],
        [0.5, 0.5],
        [0.15000000000000002, 0.85],
        [0.0, 0.0],
        [0.0, -0.25]
      ]
    ],
    [
      "SplineTransformer(extrapolation='linear', n_knots=2)",
      { extrapolation: "linear", knots: 2 },
      [
        [0.41666666666666663, 0.6666666666666666, -0.08333333333333334, 0.0],
        [0.16666666666666666, 0.6666666666666666, 0.16666666666666666, 0.0],
        [0.13190885416666667, 0.6612526041666666, 0.20676822916666665, 7.03125e-5],
        [0.0703125, 0.6119791666666666, 0.31510416666666663, 0.0026041666666666665],
        [0.031684895833333324, 0.5244244791666666, 0.4310963541666667, 0.012794270833333333],
        [0.0, 0.16666666666666666, 0.6666666666666666, 0.16666666666666666],
        [0.0, 0.10416666666666666, 0.6666666666666666, 0.22916666666666666]
      ]
    ]
  ] as ReadonlyArray<[string, object, ReadonlyArray<ReadonlyArray<number>>]>)(
    "is scikit-learn's %s",
    (_, options, expected) => {
      same(rowsOf(made(Preprocess.spline(options), train, other)), expected.flat())
    }
  )

  it("leaves constant and empty columns, and what is missing", () => {
    expect(made(Preprocess.spline(), { x: [1, 1], y: [null, null] })).toEqual({ x: [1, 1], y: [null, null] })
    expect(Object.values(made(Preprocess.spline({ knots: 2, degree: 1 }), { x: [0, 2] }, { x: [null, 1] }))).toEqual([
      [null, 0.5],
      [null, 0.5]
    ])
  })

  it("refuses more knots than memory has", () => {
    expect(refused(Preprocess.spline({ knots: 1e9 }))).toEqual([
      [
        "0.knots",
        "Preprocess.spline: Expected at most 16384, as more are finer than numbers that are learned from, got 1000000000"
      ]
    ])
    expect(refused(Preprocess.spline({ degree: 1e6 }))).toEqual([
      ["0.degree", "Preprocess.spline: Expected at most 16, as each piece has as many numbers more, got 1000000"]
    ])
  })

  it("refuses knots whose distance has no reciprocal", () => {
    expect(failure(Preprocess.spline(), { x: [5e-324, 0, 1e-320] })).toEqual([
      'Preprocess.spline: column "x" has numbers too close to each other for knots; correct or rescale it'
    ])
  })

  it("refuses periodic splines of too few knots", () => {
    expect(refused(Preprocess.spline({ knots: 3, extrapolation: "periodic" }))).toEqual([
      ["0", "Preprocess.spline: periodic splines of degree 3 need at least 4 knots"]
    ])
    expect(
      failure(Preprocess.spline({ placement: "quantile", extrapolation: "periodic" }), { x: [0, 0, 0, 0, 0, 0, 0, 1] })
    ).toEqual([
      'Preprocess.spline: column "x" has values so often that only 2 knots are left, too few for periodic splines of degree 3; use placement "uniform"'
    ])
  })
})

describe("hashText", () => {
  const train = {
    t: Column.text(["The quick brown fox, the lazy dog", "naïve café — 3 fish!", "", "a b c", "Don't   stop"])
  }

  it("hashes as MurmurHash3 does", () => {
    // sklearn.utils.murmurhash3_32(text, seed=0)
    expect(["", "a", "ab", "abc", "foo", "hello", "naïve", "日本語"].map(murmur3)).toEqual([
      0, 1009084850, -1681926305, -1277324294, -156908512, 613153351, 992511445, -1515949417
    ])
  })

  // The columns, one after the other.
  it.each([
    [
      "HashingVectorizer(n_features=8)",
      { buckets: 8 },
      [
        0.3333333333333333, 0.5773502691896258, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.7071067811865475, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.5773502691896258, 0.0, 0.0, 0.0,
        -0.6666666666666666, 0.0, 0.0, 0.0, 0.7071067811865475, -0.6666666666666666, 0.5773502691896258, 0.0, 0.0, 0.0
      ]
    ],
    [
      "HashingVectorizer(n_features=8, ngram_range=(1, 2), norm=None)",
      { buckets: 8, sizes: [1, 2], norm: "none" },
      [
        1.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, -3.0, 1.0, 0.0, 0.0, 1.0, -2.0, 1.0, 0.0, 0.0, 1.0
      ]
    ],
    [
      "HashingVectorizer(n_features=8, analyzer='char', ngram_range=(2, 3), norm='l1')",
      { buckets: 8, unit: "char", sizes: [2, 3], norm: "l1" },
      [
        -0.08695652173913043, 0.07692307692307693, 0.0, -0.2, 0.2727272727272727, 0.0, 0.3076923076923077, 0.0, 0.0,
        -0.09090909090909091, 0.13043478260869565, 0.23076923076923078, 0.0, 0.0, 0.0, -0.17391304347826086,
        0.15384615384615385, 0.0, 0.2, 0.18181818181818182, -0.13043478260869565, 0.0, 0.0, 0.0, -0.09090909090909091,
        -0.17391304347826086, 0.0, 0.0, 0.2, -0.18181818181818182, -0.08695652173913043, 0.15384615384615385, 0.0, 0.2,
        0.0, -0.21739130434782608, 0.07692307692307693, 0.0, 0.2, 0.18181818181818182
      ]
    ],
    [
      "HashingVectorizer(n_features=16, analyzer='char_wb', ngram_range=(3, 4))",
      { buckets: 16, unit: "charInWord", sizes: [3, 4] },
      [
        -0.10976425998969035, 0.0, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.25, 0.10976425998969035, 0.5773502691896257,
        0.0, 0.0, -0.25, 0.10976425998969035, 0.0, 0.0, 0.0, 0.0, 0.10976425998969035, -0.19245008972987526, 0.0,
        -0.5773502691896258, 0.0, -0.10976425998969035, 0.19245008972987526, 0.0, 0.0, 0.0, 0.2195285199793807,
        -0.19245008972987526, 0.0, 0.0, 0.25, -0.5488212999484517, 0.0, 0.0, 0.0, -0.25, -0.10976425998969035,
        0.3849001794597505, 0.0, -0.5773502691896258, 0.25, -0.2195285199793807, 0.3849001794597505, 0.0, 0.0, 0.25,
        -0.329292779969071, -0.19245008972987526, 0.0, 0.0, 0.25, 0.0, 0.0, 0.0, -0.5773502691896258, 0.0,
        0.10976425998969035, 0.3849001794597505, 0.0, 0.0, 0.0, -0.329292779969071, 0.0, 0.0, 0.0, 0.0,
        -0.329292779969071, 0.19245008972987526, 0.0, 0.0, -0.5, -0.4390570399587614, 0.19245008972987526, 0.0, 0.0,
        0.25
      ]
    ],
    [
      "HashingVectorizer(n_features=8, analyzer='char_wb', ngram_range=(5, 6), norm=None, alternate_sign=False)",
      { buckets: 8, unit: "charInWord", sizes: [5, 6], norm: "none", signed: false },
      [
        4.0, 2.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0, 2.0, 1.0, 1.0, 0.0, 0.0, 1.0, 3.0, 3.0, 0.0, 1.0, 2.0, 2.0, 2.0,
        0.0, 1.0, 0.0, 2.0, 2.0, 0.0, 0.0, 2.0, 3.0, 1.0, 0.0, 0.0, 0.0, 4.0, 3.0, 0.0, 0.0, 1.0
      ]
    ],
    [
      "HashingVectorizer(n_features=8, lowercase=False, norm=None)",
      { buckets: 8, lowercase: false, norm: "none" },
      [
        1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0,
        0.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, -2.0, 1.0, 0.0, 0.0, -1.0
      ]
    ]
  ] as ReadonlyArray<[string, object, ReadonlyArray<number>]>)("is scikit-learn's %s", (_, options, expected) => {
    same(Object.values(made(Preprocess.hashText(options), train)).flat(), expected)
  })

  it("takes no longer for sizes that no text has", () => {
    const up = (most: number, unit: "char" | "word") =>
      made(Preprocess.hashText({ buckets: 4, unit, sizes: [1, most] }), { t: Column.text(["one two three", ""]) })
    expect(up(2 ** 31 - 1, "char")).toEqual(up(13, "char"))
    expect(up(2 ** 31 - 1, "word")).toEqual(up(3, "word"))
  })

  it("takes text, factors by name, and nothing else", () => {
    const site = Column.asFactor(Column.text(["a1", null]))
    const given = { t: Column.text(["", null]), site, x: [1, 2] }
    expect(made(Preprocess.hashText({ buckets: 2 }), given)).toEqual({
      "t.hash1": [0, null],
      "t.hash2": [0, null],
      site: ["a1", null],
      x: [1, 2]
    })
    expect(Object.keys(made(Preprocess.hashText({ buckets: 2, columns: ["site"] }), given))).toEqual([
      "t",
      "site.hash1",
      "site.hash2",
      "x"
    ])
    expect(failure(Preprocess.hashText({ columns: ["x"] }), given)).toEqual([
      'Preprocess.hashText: works on text, and column "x" is of type numeric; read it as string, or leave it out'
    ])
    expect(refused(Preprocess.hashText({ buckets: 100_000 }))).toEqual([
      ["0.buckets", "Preprocess.hashText: Expected at most 16384, as each is a column, got 100000"]
    ])
  })
})
