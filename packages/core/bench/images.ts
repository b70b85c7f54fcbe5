/** Two subsets of images of ten classes, 28×28, as a task with a column for each pixel: made, or read from MNIST. */
import * as Effect from "effect/Effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import * as Column from "../src/data/Column.ts"
import * as Table from "../src/data/Table.ts"
import * as Task from "../src/data/Task.ts"
import * as Seed from "../src/Seed.ts"

export const side = 28
export const pixels = side * side
export const classes = 10
export const rowsASubset = 1000

export interface Images {
  /** Row-major; the rows of the second subset come after those of the first. */
  readonly x: Float32Array
  readonly labels: Uint8Array
}

const rows = 2 * rowsASubset

/** Each class is noise around a picture; half of each picture is of its subset alone, so that training on the other helps less. */
export const made = (): Images => {
  const random = Seed.generator(Seed.derive(Seed.root(1), "images"))
  const picture = () => Float32Array.from({ length: classes * pixels }, () => 0.15 * random.normal())
  const common = picture()
  const own = [picture(), picture()]
  const labels = Uint8Array.from({ length: rows }, () => random.below(classes))
  const x = new Float32Array(rows * pixels)
  for (let i = 0; i < x.length; i++) {
    const row = Math.floor(i / pixels)
    const place = labels[row]! * pixels + (i % pixels)
    x[i] = random.normal() + common[place]! + own[row < rowsASubset ? 0 : 1]![place]!
  }
  return { x, labels }
}

const headers = { images: 16, labels: 8 } as const

/** The first images of the test set of MNIST, in 0 … 1; those of the second subset are transposed. */
export const mnist = (folder: string): Images => {
  const read = (name: string, header: number) =>
    gunzipSync(readFileSync(join(folder, `t10k-${name}-ubyte.gz`))).subarray(header)
  const bytes = read("images-idx3", headers.images)
  const x = Float32Array.from({ length: rows * pixels }, (_, i) => {
    const row = Math.floor(i / pixels)
    const pixel = i % pixels
    const transposed = (pixel % side) * side + Math.floor(pixel / side)
    return bytes[row * pixels + (row < rowsASubset ? pixel : transposed)]! / 255
  })
  return { x, labels: Uint8Array.from(read("labels-idx1", headers.labels).subarray(0, rows)) }
}

export const toTask = Effect.fnUntraced(function* ({ labels, x }: Images) {
  const table = yield* Table.fromEntries([
    ["class", Column.text(Array.from(labels, (label) => `digit ${label}`))],
    ["subset", Column.text(Array.from(labels, (_, row) => (row < rowsASubset ? "first" : "second")))],
    ...Array.from(
      { length: pixels },
      (_, pixel) =>
        [`p${pixel}`, Column.numeric(Float64Array.from(labels, (_, row) => x[row * pixels + pixel]!))] as const
    )
  ])
  return yield* Task.fromTable(table, { id: "images", target: "class", subset: "subset", stratum: ["subset", "class"] })
})
