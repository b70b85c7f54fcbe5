import { appendFileSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Checked from "../src/Checked.ts"
import * as Segments from "../src/Segments.ts"
import { temporary } from "./support/runs.ts"

const line = (id: string) => `${Checked.write({ id, status: "ok", scores: {} })}\n`

describe("Segments.follow", () => {
  it.live("gives each record once, as soon as its line is whole", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const folder = join(directory, Segments.folder)
      mkdirSync(folder)
      const follow = Segments.follow(directory)
      const ids = Effect.map(follow, (records) => records.map(({ id }) => id))
      assert.deepStrictEqual(yield* ids, [])
      writeFileSync(join(folder, "a.jsonl"), line("1") + line("2") + line("3").slice(0, 10))
      assert.deepStrictEqual(yield* ids, ["1", "2"])
      assert.deepStrictEqual(yield* ids, [])
      appendFileSync(join(folder, "a.jsonl"), line("3").slice(10))
      writeFileSync(join(folder, "b.jsonl"), line("4"))
      assert.deepStrictEqual((yield* ids).toSorted(), ["3", "4"])
      // One process may say the same job again: a failed one that is tried again.
      appendFileSync(join(folder, "b.jsonl"), line("1"))
      assert.deepStrictEqual(yield* ids, ["1"])
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("takes lines that end as on Windows", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      mkdirSync(join(directory, Segments.folder))
      const text = [line("1"), line("2")].join("").replaceAll("\n", "\r\n")
      writeFileSync(join(directory, Segments.folder, "a.jsonl"), text)
      assert.deepStrictEqual([...(yield* Segments.read(directory)).keys()], ["1", "2"])
      assert.deepStrictEqual(
        (yield* Segments.follow(directory)).map(({ id }) => id),
        ["1", "2"]
      )
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )

  it.live("names the line of a record that was changed, also of one that came later", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const folder = join(directory, Segments.folder)
      mkdirSync(folder)
      const follow = Segments.follow(directory)
      writeFileSync(join(folder, "a.jsonl"), line("1") + line("2"))
      yield* follow
      appendFileSync(join(folder, "a.jsonl"), line("3") + line("4").replace('"ok"', '"no"'))
      const error = yield* Effect.flip(follow)
      assert.include(error.message, "the record in line 4 of results/a.jsonl cannot be trusted")
    }).pipe(Effect.scoped, Effect.provide(NodeServices.layer))
  )
})
