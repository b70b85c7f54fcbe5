import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Column from "../../../src/data/Column.ts"
import { idx } from "../../../src/data/internal/tensors/headers.ts"
import { open } from "../../../src/data/internal/tensors/reader.ts"
import { readNumbers } from "../../../src/data/internal/tensors/readNumbers.ts"
import * as Arrays from "../../support/arrays.ts"

const bytes = Arrays.idx(
  0x0b,
  [100, 2],
  Array.from({ length: 400 }, (_, i) => i % 256)
)

it.effect("reads of a large file only the rows that are asked for, the same as of a small one", () =>
  Effect.gen(function* () {
    const path = join(yield* Arrays.folder, "a.idx")
    writeFileSync(path, bytes)
    const large = yield* readNumbers(path, idx, [0, 2], 100)
    const small = yield* readNumbers(path, idx, [0, 2])
    expect([large.store.content._tag, small.store.content._tag]).toEqual(["File", "Memory"])
    expect([large.store.digest, large.rows]).toEqual([small.store.digest, small.rows])
    const read = Effect.fnUntraced(function* (store: Column.Tensor["stores"][number], place: ReadonlyArray<number>) {
      const column: Column.Tensor = {
        type: "tensor",
        stores: [store],
        store: new Uint16Array(place.length),
        place: Int32Array.from(place),
        steps: [],
        missing: null
      }
      const out: Array<number> = []
      const reader = yield* open(column)
      yield* reader.read([...place.keys()], (_, values) => out.push(...values))
      return out
    })
    const rows = [99, 3, 50, 3]
    expect(yield* read(large.store, rows)).toEqual(yield* read(small.store, rows))
    expect(yield* read(large.store, [1])).toEqual([((4 << 8) + 5) / 2, ((6 << 8) + 7) / 2])
    writeFileSync(path, bytes.subarray(0, 300))
    const error = yield* Effect.flip(read(large.store, [99]))
    expect(error.message).toContain("a.idx[99] cannot be read (the file has become shorter)")
  })
)

it.effect("refuses to unpack a file that would not fit", () =>
  Effect.gen(function* () {
    const path = join(yield* Arrays.folder, "a.idx.gz")
    writeFileSync(path, gzipSync(bytes))
    const error = yield* Effect.flip(readNumbers(path, idx, undefined, 100))
    expect(error.message).toContain("Unpack it by gunzip: it is then read by parts.")
  })
)
