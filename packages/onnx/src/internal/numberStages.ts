/**
 * Preprocessing of numbers: maps of columns by what each learned, powers, quantiles, bins, components, products.
 */
import * as Bins from "@rocflow/core/pipeline/Bins"
import * as Monomials from "@rocflow/core/pipeline/Monomials"
import * as Schema from "effect/Schema"
import { type Builder, type Name } from "./builder.ts"
import { type Column, columnsOf, type Columns, lookUp, mapped, matrix, numbersOf, replaced, textOf } from "./columns.ts"
import { decoded } from "./decoded.ts"
import { expMinusOne, logOnePlus } from "./exponentials.ts"
import { normalQuantile } from "./normalQuantile.ts"
import type { WriteStage } from "./stage.ts"

const numbers = Schema.Array(Schema.Finite)

/** A stage that maps every column by itself, by numbers that it learned of it; `write` has one number a column of each. */
const map =
  <Learned>(
    learned: Schema.Codec<Learned, unknown>,
    write: (to: Builder, x: Name, each: (number: (one: Learned) => number) => Name, all: ReadonlyArray<Learned>) => Name
  ): WriteStage =>
  (to, columns, { id, state }) => {
    const pairs = decoded(id, Schema.Array(Schema.Tuple([Schema.String, learned])), state)
    const all = pairs.map(([, one]) => one)
    const each = (number: (one: Learned) => number) => to.doubles(all.map(number), [1, all.length])
    return mapped(
      to,
      columns,
      pairs.map(([name]) => name),
      id,
      (x) => write(to, x, each, all)
    )
  }

const scaled = (to: Builder, x: Name, mean: Name, sd: Name): Name => to.op("Div", [to.op("Sub", [x, mean]), sd])

/** ln(1 + |x|), with the sign of x. */
const signedLog = (to: Builder, x: Name): Name => to.op("Mul", [to.op("Sign", [x]), logOnePlus(to, to.op("Abs", [x]))])

/** (e^(λg) − 1)/λ, which is g at λ = 0. */
const power = (to: Builder, g: Name, lambdas: ReadonlyArray<number>): Name => {
  const shape = [1, lambdas.length]
  const safe = to.doubles(
    lambdas.map((lambda) => (lambda === 0 ? 1 : lambda)),
    shape
  )
  const grown = expMinusOne(to, to.op("Mul", [g, safe]))
  const isZero = to.op("Equal", [to.doubles(lambdas, shape), to.doubles([0])])
  return to.op("Where", [isZero, g, to.op("Div", [grown, safe])])
}

const Power = Schema.Struct({ lambda: Schema.Finite, mean: Schema.Finite, sd: Schema.Finite })

const standardise: WriteStage = (to, columns, { id, state }) => {
  const scales = decoded(
    id,
    Schema.Array(Schema.Struct({ column: Schema.String, mean: Schema.Finite, sd: Schema.Finite })),
    state
  )
  const row = (values: ReadonlyArray<number>) => to.doubles(values, [1, values.length])
  return mapped(
    to,
    columns,
    scales.map(({ column }) => column),
    id,
    (x) => scaled(to, x, row(scales.map(({ mean }) => mean)), row(scales.map(({ sd }) => sd)))
  )
}

const minMax = map(
  Schema.Struct({
    least: Schema.Finite,
    factor: Schema.Finite,
    to: Schema.Tuple([Schema.Finite, Schema.Finite]),
    clip: Schema.Boolean
  }),
  (to, x, each, all) => {
    const shifted = to.op("Mul", [to.op("Sub", [x, each(({ least }) => least)]), each(({ factor }) => factor)])
    const y = to.op("Add", [each((one) => one.to[0]), shifted])
    if (!all.some(({ clip }) => clip)) return y
    const cut = to.op("Min", [to.op("Max", [y, each((one) => one.to[0])]), each((one) => one.to[1])])
    // A missing number stays missing, whatever the runtime makes of it among two limits.
    return to.op("Where", [to.op("IsNaN", [x]), x, cut])
  }
)

// ------------------------------------------------------------------------------------------------------- quantiles

const counted = (to: Builder, comparison: string, quantiles: Name, x: Name): Name =>
  to.op("ReduceSum", [to.op("Cast", [to.op(comparison, [quantiles, x])], { to: 7 }), to.ints([1])], { keepdims: 1 })

const at = (to: Builder, values: ReadonlyArray<number>, index: Name): Name =>
  lookUp(
    to,
    index,
    values.map((value) => [value])
  )

