/**
 * Ingresses inside a graph: columns as the input of a network, in single precision.
 */
import * as Schema from "effect/Schema"
import { type Builder, cast, type Name, refuse } from "./builder.ts"
import { arraysOf, codesOf, columnOf, type Columns, matrix, numbersOf } from "./columns.ts"
import { decoded } from "./decoded.ts"

const names = Schema.Array(Schema.String)

/** Codes as an embedding reads them: 0 for missing and unseen, then the levels. */
const categorical = (to: Builder, columns: Columns, id: string, state: unknown): Name => {
  const { columns: read, levels } = decoded(id, Schema.Struct({ columns: names, levels: Schema.Array(names) }), state)
  const codes = read.map((name, j) => {
    const own = levels[j]!
    const code = codesOf(to, columnOf(columns, name, id), own, id)
    const table = to.ints([...own.map((_, i) => i + 1), 0, 0])
    return to.op("Gather", [table, code], { axis: 0 })
  })
  return codes.length === 1 ? codes[0]! : to.op("Concat", codes, { axis: 1 })
}

/** Places in bins, [rows, columns, bins]. */
const piecewiseLinear = (
  to: Builder,
  columns: Columns,
  id: string,
  state: unknown,
  shape: ReadonlyArray<number>
): Name => {
  const { columns: read, edges } = decoded(
    id,
    Schema.Struct({ columns: names, edges: Schema.Array(Schema.Array(Schema.Finite)) }),
    state
  )
  const bins = shape[1]!
  // As when it is trained: numbers of single precision, in double.
  const numbers = cast(to, cast(to, matrix(to, numbersOf(columns, read, id)), "float"), "double")
  const table = (of: (own: ReadonlyArray<number>, bin: number) => number) =>
    to.doubles(
      edges.flatMap((own) => Array.from({ length: bins }, (_, bin) => of(own, bin))),
      [read.length, bins]
    )
  const isBin = (own: ReadonlyArray<number>, bin: number) => bin < own.length - 1
  const low = table((own, bin) => (isBin(own, bin) ? own[bin]! : 0))
  const width = table((own, bin) => (isBin(own, bin) ? own[bin + 1]! - own[bin]! : 1))
  const least = table((own, bin) => (isBin(own, bin) && bin === 0 ? -Number.MAX_VALUE : 0))
  const most = table((own, bin) => (!isBin(own, bin) ? 0 : bin === own.length - 2 ? Number.MAX_VALUE : 1))
  const share = to.op("Div", [to.op("Sub", [to.op("Unsqueeze", [numbers, to.ints([2])]), low]), width])
  return cast(to, to.op("Min", [to.op("Max", [share, least]), most]), "float")
}

const tensor = (to: Builder, columns: Columns, id: string, state: unknown): Name => {
  const { column: name, shape } = decoded(
    id,
    Schema.Struct({ column: Schema.String, shape: Schema.Array(Schema.Int) }),
    state
  )
  const column = columnOf(columns, name, id)
  return column.kind === "tensor"
    ? arraysOf(to, column, shape)
    : refuse(id, `column "${name}" is no tensor`, "write it with the version that trained it")
}

/** What an ingress gives the network: floats, or codes as integers. */
export const ingress = (
  to: Builder,
  columns: Columns,
  id: string,
  state: unknown,
  shape: ReadonlyArray<number>
): Name => {
  switch (id) {
    case "Ingress.numeric": {
      const read = decoded(id, names, state)
      return cast(to, matrix(to, numbersOf(columns, read, id)), "float")
    }
    case "Ingress.categorical":
      return categorical(to, columns, id, state)
    case "Ingress.piecewiseLinear":
      return piecewiseLinear(to, columns, id, state, shape)
    case "Ingress.tensor":
      return tensor(to, columns, id, state)
    default:
      return refuse(id, "is an ingress of one's own", "take one of rocflow's, such as Ingress.numeric")
  }
}
