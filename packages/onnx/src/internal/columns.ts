/**
 * Columns of a table inside a graph. Numbers stand side by side in blocks, so that what is done to many columns is one
 * node; texts have a tensor each.
 */
import type { Feature, TaskSchema } from "@rocflow/core/data/TaskSchema"
import { type Builder, classic, type Name, refuse } from "./builder.ts"

/** A column of numbers: one of a block [rows, width] in double precision, NaN where missing. */
export interface Numbers {
  readonly kind: "number"
  readonly block: Name
  readonly width: number
  readonly index: number
  /** What its values are called where they are categories. */
  readonly called: "number" | "boolean"
}

/** A column of categories: [rows, 1], "" where missing. */
export interface Text {
  readonly kind: "text"
  readonly name: Name
}

/** A column of times, in milliseconds since 1970-01-01T00:00Z: [rows, 1] in double precision, NaN where missing. */
export interface Times {
  readonly kind: "date"
  readonly name: Name
}

/** A column of arrays of numbers whose shape is found where they are read. */
export interface Arrays {
  readonly kind: "tensor"
  /** The column of the table. */
  readonly column: string
  /** What is done to them, first to last. */
  readonly steps: ReadonlyArray<(to: Builder, name: Name, shape: ReadonlyArray<number>) => Name>
}

/** A column inside a graph. @category models */
export type Column = Numbers | Text | Times | Arrays

/** Columns by name, in their order. */
export type Columns = ReadonlyMap<string, Column>

/** The columns of a block, by their names. */
export const columnsOf = (
  block: Name,
  names: ReadonlyArray<string>,
  called: Numbers["called"] = "number"
): ReadonlyArray<readonly [string, Numbers]> =>
  names.map((name, index) => [name, { kind: "number", block, width: names.length, index, called }])

/** Puts columns side by side, as [rows, columns]; neighbours of a block stay together. */
export const matrix = (to: Builder, columns: ReadonlyArray<Numbers>): Name => {
  if (columns.length === 0) return refuse("a model of no column", "has nothing to compute of", "give it a feature")
  const runs: Array<{ readonly block: Name; readonly width: number; readonly indices: Array<number> }> = []
  for (const { block, index, width } of columns) {
    const last = runs.at(-1)
    if (last?.block === block) last.indices.push(index)
    else runs.push({ block, width, indices: [index] })
  }
  const parts = runs.map(({ block, indices, width }) =>
    indices.length === width && indices.every((index, i) => index === i)
      ? block
      : to.op("Gather", [block, to.ints(indices)], { axis: 1 })
  )
  return parts.length === 1 ? parts[0]! : to.op("Concat", parts, { axis: 1 })
}

/** A column by name; whoever asks is named where there is none. */
export const columnOf = (columns: Columns, name: string, part: string): Column =>
  columns.get(name) ??
  refuse(part, `column "${name}" does not reach it`, "write the model again with the version that trained it")

/** Columns that must be numbers. */
export const numbersOf = (columns: Columns, names: ReadonlyArray<string>, part: string): ReadonlyArray<Numbers> =>
  names.map((name) => {
    const column = columnOf(columns, name, part)
    return column.kind === "number"
      ? column
      : refuse(part, `column "${name}" is no number where it is read`, "encode it before")
  })

/** Columns with some of them in the place of others, or gone; new ones come last. */
export const replaced = (
  columns: Columns,
  by: ReadonlyMap<string, ReadonlyArray<readonly [string, Column]>>,
  added: ReadonlyArray<readonly [string, Column]> = []
): Columns =>
  new Map([...Array.from(columns, ([name, column]) => by.get(name) ?? [[name, column] as const]).flat(), ...added])

/** The same columns with some changed by a function of their block, all at once. */
export const mapped = (
  to: Builder,
  columns: Columns,
  names: ReadonlyArray<string>,
  part: string,
  change: (block: Name) => Name
): Columns => {
  if (names.length === 0) return columns
  const block = change(matrix(to, numbersOf(columns, names, part)))
  return new Map([...columns, ...columnsOf(block, names)])
}

const missingText = ""

/**
 * The place of each value among levels, [rows, 1]: as many as there are levels where it is none of them, one more where it
 * is missing.
 */