/** The share of a distribution below x, of ascending quantiles; x is [rows, 1]. */
const shareBelow = (to: Builder, quantiles: ReadonlyArray<number>, x: Name): Name => {
  const last = quantiles.length - 1
  const row = to.doubles(quantiles, [1, quantiles.length])
  const first = counted(to, "Less", row, x)
  const after = counted(to, "LessOrEqual", row, x)
  const asDouble = (name: Name) => to.op("Cast", [name], { to: 11 })
  const one = to.ints([1])
  // Several equal quantiles: the middle of their places.
  const tied = to.op("Mul", [asDouble(to.op("Sub", [to.op("Add", [first, after]), one])), to.doubles([1 / 2 / last])])
  const below = to.op("Max", [to.op("Sub", [first, one]), to.ints([0])])
  const above = to.op("Min", [first, to.ints([last])])
  const low = at(to, quantiles, below)
  const part = to.op("Div", [to.op("Sub", [x, low]), to.op("Sub", [at(to, quantiles, above), low])])
  const between = to.op("Mul", [to.op("Add", [asDouble(below), part]), to.doubles([1 / last])])
  const inside = to.op("Where", [to.op("Greater", [after, first]), tied, between])
  const low0 = to.op("LessOrEqual", [x, to.doubles([quantiles[0]!])])
  const high1 = to.op("GreaterOrEqual", [x, to.doubles([quantiles[last]!])])
  return to.op("Where", [low0, to.doubles([0]), to.op("Where", [high1, to.doubles([1]), inside])])
}

const margin = 1e-7

const quantileTransform: WriteStage = (to, columns, { id, state }) => {
  const Learned = Schema.Struct({ output: Schema.Literals(["normal", "uniform"]), quantiles: numbers })
  const pairs = decoded(id, Schema.Array(Schema.Tuple([Schema.String, Learned])), state)
  return pairs.reduce<Columns>(
    (now, [name, { output, quantiles }]) =>
      mapped(to, now, [name], id, (x) => {
        const isConstant = quantiles[0] === quantiles.at(-1)
        const known = isConstant
          ? to.op("Mul", [x, to.doubles([0])])
          : to.op("Where", [to.op("IsNaN", [x]), to.doubles([0.5]), shareBelow(to, quantiles, x)])
        const made = isConstant
          ? to.op("Add", [known, to.doubles([output === "normal" ? 0 : 0.5])])
          : output === "uniform"
            ? known
            : normalQuantile(to, to.op("Min", [to.op("Max", [known, to.doubles([margin])]), to.doubles([1 - margin])]))
        return to.op("Where", [to.op("IsNaN", [x]), x, made])
      }),
    columns
  )
}

// ------------------------------------------------------------------------------------------------------------ bins

const bin: WriteStage = (to, columns, { id, state }) => {
  const { as, columns: learned } = decoded(
    id,
    Schema.Struct({
      as: Schema.Literals(["ordinal", "oneHot", "factor"]),
      columns: Schema.Array(Schema.Tuple([Schema.String, numbers]))
    }),
    state
  )
  return replaced(
    columns,
    new Map(
      learned.map(([name, edges]): readonly [string, ReadonlyArray<readonly [string, Column]>] => {
        const x = matrix(to, numbersOf(columns, [name], id))
        const inner = edges.slice(1, -1)
        const names = Bins.names(edges)
        // All edges but the outer two; a single bin has none, and then nothing is at most the number.
        const code = counted(
          to,
          "LessOrEqual",
          to.doubles(inner.length === 0 ? [Infinity] : inner, [1, inner.length || 1]),
          x
        )
        const known = to.op("Where", [to.op("IsNaN", [x]), to.ints([names.length]), code])
        if (as === "factor") return [name, [[name, textOf(to, known, [...names, ""])]]]
        const rows = [...names, undefined].map((bin, i) =>
          as === "ordinal"
            ? [bin === undefined ? Number.NaN : i]
            : names.map((_, k) => (bin === undefined ? Number.NaN : Number(k === i)))
        )
        const block = lookUp(to, known, rows)
        return [name, columnsOf(block, as === "ordinal" ? [name] : names.map((bin) => `${name}=${bin}`))]
      })
    )
  )
}

// ---------------------------------------------------------------------------------------- components and products

