/**
 * Numbers as places in bins: the piecewise linear encoding, whose bins are learned from the training rows.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Column from "../../../data/Column.ts"
import type * as Select from "../../../data/Select.ts"
import * as OptionSchema from "../../../OptionSchema.ts"
import * as Decode from "../../Decode.ts"
import * as Features from "../../Features.ts"
import type { Source } from "../../Stage.ts"
import { quantileEdges } from "../../Bins.ts"
import { ascending } from "../numeric/quantiles.ts"
import { starting } from "../pipeline.ts"
import { columns, learned, type Starting } from "./learned.ts"
import { toRows } from "./numbers.ts"

const id = "Ingress.piecewiseLinear"

/**
 * Writes the encoding of x for bins between edges: 1 for the bins that lie below x, the share of its own bin, 0 above. The
 * first bin is open below and the last one above. Bins that a column lacks stay as they are.
 */
const encode = (x: number, edges: ReadonlyArray<number>, into: Float32Array, at: number): void => {
  const last = edges.length - 2
  for (let bin = 0; bin <= last; bin++) {
    const share = (x - edges[bin]!) / (edges[bin + 1]! - edges[bin]!)
    into[at + bin] = Math.min(bin === last ? Infinity : 1, Math.max(bin === 0 ? -Infinity : 0, share))
  }
}

/** Encodes rows when they are asked for, as they take `bins` times the memory of the numbers. */
const encoding = (numbers: Float32Array, edges: ReadonlyArray<ReadonlyArray<number>>, bins: number): Source => {
  const width = edges.length
  return {
    window: () => Effect.void,
    fill: (rows, into) => {
      into.fill(0, 0, rows.length * width * bins)
      for (let i = 0; i < rows.length; i++) {
        edges.forEach((own, j) => encode(numbers[rows[i]! * width + j]!, own, into, (i * width + j) * bins))
      }
    }
  }
}

/** `Ingress.piecewiseLinear` as a definition, for registries. @category definitions */
export const piecewiseLinearDefinition = learned({
  id,
  summary: "Numbers as places in bins between quantiles of the training rows",
  options: Schema.Struct({
    columns,
    bins: OptionSchema.withDefault(
      OptionSchema.bins(1),
      48,
      "Bins of each column, between quantiles of the training rows"
    )
  }),
  state: Schema.Struct({
    columns: Schema.Array(Schema.String),
    edges: Schema.Array(Schema.Array(Schema.Finite))
  }),
  columns: ({ columns }) => columns,
  select: (options) => options.columns,
  shape: ({ bins }, columns) => [columns, bins],
  fit: ({ bins, columns }, features) =>
    Result.flatMap(Features.chosen(features, id, columns), (chosen) => {
      const numbers = chosen.map(([, column]) => Column.asNumbers(column))
      const wrong = chosen.filter((_, i) => numbers[i] === undefined)
      if (wrong.length === 0) {
        return Result.succeed({
          columns: chosen.map(([name]) => name),
          edges: numbers.map((values) => quantileEdges(ascending(values!), bins))
        })
      }
      const named = wrong.slice(0, 8).map(([name, { type }]) => `"${name}" (${type})`)
      return Features.fail(
        id,
        `takes numbers, but got ${named.join(", ")}${wrong.length > 8 ? ` and ${wrong.length - 8} more` : ""}; name the columns of numbers, and take the others in another branch of a Merge`
      )
    }),
  open: ({ bins }, { edges }, columns, rows) =>
    Effect.suspend(() =>
      Effect.map(Effect.fromResult(toRows(id, columns, rows)), (numbers) => encoding(numbers, edges, bins))
    )
})

/**
 * Takes the columns that are named or described, or all that reach it, as places in bins: rows of shape [columns, bins], for
 * `Nn.featureLinear` (Gorishniy et al. 2022, section 3.2).
 *
 * The edges b₀ < … < b_T of a column are the different ones among `bins` + 1 quantiles of its training rows (linear between
 * two values). Entry t of x is (x − b_t) / (b_{t+1} − b_t), cut to [0, 1], except that the first is not cut below nor the
 * last above; a column with fewer bins has zeros at the end. `bins` ≥ 1, default 48. Errors as of `Ingress.numeric`.
 *
 * *Gotcha*: a column that is constant in training has no bins, and says nothing.
 *
 * @example
 * Ingress.piecewiseLinear({ columns: ["age"], bins: 8 }).pipe(Nn.featureLinear(16), Nn.relu()) // rows of shape [1, 16]
 * @category stages
 */
export const piecewiseLinear = <const S extends Select.Select = ReadonlyArray<never>, const Bins extends number = 48>(
  options: { readonly columns?: S; readonly bins?: Bins } = {}
): PiecewiseLinear<Select.NamesOf<S>, Select.CountOf<S>, Bins> =>
  starting(piecewiseLinearDefinition.bind(options, Decode.findNothing))

/** The type of `Ingress.piecewiseLinear`: see `Starting`. @category type-level */
export type PiecewiseLinear<Names extends string, Width extends number, Bins extends number> = Starting<
  Names,
  readonly [Width, Bins],
  "Ingress.piecewiseLinear"
>
