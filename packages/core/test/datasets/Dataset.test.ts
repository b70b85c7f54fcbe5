import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Tar from "effect/encoding/Tar"
import * as Zip from "effect/encoding/Zip"
import * as Stream from "effect/Stream"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync } from "node:zlib"
import * as Column from "../../src/data/Column.ts"
import * as Table from "../../src/data/Table.ts"
import * as Tensors from "../../src/data/Tensors.ts"
import * as Dataset from "../../src/datasets/Dataset.ts"
import type { Entry, ToImages, ToTable } from "../../src/datasets/Entry.ts"
import { csv, entryOf, get, temporary, withClient } from "./support/sets.ts"
import { file, start, type Told } from "./support/server.ts"

const base = {
  name: "made",
  title: "Made",
  licence: "CC0 1.0",
  citation: "nobody",
  task: { target: "y", positive: "a" }
} satisfies Partial<Entry>

/** A data set of files that a server has, without hashes. */
const made = (
  server: Told,
  contents: Readonly<Record<string, Uint8Array | string>>,
  convert: Entry["convert"],
  rows: number,
  columns: number
): Entry => {
  for (const [name, content] of Object.entries(contents)) server.answer(`/${name}`, file(content))
  const files = Object.fromEntries(Object.keys(contents).map((name) => [name, { url: server.url(`/${name}`) }]))
  return { ...base, rows, columns, files, convert }
}

const tableOf = Effect.fnUntraced(function* (entry: Entry) {
  const { directory, files } = yield* get(entry, yield* temporary)
  return yield* Table.fromFile(join(directory, files[0]!.name))
})

const texts = (table: Table.Table): Readonly<Record<string, ReadonlyArray<string | null>>> =>
  Object.fromEntries(
    Array.from(table.columns, ([name, column]) => [
      name,
      Array.from({ length: table.rows }, (_, row) => Column.toText(column, row))
    ])
  )

const table = (convert: Omit<ToTable, "type">): ToTable => ({ type: "table", ...convert })

const archive = (members: ReadonlyArray<readonly [name: string, content: string | Uint8Array]>) => {
  const collect = <E>(stream: Stream.Stream<Uint8Array, E>) =>
    Effect.map(Stream.runCollect(stream), (chunks) => Buffer.concat(chunks))
  const tar = Stream.fromIterable(members.map(([name, content]) => Tar.file(name, content)))
  const zip = Stream.fromIterable(members.map(([name, content]) => Zip.file(name, content)))
  return Effect.all({
    tar: collect(Stream.pipeThroughChannel(tar, Tar.encode())),
    zip: collect(Stream.pipeThroughChannel(zip, Zip.encode()))
  })
}

