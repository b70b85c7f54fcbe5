import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as NodeServices from "@effect/platform-node/NodeServices"
import { describe, expect, it } from "@effect/vitest"
import * as Column from "@rocflow/core/data/Column"
import * as Examples from "@rocflow/core/data/Examples"
import { SchemaError } from "@rocflow/core/data/SchemaError"
import * as Table from "@rocflow/core/data/Table"
import * as Task from "@rocflow/core/data/Task"
import * as Tensors from "@rocflow/core/data/Tensors"
import * as Effect from "effect/Effect"
import * as TaskImages from "../src/TaskImages.ts"

const temporary = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-images-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** Two images of 2 × 2 bytes in a file, read by parts if it is changed later. */
const taskOf = Effect.fnUntraced(function* (file: string) {
  writeFileSync(file, Uint8Array.from([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 1, 2, 3, 4, 5, 6, 255]))
  const table = yield* Table.fromColumns({ image: yield* Tensors.fromIdx(file), digit: Column.text(["a", "b"]) })
  return yield* Task.fromTable(table, { id: "digits", target: "digit" })
})

describe("the images of tasks", () => {
  it.effect("come back as they were written", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const task = yield* taskOf(join(directory, "a.idx"))
      yield* TaskImages.write(directory, [task])
      const examples = yield* Examples.ofTask(task)
      expect(yield* TaskImages.read(directory)).toEqual(examples.map((each) => ({ task: "digits", ...each })))
    }).pipe(Effect.provide(NodeServices.layer))
  )

  it.effect("make no file where there are none, nor where one cannot be read, which is no reason not to run", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const task = yield* taskOf(join(directory, "a.idx"))
      const image = task.table.columns.get("image")
      if (image?.type !== "tensor") throw new Error("the images are a tensor")
      const gone: Column.Tensor = {
        ...image,
        stores: [
          {
            _tag: "Pictures",
            name: "",
            digest: "",
            range: undefined,
            steps: [],
            files: [{ path: join(directory, "gone.png"), shape: [2, 2, 1], digest: "" }],
            open: () => Effect.fail(new SchemaError({ given: "gone.png", rule: "does not exist", advice: "Draw it." }))
          }
        ],
        place: Int32Array.of(0, 0)
      }
      yield* TaskImages.write(directory, [Task.withFeatures(task, new Map([["image", gone]]))])
      expect(existsSync(join(directory, "images.json"))).toBe(false)
      expect(yield* TaskImages.read(directory)).toEqual([])
    }).pipe(Effect.provide(NodeServices.layer))
  )
})
