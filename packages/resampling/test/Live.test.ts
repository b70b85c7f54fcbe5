import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as FileProblem from "@rocflow/core/FileProblem"
import * as Events from "@rocflow/core/learning/Events"
import * as Learner from "@rocflow/core/learning/Learner"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as JobStates from "../src/executor/JobStates.ts"
import * as Design from "../src/Design.ts"
import * as Live from "../src/Live.ts"
import * as Run from "../src/Run.ts"
import * as RunDirectory from "../src/RunDirectory.ts"
import { control, design, gridOf, noisy, services, temporary } from "./support/runs.ts"

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

  it.live("leaves why a start ended by an error, until the next one", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      // The folder into which the first job is to write its predictions is taken away.
      state.instead = () =>
        Effect.sync(() => {
          rmSync(join(directory, "predictions"), { recursive: true })
          writeFileSync(join(directory, "predictions"), "")
        })
      const message = FileProblem.messageOf(yield* Effect.flip(Run.start(yield* design(state), directory)))
      assert.include(message, "is a file and no directory")
      assert.strictEqual(yield* Live.errorOf(directory), message)
      assert.strictEqual((yield* Live.look(directory)).processes.size, 0)

      rmSync(join(directory, "predictions"))
      state.instead = () => Effect.interrupt
      assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(Run.start(yield* design(state), directory))))
      assert.isUndefined(yield* Live.errorOf(directory))
    }).pipe(Effect.provide(services))
  )

  it.live("lets nobody change the design that another start computes", () =>
    Effect.gen(function* () {
      const directory = yield* temporary
      const state = control()
      const begun = yield* Deferred.make<void>()
      const goesOn = yield* Deferred.make<void>()
      state.instead = () => Effect.andThen(Deferred.succeed(begun, undefined), Deferred.await(goesOn))
      const whole = yield* design(state)
      const first = yield* Effect.forkChild(Run.start(whole, directory))
      yield* Deferred.await(begun)
      const part = yield* Design.grid({ ...gridOf(control()), learners: [Learner.named(noisy(control()), "one")] })
      const refused = yield* Effect.flip(Run.start(part, directory))
      assert.include(FileProblem.messageOf(refused), "is computed by another start")
      assert.strictEqual((yield* RunDirectory.requireManifest(directory)).hash, whole.hash)
      yield* Deferred.succeed(goesOn, undefined)
      yield* Fiber.join(first)
      const { skipped } = yield* Run.start(part, directory)
      assert.strictEqual(skipped, 4)
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