describe("a table", () => {
  it.live("is made of parts, files beside each other, blanks, new names and derived columns", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const contents = {
          "one.data": " 1   0.5  a \n 20  1.5\tb\n\n",
          "one.set": "0\n1\n",
          "two.data.gz": gzipSync("300 2.5 a\n"),
          "two.set": "1\n"
        }
        const part = (name: string, data: string, set: string): ToTable["parts"][number] => ({
          name,
          file: data,
          blanks: true,
          read: { header: false },
          beside: [{ file: set, read: { header: false, names: ["set"] } }]
        })
        const read = yield* tableOf(
          made(
            server,
            contents,
            table({
              part: "part",
              parts: [part("one", "one.data", "one.set"), part("two", "two.data.gz", "two.set")],
              rename: { V3: "y" },
              derive: [
                {
                  name: "size",
                  cases: [
                    {
                      value: "small test",
                      when: [
                        { column: "V1", below: 300 },
                        { column: "set", is: ["1", "2"] }
                      ]
                    },
                    { value: "large", when: [{ column: "V2", above: 2 }] }
                  ],
                  otherwise: "rest"
                }
              ],
              drop: ["set", "row.names"]
            }),
            3,
            5
          )
        )
        assert.deepStrictEqual(texts(read), {
          V1: ["1", "20", "300"],
          V2: ["0.5", "1.5", "2.5"],
          y: ["a", "b", "a"],
          part: ["one", "one", "two"],
          size: ["rest", "small test", "large"]
        })
      })
    )
  )

  it.live("comes out of an archive", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const { tar, zip } = yield* archive([
          ["folder/other.csv", "nothing"],
          ["folder/d.csv", "x,y\n1,a\n2,b\n"]
        ])
        for (const [name, bytes] of [
          ["all.zip", zip],
          ["all.tar", tar],
          ["all.tar.gz", gzipSync(tar)],
          ["all.tgz", gzipSync(tar)]
        ] as const) {
          const from = (member: string) =>
            made(server, { [name]: bytes }, table({ parts: [{ file: name, member }] }), 2, 2)
          assert.deepStrictEqual(texts(yield* tableOf(from("folder/d.csv"))), { x: ["1", "2"], y: ["a", "b"] })
          const absent = yield* Effect.flip(tableOf(from("d.csv")))
          assert.match(absent.message, /has no member "d\.csv"/)
          const broken = made(
            server,
            { [name]: bytes.subarray(0, 60) },
            table({ parts: [{ file: name, member: "folder/d.csv" }] }),
            2,
            2
          )
          assert.match((yield* Effect.flip(tableOf(broken))).message, /is a broken archive|cannot be unpacked/)
        }
      })
    )
  )

  it.live("is refused where it is not what the catalogue says, and nothing stays of it", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const cache = yield* temporary
        const d = { "d.csv": "x,y\n1,a\n2,b\n" }
        const derive = (column: string, above: number): NonNullable<ToTable["derive"]> => [
          { name: "z", cases: [{ value: "1", when: [{ column, above }] }], otherwise: "0" }
        ]
        const cases: ReadonlyArray<readonly [convert: Omit<ToTable, "type" | "parts">, rows: number, words: RegExp]> = [
          [{}, 3, /"made" has 2 rows, but the catalogue says 3/],
          [{ drop: ["x"] }, 2, /"made" has 1 columns, but the catalogue says 2/],
          [{ rename: { w: "v" } }, 2, /"w" is to be renamed, but the table has "x", "y"/],
          [{ derive: derive("w", 0) }, 2, /"w" is no column of the table, which has "x", "y"/],
          [{ derive: derive("y", 0) }, 2, /the column "y" of type string has no numbers to compare/]
        ]
        for (const [convert, rows, words] of cases) {
          const entry = made(server, d, table({ parts: [{ file: "d.csv" }], ...convert }), rows, 2)
          const error = yield* Effect.flip(get(entry, cache))
          assert.strictEqual(error.reason, "Conversion")
          assert.match(error.message, words)
        }
        const unreadable = made(server, { "e.csv": "x,y\n1\n" }, table({ parts: [{ file: "e.csv" }] }), 1, 2)
        assert.match(
          (yield* Effect.flip(get(unreadable, cache))).message,
          /^the table cannot be made: .*e\.csv, line 2/
        )
        assert.deepStrictEqual(readdirSync(join(cache, "data")), [])
      })
    )
  )
})

const header = (...sizes: ReadonlyArray<number>): ReadonlyArray<number> => [
  0,
  0,
  8,
  sizes.length,
  ...sizes.flatMap((size) => [0, 0, size >> 8, size & 255])
]
const idx = (sizes: ReadonlyArray<number>, values: ReadonlyArray<number>): Buffer =>
  Buffer.from([...header(...sizes), ...values])

/** Two images of two rows and three columns. */
const images = (values: ReadonlyArray<number>): Buffer => idx([2, 2, 3], values)
const upright = [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60]
const turned = [1, 4, 2, 5, 3, 6, 10, 40, 20, 50, 30, 60]

const toImages = (more: Partial<ToImages> = {}): ToImages => ({
  type: "images",
  shape: [2, 3, 1],
  range: [0, 255],
  parts: [{ name: "train", images: { file: "images.gz" }, labels: { file: "labels.gz" } }],
  ...more
})