const pca: WriteStage = (to, columns, { id, state }) => {
  const {
    axes,
    columns: scales,
    name
  } = decoded(
    id,
    Schema.Struct({
      name: Schema.String,
      columns: Schema.Array(Schema.Struct({ column: Schema.String, mean: Schema.Finite, sd: Schema.Finite })),
      axes: Schema.Array(numbers)
    }),
    state
  )
  const names = scales.map(({ column }) => column)
  const width = names.length
  const gone = new Map(names.map((column) => [column, []] as const))
  if (axes.length === 0) return replaced(columns, gone)
  const x = matrix(to, numbersOf(columns, names, id))
  const centred = scaled(
    to,
    x,
    to.doubles(
      scales.map(({ mean }) => mean),
      [1, width]
    ),
    to.doubles(
      scales.map(({ sd }) => sd),
      [1, width]
    )
  )
  const kernel = Array.from({ length: width }, (_, j) => axes.map((axis) => axis[j]!)).flat()
  const made = to.op("MatMul", [centred, to.doubles(kernel, [width, axes.length])])
  return replaced(
    columns,
    gone,
    columnsOf(
      made,
      axes.map((_, k) => `${name}${k + 1}`)
    )
  )
}

const polynomial: WriteStage = (to, columns, { id, state }) => {
  const {
    columns: names,
    degree,
    interactions
  } = decoded(
    id,
    Schema.Struct({ columns: Schema.Array(Schema.String), degree: Schema.Int, interactions: Schema.Boolean }),
    state
  )
  const all = Monomials.monomials(names.length, degree, interactions)
  if (all.length === 0) return columns
  const x = matrix(to, numbersOf(columns, names, id))
  const byLength = Map.groupBy(all, ({ length }) => length)
  const blocks = Array.from(byLength, ([length, some]) =>
    Array.from({ length }, (_, i) =>
      to.op("Gather", [x, to.ints(some.map((factors) => factors[i]!))], { axis: 1 })
    ).reduce((product, factor) => to.op("Mul", [product, factor]))
  )
  const ordered = [...byLength.values()].flat()
  return replaced(
    columns,
    new Map(),
    columnsOf(
      blocks.length === 1 ? blocks[0]! : to.op("Concat", blocks, { axis: 1 }),
      ordered.map((factors) => Monomials.nameOf(factors, names))
    )
  )
}

/** The stages of numbers, by id. */
export const numberStages: Readonly<Record<string, WriteStage>> = {
  "Preprocess.standardise": standardise,
  "Preprocess.minMax": minMax,
  "Preprocess.robustScale": map(Schema.Struct({ centre: Schema.Finite, factor: Schema.Finite }), (to, x, each) =>
    to.op("Mul", [to.op("Sub", [x, each(({ centre }) => centre)]), each(({ factor }) => factor)])
  ),
  "Preprocess.log1p": map(Schema.Null, (to, x) => signedLog(to, x)),
  "Preprocess.signedRoot": map(Schema.Finite, (to, x, each) =>
    to.op("Mul", [to.op("Sign", [x]), to.op("Pow", [to.op("Abs", [x]), each((power) => power)])])
  ),
  "Preprocess.smoothClip": map(Schema.Finite, (to, x, each) => {
    const ratio = to.op("Div", [x, each((limit) => limit)])
    const length = to.op("Sqrt", [to.op("Add", [to.doubles([1]), to.op("Mul", [ratio, ratio])])])
    return to.op("Div", [x, length])
  }),
  "Preprocess.boxCox": map(Schema.Struct({ ...Power.fields, least: Schema.Finite }), (to, x, each, all) => {
    const isPositive = to.op("Greater", [x, to.doubles([0])])
    const known = to.op("Where", [isPositive, x, each(({ least }) => least)])
    const lambdas = all.map(({ lambda }) => lambda)
    const y = power(to, to.op("Log", [known]), lambdas)
    const made = scaled(
      to,
      y,
      each(({ mean }) => mean),
      each(({ sd }) => sd)
    )
    return to.op("Where", [to.op("IsNaN", [x]), x, made])
  }),
  "Preprocess.yeoJohnson": map(Power, (to, x, each, all) => {
    const g = signedLog(to, x)
    const lambdas = all.map(({ lambda }) => lambda)
    const above = power(to, to.op("Max", [g, to.doubles([0])]), lambdas)
    const below = power(
      to,
      to.op("Max", [to.op("Neg", [g]), to.doubles([0])]),
      lambdas.map((lambda) => 2 - lambda)
    )
    const isAbove = to.op("GreaterOrEqual", [g, to.doubles([0])])
    const made = scaled(
      to,
      to.op("Where", [isAbove, above, to.op("Neg", [below])]),
      each(({ mean }) => mean),
      each(({ sd }) => sd)
    )
    return to.op("Where", [to.op("IsNaN", [x]), x, made])
  }),
  "Preprocess.quantileTransform": quantileTransform,
  "Preprocess.bin": bin,
  "Preprocess.pca": pca,
  "Preprocess.polynomial": polynomial
}