export const codesOf = (to: Builder, column: Column, levels: ReadonlyArray<string>, part: string): Name => {
  const other = levels.length
  if (column.kind === "text" && levels.includes(missingText)) {
    return refuse(part, 'knows a level "", which a text column of a graph has for missing', "give the level a name")
  }
  switch (column.kind) {
    case "text":
      return to.op(
        "LabelEncoder",
        [column.name],
        {
          keys_strings: { strings: [...levels, missingText] },
          values_int64s: { ints: [...levels.map((_, code) => code), other + 1] },
          default_int64: other
        },
        classic
      )
    case "number": {
      const block = matrix(to, [column])
      const values = levels.map((level) => (column.called === "boolean" ? (level === "true" ? 1 : 0) : Number(level)))
      // One entry a level, and one that is met where there is none.
      const equal = to.op("Cast", [to.op("Equal", [block, to.doubles(values, [1, other])])], { to: 11 })
      const missing = to.op("Cast", [to.op("IsNaN", [block])], { to: 11 })
      const none = to.op("Sub", [
        to.doubles([1], [1, 1]),
        to.op("Add", [to.op("ReduceSum", [equal, to.ints([1])], { keepdims: 1 }), missing])
      ])
      return to.op("ArgMax", [to.op("Concat", [equal, none, missing], { axis: 1 })], { axis: 1, keepdims: 1 })
    }
    default:
      return refuse(part, `takes categories of a column that is a ${column.kind}`, "leave the column out")
  }
}

/** One of several numbers a code, [rows, numbers of a row]: `table` has a row for each level, for others, for missing. */
export const lookUp = (to: Builder, codes: Name, table: ReadonlyArray<ReadonlyArray<number>>): Name => {
  const width = table[0]!.length
  const rows = to.doubles(table.flat(), [table.length, width])
  return to.op("Gather", [rows, to.op("Squeeze", [codes, to.ints([1])])], { axis: 0 })
}

/** Text of codes; `levels` has one for each level, for others, for missing. */
export const textOf = (to: Builder, codes: Name, levels: ReadonlyArray<string>): Text => ({
  kind: "text",
  name: to.op("Gather", [to.strings(levels), codes], { axis: 0 })
})

const typeOf: Readonly<
  Record<Feature["type"], { readonly type: "double" | "string" | "float"; readonly says: string }>
> = {
  numeric: { type: "double", says: "a number, NaN where missing" },
  integer: { type: "double", says: "a whole number, NaN where missing" },
  boolean: { type: "double", says: "1 for true, 0 for false, NaN where missing" },
  factor: { type: "string", says: 'a level, "" where missing' },
  string: { type: "string", says: 'text, "" where missing' },
  date: { type: "double", says: "milliseconds since 1970-01-01T00:00Z, NaN where missing" },
  tensor: { type: "float", says: "numbers on the scale of training" }
}

/** The features as inputs of the graph, one each; a tensor becomes an input where its shape is known. */
export const inputs = (to: Builder, { features }: TaskSchema): Columns => {
  const made = features.map(({ levels, name, type }): readonly [string, Column] => {
    if (type === "tensor") return [name, { kind: "tensor", column: name, steps: [] }]
    const { says, type: stored } = typeOf[type]
    const description = levels === undefined ? says : `${says}: ${levels.join(", ")}`
    const input = to.input({ name, type: stored, shape: ["rows", 1], description })
    switch (type) {
      case "factor":
      case "string":
        return [name, { kind: "text", name: input }]
      case "date":
        return [name, { kind: "date", name: input }]
      default: {
        const called = type === "boolean" ? "boolean" : "number"
        return [name, { kind: "number", block: input, width: 1, index: 0, called }]
      }
    }
  })
  return new Map(made)
}

/** The arrays of a column, of the shape that is read, as an input of the graph. */
export const arraysOf = (to: Builder, { column, steps }: Arrays, shape: ReadonlyArray<number>): Name => {
  const given = to.inputs.some(({ name }) => name === column)
    ? column
    : to.input({ name: column, type: "float", shape: ["rows", ...shape], description: typeOf.tensor.says })
  return steps.reduce((name, step) => step(to, name, shape), given)
}
