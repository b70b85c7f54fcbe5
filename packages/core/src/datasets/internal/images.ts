/**
 * IDX files of images and labels, which are checked, turned where their files have columns for rows, and compressed.
 */
import * as Effect from "effect/Effect"
import { createWriteStream } from "node:fs"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import { createGzip } from "node:zlib"
import type { ToImages } from "../Entry.ts"
import type { DatasetError } from "../DatasetError.ts"
import { open, readError, reading } from "./archive.ts"
import { type PathOf, unfit } from "./tables.ts"

/** What an IDX file of bytes says of itself. */
interface Header {
  readonly rows: number
  readonly shape: ReadonlyArray<number>
}

/** Reads the header of bytes as IDX has it: 0 0 8 rank, then sizes as big-endian numbers; undefined for anything else. */
const headerOf = (bytes: Buffer, rank: number): Header | undefined => {
  if (bytes.readUInt32BE(0) !== 0x0800 + rank) return undefined
  const sizes = Array.from({ length: rank }, (_, axis) => bytes.readUInt32BE(4 + 4 * axis))
  return { rows: sizes[0]!, shape: sizes.slice(1) }
}

/** Exchanges the rows and columns of an image [height, width, channels], whose own numbers are in the other order. */
const turned = (image: Uint8Array, [height, width, channels]: ToImages["shape"]): Uint8Array => {
  const into = new Uint8Array(image.length)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      for (let c = 0; c < channels; c++) {
        into[(y * width + x) * channels + c] = image[(x * height + y) * channels + c]!
      }
    }
  }
  return into
}

/**
 * Passes IDX through: its header is looked at, each row goes through `change`, and nothing may be missing or left over.
 * `seen` is told the number of rows.
 */
const checked = (
  given: string,
  rank: number,
  shape: ReadonlyArray<number>,
  change: ((row: Uint8Array) => Uint8Array) | undefined,
  seen: (rows: number) => void
): Transform => {
  const headerBytes = 4 + 4 * rank
  const rowBytes = shape.reduce((product, size) => product * size, 1)
  let rest: Buffer = Buffer.alloc(0)
  let header: Header | undefined
  let rows = 0
  const take = (bytes: number): Buffer => {
    const taken = rest.subarray(0, bytes)
    rest = rest.subarray(bytes)
    return taken
  }
  return new Transform({
    transform(chunk: Buffer, _, done) {
      rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
      if (header === undefined) {
        if (rest.length < headerBytes) return done()
        const bytes = take(headerBytes)
        header = headerOf(bytes, rank)
        if (header === undefined) return done(unfit(given, `is no IDX file of bytes of ${rank} axes`))
        if (header.shape.reduce((product, size) => product * size, 1) !== rowBytes) {
          return done(unfit(given, `has rows of ${header.shape.join(" × ")}, and not of ${shape.join(" × ")}`))
        }
        this.push(bytes)
      }
      const whole = Math.floor(rest.length / rowBytes)
      rows += whole
      if (rows > header.rows) return done(unfit(given, `has more rows than the ${header.rows} of its header`))
      const bytes = take(whole * rowBytes)
      if (whole === 0) return done()
      const rowAt = (i: number) => bytes.subarray(i * rowBytes, (i + 1) * rowBytes)
      this.push(change === undefined ? bytes : Buffer.concat(Array.from({ length: whole }, (_, i) => change(rowAt(i)))))
      done()
    },
    flush(done) {
      const ended = header !== undefined && rows === header.rows && rest.length === 0
      if (!ended) return done(unfit(given, `ends after ${rows} of ${header?.rows ?? "?"} rows`))
      seen(rows)
      done()
    }
  })
}

/** Passes a file through a check into a compressed one: how many rows it has. */
const copy = (path: string, into: string, check: (seen: (rows: number) => void) => Transform) =>
  Effect.tryPromise({
    try: async (signal) => {
      let rows = 0
      const through = check((seen) => {
        rows = seen
      })
      await pipeline([reading(path), through, createGzip({ level: 6 }), createWriteStream(into)], { signal })
      return rows
    },
    catch: (cause): DatasetError => readError(into, cause)
  })

/** The names of the files that are written for a part of a data set. */
export const namesOf = (dataset: string, part: string) => ({
  images: `${dataset}-${part}-images.idx.gz`,
  labels: `${dataset}-${part}-labels.idx.gz`
})

/** Writes the images and labels of an entry: how many there are, and of how many columns (the image and its label). */
export const toIdx = Effect.fnUntraced(function* (
  dataset: string,
  { parts, shape, transposed = false }: ToImages,
  pathOf: PathOf,
  folder: string,
  directory: string
): Effect.fn.Return<{ readonly rows: number; readonly columns: number }, DatasetError> {
  const [, , channels] = shape
  const rank = channels === 1 ? 3 : 4
  const change = transposed ? (row: Uint8Array) => turned(row, shape) : undefined
  let total = 0
  for (const { images, labels, name } of parts) {
    const files = namesOf(dataset, name)
    const from = (place: typeof images) => open(pathOf(place.file), place.member, folder)
    const rows = yield* copy(yield* from(images), `${directory}/${files.images}`, (seen) =>
      checked(images.member ?? images.file, rank, shape, change, seen)
    )
    const labelled = yield* copy(yield* from(labels), `${directory}/${files.labels}`, (seen) =>
      checked(labels.member ?? labels.file, 1, [], undefined, seen)
    )
    if (rows !== labelled) return yield* unfit(`the part "${name}"`, `has ${rows} images, but ${labelled} labels`)
    total += rows
  }
  return { rows: total, columns: 2 }
})
