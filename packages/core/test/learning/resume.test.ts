/** Trainings that stop and go on, in one process: what is equal, what is refused, what is said. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Featureless from "@rocflow/learners/Featureless"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Column from "../../src/data/Column.ts"
import * as Task from "../../src/data/Task.ts"
import * as Fused from "../../src/engine/fused/Fused.ts"
import * as Callback from "../../src/learning/Callback.ts"
import * as Checkpoint from "../../src/learning/Checkpoint.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Place from "../../src/learning/Place.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import { cpu } from "../support/engines.ts"
import * as Tasks from "../support/tasks.ts"

/** A place that goes with the scope. */
const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-resume-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Runs a program in a place of its own. */
const inPlace = <A, E, R>(program: (place: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(folder, (place) => Effect.provideService(program(place), Place.Place, place)).pipe(Effect.scoped)

class Stopped extends Schema.TaggedError<Stopped>()("Stopped", { epoch: Schema.Int }) {}

/** Fails after an epoch, as a kill would come; it has no say in what is learned. */
const failing = (epoch: number) =>
  Callback.make(
    Callback.define({
      id: "Mine.failing",
      summary: "Fails after an epoch",
      weight: 2_000_000,
      observes: true,
      options: Schema.Struct({}),
      make: () => ({
        epochEnd: ({ row }) => (row.epoch === epoch ? Effect.fail(new Stopped({ epoch })) : Effect.void)
      })
    })
  )

/** Notes the epochs that are trained; it has no say in what is learned. */
const watching = (seen: Array<number>) =>
  Callback.make(
    Callback.define({
      id: "Mine.watching",
      summary: "Notes the epochs that are trained",
      observes: true,
      options: Schema.Struct({}),
      make: () => ({ epochEnd: ({ row }) => Effect.sync(() => void seen.push(row.epoch)) })
    })
  )

/** Counts batches in a state of its own, and ends training after so many. */
const counting = (most: number) =>
  Callback.make(
    Callback.define({
      id: "Mine.counting",
      summary: "Ends training after so many batches",
      options: Schema.Struct({ most: Schema.Int }),
      make: ({ most }) => {
        let count = 0
        return {
          batchEnd: (_, control) => {
            count += 1
            if (count === most) control.stop()
          },
          save: () => count,
          load: (saved) => {
            count = Schema.decodeUnknownSync(Schema.Int)(saved)
          }
        }
      }
    }),
    { most }
  )

interface Changes {
  readonly epochs?: number
  readonly callbacks?: ReadonlyArray<Callback.Callback<unknown>>
  readonly optimizer?: Parameters<typeof Optimizer.chain>
  readonly units?: number
  readonly patience?: number
}

const adam = [Transform.clip({ norm: 1 }), Transform.adam(), Transform.rate(0.02)] as const

const learnerOf = ({ callbacks = [], epochs = 7, optimizer = [...adam], patience = 0, units = 5 }: Changes) =>
  Ingress.numeric().pipe(
    Nn.linear(units),
    Nn.batchNorm(),
    Nn.tanh(),
    Nn.dropout(0.3),
    Nn.head(),
    Bce.loss(),
    Optimizer.chain(...optimizer),
    Model.classif({
      epochs,
      batchSize: 8,
      measures: [Measure.auc],
      validation: Validation.holdout(0.3, { measures: [Measure.logloss], restoreBest: true, patience }),
      callbacks: [Callback.checkpoint({ keep: 2 }), ...callbacks]
    })
  )

const task = Tasks.binary(60)

/** All that a training gives except times. */
const numbers = ({ fitted }: Learner.Trained<"binary" | "multiclass", string, unknown>) => {
  const { history, origin: _, state, ...rest } = fitted.outcome!
  const { callbacks: __, history: ___, ...others } = state
  return { ...rest, history: history.map(({ seconds: _, ...row }) => row), others, state: fitted.state() }
}

const engines = [
  ["TensorFlow.js", cpu],
  ["the fused engine", Fused.layer()]
] as const

describe.each(engines)("a training on %s that stops and goes on", (_, engine) => {
  it.effect.each<[string, Parameters<typeof Optimizer.chain>]>([
    ["adam", [...adam]],
    ["momentum", [Transform.momentum({ momentum: 0.9, nesterov: true }), Transform.rate(0.05)]],
    ["a general chain", [Transform.rate(2), Transform.group("**.kernel", Transform.adam()), Transform.rate(0.01)]]
  ])("equals one that never stopped, to the last bit: %s", ([, optimizer]) =>
    Effect.gen(function* () {
      const never = yield* inPlace(() => Learner.train(learnerOf({ optimizer }), task, { seed: 2 }))
      yield* inPlace(
        Effect.fnUntraced(function* (place) {
          for (const epoch of [1, 2, 5]) {
            const stopped = learnerOf({ optimizer, callbacks: [failing(epoch)] })
            const error = yield* Effect.flip(Learner.train(stopped, task, { seed: 2, resume: true }))
            assert.strictEqual((error as Stopped)._tag, "Stopped")
            assert.include(readdirSync(join(place, "checkpoints")), Checkpoint.fileOf(epoch))
          }
          const seen: Array<number> = []
          const watched = learnerOf({ optimizer, callbacks: [watching(seen)] })
          const resumed = yield* Learner.train(watched, task, { seed: 2, resume: true })
          assert.deepStrictEqual(seen, [6, 7])
          assert.deepStrictEqual(numbers(resumed), numbers(never))
          assert.deepStrictEqual(resumed.fitted.notes, never.fitted.notes)
          assert.deepStrictEqual(readdirSync(join(place, "checkpoints")).toSorted(), [
            Checkpoint.fileOf(6),
            Checkpoint.fileOf(7)
          ])
        })
      )
    }).pipe(Effect.provide(Layer.fresh(engine)))
  )
})

describe("resume", () => {
  const fresh = Layer.fresh(Fused.layer())
  const trained = (changes: Changes = {}, seed = 2) => Learner.train(learnerOf(changes), task, { seed })
  const messageOf = (
    place: string,
    changes: Changes,
    given: { readonly task?: typeof task; readonly seed?: number } = {},
    path = "checkpoints"
  ) =>
    Effect.map(
      Effect.flip(
        Learner.train(learnerOf(changes), given.task ?? task, { seed: given.seed ?? 2, resume: join(place, path) })
      ),
      (error) => [
        (error as Error & { readonly _tag: string })._tag,
        (error as Error).message.replaceAll(`${place}/`, "")
      ]
    )

  it.effect("refuses another pipeline, task, rows, values, seed, engine, and fewer epochs, and says what to do", () =>
    inPlace(
      Effect.fnUntraced(function* (place) {
        yield* trained()
        const of = (rule: string) => ["CheckpointError", `checkpoints/epoch-000007.checkpoint: the checkpoint ${rule}`]
        assert.deepStrictEqual(
          yield* messageOf(place, { units: 6 }),
          of(
            "is of another pipeline; give the stages and options that it was made with; only epochs, and callbacks that look on, may differ"
          )
        )
        assert.deepStrictEqual(yield* messageOf(place, { callbacks: [counting(99)] }), [
          "CheckpointError",
          (yield* messageOf(place, { units: 6 }))[1]
        ])
        assert.deepStrictEqual(
          yield* messageOf(place, {}, { task: Tasks.binary(60, { features: ["x"] }) }),
          of(
            'is of another task: binary "class" by x, z, and now binary "class" by x; give the task that it was made with'
          )
        )
        assert.deepStrictEqual(
          yield* messageOf(place, {}, { task: Tasks.binary(61) }),
          of("was trained on 60 rows, and there are 61 now; give the rows that it was made with")
        )
        const turned = Tasks.binary(60, {}, { z: Column.numeric(Array.from({ length: 60 }, (_, i) => i)) })
        assert.deepStrictEqual(
          yield* messageOf(place, {}, { task: turned }),
          of(
            "was trained on other rows, or on other values, levels or roles; give the task that it was made with, its rows in the same order"
          )
        )
        const reversed = Task.take(
          task,
          Int32Array.from({ length: 60 }, (_, i) => 59 - i)
        )
        assert.match((yield* messageOf(place, {}, { task: reversed }))[1]!, /was trained on other rows/)
        assert.deepStrictEqual(
          yield* messageOf(place, {}, { seed: 3 }),
          of("was made with another seed; give that seed, or train anew")
        )
        assert.deepStrictEqual(
          yield* messageOf(place, { epochs: 6 }),
          of("is of a training of 7 epochs, and there are to be 6; give epochs: 7 or more")
        )
        const elsewhere = yield* messageOf(place, {}).pipe(Effect.provide(Layer.fresh(cpu)))
        assert.match(elsewhere[1]!, /was made by the engine fused-\w+, and this is tfjs-cpu, which agrees with it to/)
      })
    ).pipe(Effect.provide(fresh))
  )

  it.effect("refuses what is no checkpoint, and takes the last one that is whole", () =>
    inPlace(
      Effect.fnUntraced(function* (place) {
        yield* trained()
        const at = (name: string) => join(place, "checkpoints", name)
        const never = yield* Learner.train(learnerOf({}), task, { seed: 2, resume: at("epoch-000006.checkpoint") })
        const bytes = readFileSync(at("epoch-000007.checkpoint"))
        bytes[bytes.length - 3]! ^= 1
        writeFileSync(at("epoch-000007.checkpoint"), bytes)
        const [tag, message] = yield* messageOf(place, {}, {}, "checkpoints/epoch-000007.checkpoint")
        assert.strictEqual(tag, "CheckpointError")
        assert.strictEqual(
          message,
          "checkpoints/epoch-000007.checkpoint: the file is no whole checkpoint (its checksum is another one); go on from another one, or train anew"
        )
        const resumed = yield* Learner.train(learnerOf({}), task, { seed: 2, resume: at(".") })
        assert.deepStrictEqual(numbers(resumed), numbers(never))
        for (const size of [0, 7, 40, bytes.length - 1]) {
          writeFileSync(at("cut"), bytes.subarray(0, size))
          assert.match(
            (yield* messageOf(place, {}, {}, "checkpoints/cut"))[1]!,
            /^checkpoints\/cut: the file is no whole/
          )
        }
        assert.match((yield* messageOf(place, {}, {}, "none"))[1]!, /no whole checkpoint \(it does not exist\)/)
        assert.match((yield* messageOf(place, {}, {}, "."))[1]!, /the directory has no checkpoint of an epoch; name/)
      })
    ).pipe(Effect.provide(fresh))
  )

  it.effect("gives a training back as it was that early stopping or a callback ended, with a note", () =>
    inPlace(
      Effect.fnUntraced(function* (place) {
        for (const changes of [
          { epochs: 500, patience: 3 },
          { epochs: 20, callbacks: [counting(11)] }
        ]) {
          const first = yield* trained(changes)
          const again = yield* Learner.train(learnerOf({ ...changes, epochs: 1000 }), task, {
            seed: 2,
            resume: join(place, "checkpoints")
          })
          assert.deepStrictEqual(numbers(again), numbers(first))
          assert.include(["early stopping", "callback"], first.fitted.outcome?.reason)
          const [note] = again.fitted.notes
          assert.strictEqual(note?.code, "already-ended")
          assert.match(
            note.finding,
            /^had ended after \d+ epochs, by (early stopping|a callback), and is given back as/
          )
          rmSync(join(place, "checkpoints"), { recursive: true })
        }
      })
    ).pipe(Effect.provide(fresh))
  )

  it.effect("goes on where there are to be more epochs, also from a checkpoint in memory", () =>
    inPlace(
      Effect.fnUntraced(function* (place) {
        yield* trained({ epochs: 4 })
        const checkpoint = yield* Checkpoint.read(join(place, "checkpoints", Checkpoint.fileOf(4)))
        const seen: Array<number> = []
        const longer = learnerOf({ epochs: 7, callbacks: [watching(seen)] })
        const resumed = yield* Learner.train(longer, task, { seed: 2, resume: checkpoint })
        assert.deepStrictEqual(seen, [5, 6, 7])
        rmSync(join(place, "checkpoints"), { recursive: true })
        assert.deepStrictEqual(numbers(resumed), numbers(yield* trained({ epochs: 7 })))
      })
    ).pipe(Effect.provide(fresh))
  )

  it.effect("begins where nothing was left, and says so where what was left is another's", () =>
    inPlace(
      Effect.fnUntraced(function* () {
        const none = yield* Learner.train(learnerOf({ epochs: 2 }), task, { seed: 2, resume: true })
        const codes = ({ fitted }: typeof none) => fitted.notes.map(({ code }) => code)
        assert.deepStrictEqual([none.fitted.outcome?.epochs, codes(none)], [2, ["learned-nothing"]])
        const other = yield* Learner.train(learnerOf({ epochs: 3, units: 6 }), task, { seed: 2, resume: true })
        assert.deepStrictEqual(
          other.fitted.notes.map(({ code }) => code),
          ["not-resumed"]
        )
        assert.deepStrictEqual(
          other.fitted.outcome?.history.map(({ epoch }) => epoch),
          [1, 2, 3]
        )
      })
    ).pipe(Effect.provide(fresh))
  )

  it.effect("is refused by learners that have no epochs", () =>
    Effect.gen(function* () {
      const learner = Featureless.make()
      const error = yield* Effect.flip(Learner.train(learner, task, { resume: "checkpoints" }))
      assert.strictEqual(
        error.message,
        'resume, to the learner "Featureless", is for networks, which are trained in epochs; leave it out'
      )
      yield* Learner.train(learner, task, { resume: true })
    })
  )
})
