import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Events from "@rocflow/core/learning/Events"
import * as Effect from "effect/Effect"
import * as JobStates from "../src/executor/JobStates.ts"
import * as Live from "../src/Live.ts"
import * as Run from "../src/Run.ts"
import { control, design, services, temporary } from "./support/runs.ts"

const id = "0123456789abcdef01234567"
const row = (epoch: number) => ({ epoch, loss: 1 / epoch, seconds: 0.1, train: {}, valid: {} })

/** The name that a process has which is over. */
const gone = `${hostname().replaceAll(/[^\w.-]/g, "_")}-${spawnSync("true").pid}-0a1b2c3d`

/** Until the first beat is there: its thread takes a moment. */
const beaten = (directory: string) =>
  Effect.gen(function* () {
    while ((yield* Live.look(directory)).processes.size === 0) yield* Effect.sleep(10)
  })

describe("Live", () => {
  it.live("shows which job a process executes and its epochs, and nothing once it is over", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const heard: Array<string> = []
      yield* Effect.gen(function* () {
        const { during } = yield* Live.open(directory)
        yield* beaten(directory)
        yield* during(
          id,
          Effect.gen(function* () {
            yield* Events.emit({ _tag: "TrainingBegun", epochs: 9, rows: 5, batches: 1 })
            yield* Effect.sleep(510)
            yield* Events.emit({ _tag: "EpochEnded", row: row(1), evaluated: true })
            const { doing, processes } = yield* Live.look(directory)
            assert.deepStrictEqual(
              doing.map((each) => each.id),
              [id]
            )
            assert.strictEqual(processes.get(doing[0]!.process)?.alive, true)
            const training = yield* Live.training(directory, doing[0]!)
            assert.deepStrictEqual([training?.epochs, training?.history], [9, [row(1)]])
            const standings = yield* JobStates.of(directory, [id], [])
            assert.strictEqual(standings.get(id)?.state, "running")
          })
        ).pipe(
          Effect.provideService(Events.Sink, ({ _tag }) =>
            Effect.sync(() => {
              heard.push(_tag)
            })
          )
        )
        assert.deepStrictEqual((yield* Live.look(directory)).doing, [])
      }).pipe(Effect.scoped)
      assert.deepStrictEqual(heard, ["TrainingBegun", "EpochEnded"])
      assert.deepStrictEqual(readdirSync(join(directory, Live.folder)), [])
    }).pipe(Effect.provide(services))
  )

  it.live("tells a process that is gone, or was silent for long, and sweeps what it left", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const folder = join(directory, Live.folder)
      mkdirSync(folder)
      const silent = "another-machine-12-0a1b2c3d"
      const other = id.replace("0", "f")
      for (const name of [gone, `${gone}.${id}`, silent, `${silent}.${other}`]) writeFileSync(join(folder, name), "")
      const look = Effect.map(Live.look(directory), ({ processes }) =>
        [gone, silent].map((name) => processes.get(name)?.alive)
      )
      assert.deepStrictEqual(yield* look, [false, true])
      const then = Date.now() / 1000 - 61
      utimesSync(join(folder, silent), then, then)
      assert.deepStrictEqual(yield* look, [false, false])
      const standings = yield* JobStates.of(directory, [id, other], [])
      assert.deepStrictEqual(
        [...standings.values()].map(({ state, where }) => [state, where]),
        [
          ["lost", gone],
          ["lost", silent]
        ]
      )
      yield* Live.sweep(directory)
      assert.deepStrictEqual(readdirSync(folder), [])
    }).pipe(Effect.provide(services))
  )

  it.live("shows what is whole of a file that is being written", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      mkdirSync(join(directory, Live.folder))
      const lines = [
        { _tag: "Begun", begun: 7 },
        { _tag: "TrainingBegun", epochs: 3, rows: 1, batches: 1 },
        { _tag: "EpochEnded", row: row(1), evaluated: true },
        { _tag: "EpochEnded", row: row(2), evaluated: false },
        { _tag: "EpochEnded", row: row(3), evaluated: true }
      ].map((line) => JSON.stringify(line))
      const file = join(directory, Live.folder, `${gone}.${id}`)
      writeFileSync(file, lines.join("\n").slice(0, -5))
      const training = yield* Live.training(directory, { id, process: gone })
      assert.deepStrictEqual(training, { begun: 7, epochs: 3, history: [row(1)] })
      assert.isUndefined(yield* Live.training(directory, { id: id.replace("0", "f"), process: gone }))
    }).pipe(Effect.provide(services))
  )

  it.live("leaves nothing of a run that is over", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      yield* Run.start(yield* design(control()), directory)
      assert.isTrue(existsSync(join(directory, Live.folder)))
      assert.deepStrictEqual(readdirSync(join(directory, Live.folder)), [])
    }).pipe(Effect.provide(services))
  )
})
