/**
 * Changes of images that keep their shape and need no neighbouring pixels; whatever moves pixels is done before the model.
 */
import * as Schema from "effect/Schema"
import { type Builder, type Name, refuse } from "./builder.ts"
import { type Arrays, columnOf, replaced } from "./columns.ts"
import { decoded } from "./decoded.ts"
import type { WriteStage } from "./stage.ts"

type Step = (to: Builder, name: Name, shape: ReadonlyArray<number>) => Name

const State = Schema.Struct({
  columns: Schema.Array(Schema.Struct({ column: Schema.String, learned: Schema.Unknown }))
})

/** A stage that does something to the arrays of the columns that it chose. */
const change =
  (step: (learned: unknown, options: unknown, id: string) => Step): WriteStage =>
  (_, columns, { id, options, state }) =>
    replaced(
      columns,
      new Map(
        decoded(id, State, state).columns.map(({ column: name, learned }) => {
          const column = columnOf(columns, name, id)
          if (column.kind !== "tensor") return refuse(id, `column "${name}" is no tensor`, "leave it out")
          const next: Arrays = { ...column, steps: [...column.steps, step(learned, options, id)] }
          return [name, [[name, next]]]
        })
      )
    )

const numbers = Schema.Array(Schema.Finite)
const Pair = Schema.Tuple([Schema.Finite, Schema.Finite])

/** The same number for each channel, where there are channels. */
const perChannel = (to: Builder, values: ReadonlyArray<number>): Name =>
  to.floats(Float32Array.from(values), [values.length])

const normalise = change((learned, _, id) => {
  const { mean, sd } = decoded(id, Schema.Struct({ mean: numbers, sd: numbers }), learned)
  return (to, name) => to.op("Div", [to.op("Sub", [name, perChannel(to, mean)]), perChannel(to, sd)])
})

const rescale = change((_, options, id) => {
  const { from, to: target } = decoded(id, Schema.Struct({ from: Pair, to: Pair }), options)
  const factor = (target[1] - target[0]) / (from[1] - from[0])
  return (to, name) =>
    to.op("Add", [
      to.op("Mul", [to.op("Sub", [name, perChannel(to, [from[0]])]), perChannel(to, [factor])]),
      perChannel(to, [target[0]])
    ])
})

const nothing: WriteStage = (_, columns) => columns

const moves =
  (what: string): WriteStage =>
  (_, __, { id }) =>
    refuse(
      id,
      `${what} images, which the model would have to do as it is done here`,
      "do it before: train on a table that Image.change made"
    )

/** The stages of images, by id. Augmentations act in training only. */
export const imageStages: Readonly<Record<string, WriteStage>> = {
  "Image.normalise": normalise,
  "Image.rescale": rescale,
  "Image.resize": moves("resizes"),
  "Image.crop": moves("crops"),
  "Image.pad": moves("pads"),
  "Image.rotate": moves("rotates"),
  "Image.transpose": moves("turns"),
  "Image.grayscale": moves("takes the colour out of"),
  "Image.reshape": moves("reshapes"),
  "Augment.flip": nothing,
  "Augment.crop": moves("crops"),
  "Augment.affine": nothing,
  "Augment.brightness": nothing,
  "Augment.noise": nothing
}