describe("images", () => {
  it.live("stay IDX, and are turned where their files have columns for rows", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        for (const [transposed, values] of [
          [false, upright],
          [true, turned]
        ] as const) {
          const contents = { "images.gz": gzipSync(images(values)), "labels.gz": gzipSync(idx([2], [7, 8])) }
          const { directory, files } = yield* get(
            made(server, contents, toImages({ transposed }), 2, 2),
            yield* temporary
          )
          assert.deepStrictEqual(
            files.map(({ name }) => name),
            ["made-train-images.idx.gz", "made-train-labels.idx.gz"]
          )
          const written = gunzipSync(readFileSync(join(directory, files[0]!.name)))
          assert.deepStrictEqual([...written], [...header(2, 2, 3), ...upright])
          const digits = yield* Tensors.fromIdx(join(directory, files[1]!.name))
          assert.deepStrictEqual([...(Column.asNumbers(digits) ?? [])], [7, 8])
        }
      })
    )
  )

  it.live("come out of an archive, larger than a chunk", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const rows = 300
        const pixels = Array.from({ length: rows * 784 }, (_, i) => (i * 31) % 251)
        const { zip } = yield* archive([
          ["gzip/images.gz", gzipSync(idx([rows, 28, 28], pixels))],
          ["gzip/labels.gz", gzipSync(idx([rows], pixels.slice(0, rows)))]
        ])
        const member = (name: string) => ({ file: "all.zip", member: `gzip/${name}` })
        const entry = made(
          server,
          { "all.zip": zip },
          toImages({
            shape: [28, 28, 1],
            transposed: true,
            parts: [{ name: "test", images: member("images.gz"), labels: member("labels.gz") }]
          }),
          rows,
          2
        )
        const got = yield* get(entry, yield* temporary)
        const written = gunzipSync(readFileSync(join(got.directory, got.files[0]!.name))).subarray(16)
        const wrong = pixels.findIndex((_, i) => {
          const [image, y, x] = [Math.floor(i / 784), Math.floor((i % 784) / 28), i % 28]
          return written[i] !== pixels[image * 784 + x * 28 + y]
        })
        assert.strictEqual(wrong, -1)
      })
    )
  )

  it.live("are refused where they are not what the catalogue says", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const cache = yield* temporary
        const good = { images: images(upright), labels: idx([2], [7, 8]) }
        const cases: ReadonlyArray<readonly [files: Partial<typeof good>, words: RegExp]> = [
          [{ images: Buffer.from("no images at all") }, /images\.gz is no IDX file of bytes of 3 axes/],
          [{ images: idx([2, 3, 3], [...upright, ...upright]) }, /has rows of 3 × 3, and not of 2 × 3 × 1/],
          [{ images: images(upright.slice(0, 11)) }, /images\.gz ends after 1 of 2 rows/],
          [{ images: images([...upright, ...upright]) }, /has more rows than the 2 of its header/],
          [{ images: Buffer.from([0, 0]) }, /images\.gz ends after 0 of \? rows/],
          [{ labels: idx([1], [7]) }, /the part "train" has 2 images, but 1 labels/]
        ]
        for (const [changed, words] of cases) {
          const files = { ...good, ...changed }
          const contents = { "images.gz": gzipSync(files.images), "labels.gz": gzipSync(files.labels) }
          const error = yield* Effect.flip(get(made(server, contents, toImages(), 2, 2), yield* temporary))
          assert.strictEqual(error.reason, "Conversion")
          assert.match(error.message, words)
        }
        const cut = gzipSync(good.images).subarray(0, 20)
        const entry = made(server, { "images.gz": cut, "labels.gz": gzipSync(good.labels) }, toImages(), 2, 2)
        assert.match((yield* Effect.flip(get(entry, cache))).message, /cannot be unpacked/)
      })
    )
  )
})

describe("a task", () => {
  it.live("has the roles of the catalogue and absolute paths, of copies where they were asked for", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        server.answer("/points.csv", file(csv))
        const out = join(yield* temporary, "new", "folder")
        const got = yield* get(entryOf(server.url("/points.csv")), yield* temporary, { out })
        assert.deepStrictEqual(Dataset.task(got), {
          id: "points",
          file: join(out, "points.parquet"),
          target: "class",
          positive: "a"
        })
        assert.isTrue(existsSync(join(out, "points.parquet")))
      })
    )
  )

  it.live("of images has a source for each part", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        const contents = { "images.gz": gzipSync(images(upright)), "labels.gz": gzipSync(idx([2], [7, 8])) }
        const got = yield* get(made(server, contents, toImages(), 2, 2), yield* temporary)
        const at = (kind: string) => join(got.directory, `made-train-${kind}.idx.gz`)
        assert.deepStrictEqual(Dataset.task(got), {
          id: "made",
          sources: [
            {
              name: "train",
              arrays: { image: { file: at("images"), shape: [2, 3, 1], range: [0, 255] }, y: at("labels") }
            }
          ],
          ...base.task
        })
      })
    )
  )

  it.live("does not take the place of another file", () =>
    withClient(
      Effect.gen(function* () {
        const server = yield* start
        server.answer("/points.csv", file(csv))
        const [out, cache] = [yield* temporary, yield* temporary]
        const entry = entryOf(server.url("/points.csv"))
        yield* get(entry, cache, { out })
        yield* get(entry, cache, { out })
        writeFileSync(join(out, "points.parquet"), "mine")
        const error = yield* Effect.flip(get(entry, cache, { out }))
        assert.match(error.message, /points\.parquet is there already, and is another file\. Move it away/)
        assert.strictEqual(readFileSync(join(out, "points.parquet"), "utf8"), "mine")
        assert.deepStrictEqual(readdirSync(out), ["points.parquet"])
      })
    )
  )
})
