/** The built-in callbacks: what they write, freeze and end. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Bce from "@rocflow/losses/Bce"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import * as Duration from "../../src/Duration.ts"
import type { NamedArray } from "../../src/network/Graph.ts"
import * as Fused from "../../src/engine/fused/Fused.ts"
import * as Callback from "../../src/learning/Callback.ts"
import * as Checkpoint from "../../src/learning/Checkpoint.ts"
import * as TfEvents from "../../src/learning/internal/callbacks/tfEvents.ts"
import * as Learner from "../../src/learning/Learner.ts"
import * as Measure from "../../src/learning/Measure.ts"
import * as Model from "../../src/learning/Model.ts"
import * as Place from "../../src/learning/Place.ts"
import * as Validation from "../../src/learning/Validation.ts"
import * as Ingress from "../../src/pipeline/Ingress.ts"
import * as Nn from "../../src/pipeline/Nn.ts"
import * as Optimizer from "../../src/pipeline/Optimizer.ts"
import * as Pipeline from "../../src/pipeline/Pipeline.ts"
import * as Transform from "../../src/pipeline/Transform.ts"
import { cpu } from "../support/engines.ts"
import { registry } from "../support/pipelines.ts"
import * as Tasks from "../support/tasks.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "rocflow-callbacks-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

const inPlace = <A, E, R>(program: (place: string) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(folder, (place) => Effect.provideService(program(place), Place.Place, place)).pipe(Effect.scoped)

const engine = Layer.fresh(Fused.layer())

const task = Tasks.binary(60)
const head = Ingress.numeric().pipe(Nn.linear(3), Nn.tanh(), Nn.head(), Bce.loss())
const validation = Validation.holdout(0.3, { measures: [Measure.auc] })

type Any = Callback.Callback<unknown>

/** Looks at the arrays of the network after each epoch. */
const looking = (look: (epoch: number, arrays: ReadonlyArray<NamedArray>, control: Callback.Control) => void) =>
  Callback.make(
    Callback.define({
      id: "Mine.looking",
      summary: "Looks at the arrays after each epoch",
      weight: 10,
      options: Schema.Struct({}),
      make: () => ({
        epochEnd: ({ row }, control) => Effect.sync(() => look(row.epoch, control.state().arrays, control))
      })
    })
  )

/** The arrays after each epoch, by their paths. */
const trace = Effect.fnUntraced(function* (
  optimizer: Parameters<typeof Optimizer.chain>,
  callbacks: ReadonlyArray<Any>,
  epochs = 6
) {
  const seen: Array<ReadonlyMap<string, ReadonlyArray<number>>> = []
  const look = looking((_, arrays) => {
    seen.push(new Map(arrays.map(({ path, values }) => [path, Array.from(values)])))
  })
  const learner = head.pipe(
    Optimizer.chain(...optimizer),
    Model.classif({ epochs, batchSize: 16, callbacks: [...callbacks, look] })
  )
  yield* Learner.train(learner, task)
  return seen
})

/** The epochs in which an array moved. */
const moved = (seen: ReadonlyArray<ReadonlyMap<string, ReadonlyArray<number>>>, path: string) =>
  seen.flatMap((now, i) => (i > 0 && String(now.get(path)) !== String(seen[i - 1]!.get(path)) ? [i + 1] : []))

describe.each([
  ["TensorFlow.js", Layer.fresh(cpu)],
  ["the fused engine", engine]
] as const)("freezing on %s", (_, engine) => {
  const sign = Transform.define({
    id: "Mine.sign",
    summary: "The sign of the update",
    options: Schema.Struct({}),
    make: () => ({
      apply: ({ arrays }) => {
        for (const { update } of arrays) for (let i = 0; i < update.length; i++) update[i] = Math.sign(update[i]!)
      }
    })
  })

  it.effect.each<[string, Parameters<typeof Optimizer.chain>]>([
    ["plain descent", [Transform.rate(0.1)]],
    [
      "momentum and a penalty",
      [Transform.decay({ rate: 0.1 }), Transform.momentum({ momentum: 0.9 }), Transform.rate(0.1)]
    ],
    ["AdamW", [Transform.clip({ norm: 1 }), Transform.adam(), Transform.decay({ rate: 0.1 }), Transform.rate(0.01)]],
    ["groups", [Transform.group("**.kernel", Transform.adam()), Transform.rate(0.01)]],
    ["a transform of one's own", [Transform.make(sign), Transform.rate(0.01)]]
  ])("leaves parameters as they are for the epochs that were said: %s", ([, optimizer]) =>
    Effect.gen(function* () {
      const seen = yield* trace(optimizer, [
        Callback.freeze("linear.*", { at: 2 }),
        Callback.unfreeze(["linear.bias"], { at: { progress: 0.5 } }),
        Callback.unfreeze("linear.kernel", { at: 6 })
      ])
      assert.deepStrictEqual(moved(seen, "linear.kernel"), [6])
      assert.deepStrictEqual(moved(seen, "linear.bias"), [4, 5, 6])
      assert.deepStrictEqual(moved(seen, "head.kernel"), [2, 3, 4, 5, 6])
    }).pipe(Effect.provide(engine))
  )

  it.effect("trains the rest as if the frozen had no gradient, also where gradients are clipped", () =>
    Effect.gen(function* () {
      // With a rate of 1 and a tiny norm each step has that norm, over what is trained alone.
      const norm = 1e-3
      const steps = Math.ceil(60 / 16)
      const all = new Map<string, ReadonlyArray<number>>()
      yield* trace(
        [Transform.clip({ norm }), Transform.rate(1)],
        [
          Callback.freeze(["linear.*", "head.kernel"]),
          looking((epoch, arrays) => {
            for (const { path, values } of arrays) all.set(`${epoch} ${path}`, Array.from(values))
          })
        ],
        2
      )
      const [before, after] = [all.get("1 head.bias")![0]!, all.get("2 head.bias")![0]!]
      assert.isAtMost(Math.abs(after - before), steps * norm * 1.001)
      // Each step has the norm, whatever its sign; four steps of one sign or three against one.
      const count = Math.abs(after - before) / norm
      assert.closeTo(count, Math.round(count), 1e-2)
      assert.isAbove(count, 0.5)
    }).pipe(Effect.provide(engine))
  )

  it.effect("all that is there trains nothing", () =>
    Effect.gen(function* () {
      const seen = yield* trace([Transform.adam(), Transform.rate(0.1)], [Callback.freeze("**")], 3)
      assert.deepStrictEqual(seen[2], seen[0])
    }).pipe(Effect.provide(engine))
  )
})

describe("freezing", () => {
  it.effect("gives the same numbers on both engines", () =>
    Effect.gen(function* () {
      const callbacks = [Callback.freeze("linear.kernel", { at: 2 }), Callback.unfreeze("**", { at: 4 })]
      const chain = [Transform.clip({ norm: 0.1 }), Transform.adam(), Transform.rate(0.05)] as const
      const a = yield* Effect.provide(trace([...chain], callbacks), Layer.fresh(cpu))
      const b = yield* Effect.provide(trace([...chain], callbacks), engine)
      for (const [path, values] of a[5]!) {
        values.forEach((value, i) => assert.closeTo(b[5]!.get(path)![i]!, value, 2e-4))
      }
    })
  )

  it.effect("refuses a pattern that no parameter matches, before the first epoch", () =>
    Effect.gen(function* () {
      const callbacks = [Callback.freeze(["head.*", "embedding.**"], { at: 5 })]
      const learner = head.pipe(Optimizer.adam(), Model.classif({ epochs: 5, callbacks }))
      const error = yield* Effect.flip(Learner.train(learner, task))
      assert.strictEqual(error._tag, "PipelineError")
      assert.strictEqual((yield* Effect.flip(Learner.check(learner, task))).message, error.message)
      assert.strictEqual(
        error.message,
        'Callback.freeze: paths: "embedding.**" matches no parameter of the network; there are linear.kernel, linear.bias, head.kernel, head.bias; * stands for anything within a name, ** for anything'
      )
    }).pipe(Effect.provide(engine))
  )
})

/** Lets time pass in each epoch, on a clock that tests move. */
const slow = (seconds: number, begun: Array<number>) =>
  Callback.make(
    Callback.define({
      id: "Mine.slow",
      summary: "Takes its time in each epoch",
      weight: -1,
      options: Schema.Struct({}),
      make: () => ({
        epochBegin: ({ epoch }) => {
          begun.push(epoch)
          return TestClock.adjust(`${seconds} seconds`)
        }
      })
    })
  )

describe("timeLimit", () => {
  const learnerOf = (limit: number | string, epochs = 100, begun: Array<number> = []) =>
    head.pipe(
      Optimizer.adam(),
      Model.classif({
        epochs,
        validation: Validation.holdout(0.3, { measures: [Measure.logloss], restoreBest: true }),
        callbacks: [slow(50, begun), Callback.timeLimit(limit), Callback.checkpoint()]
      })
    )

  it.effect("ends training at the next epoch after some time, keeps the best, and says so", () =>
    inPlace(() =>
      Effect.gen(function* () {
        const { fitted } = yield* Learner.train(learnerOf("10 minutes"), task)
        const { best, epochs, kept, reason } = fitted.outcome!
        assert.deepStrictEqual([epochs, reason, kept], [12, "time limit", best?.epoch])
        assert.include(
          fitted.notes.map(({ finding }) => finding),
          "the time limit ended training after 12 of 100 epochs, so another run or machine may stop elsewhere"
        )
        const first = yield* Learner.train(learnerOf(601, 14), task)
        assert.deepStrictEqual([first.fitted.outcome?.epochs, first.fitted.outcome?.reason], [13, "time limit"])
        // A limit that passes in the last epoch has ended nothing.
        const whole = yield* Learner.train(learnerOf(601, 13), task)
        assert.deepStrictEqual([whole.fitted.outcome?.epochs, whole.fitted.outcome?.reason], [13, "epochs"])
        assert.notInclude(whole.fitted.notes.map(({ finding }) => finding).join(), "time limit")
      })
    ).pipe(Effect.provide(engine))
  )

  it.effect(
    "is one of all sessions together: a resumed training ends at once, or goes on where there is more time",
    () =>
      inPlace(() =>
        Effect.gen(function* () {
          yield* Learner.train(learnerOf("2 min"), task)
          const begun: Array<number> = []
          const again = yield* Learner.train(learnerOf("2 min", 100, begun), task, { resume: true })
          assert.deepStrictEqual(begun, [])
          assert.deepStrictEqual([again.fitted.outcome?.epochs, again.fitted.outcome?.reason], [3, "time limit"])
          const more = yield* Learner.train(learnerOf("4 min", 100, begun), task, { resume: true })
          assert.deepStrictEqual(begun, [4, 5])
          assert.deepStrictEqual([more.fitted.outcome?.epochs, more.fitted.outcome?.reason], [5, "time limit"])
        })
      ).pipe(Effect.provide(engine))
  )

  it("reads durations as people write them", () => {
    const read = [
      "90 s",
      "1.5 min",
      "1 h 30 min",
      "1h30min",
      "2 days",
      "10 Minutes",
      "5",
      "ten",
      "3 weeks",
      "1 h ?",
      ""
    ]
    assert.deepStrictEqual(read.map(Duration.toSeconds), [
      90,
      90,
      5400,
      5400,
      172_800,
      600,
      ...Array.from({ length: 5 }, () => undefined)
    ])
  })

  it.effect("refuses what is no duration", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Learner.train(learnerOf("ten minutes"), task))
      assert.match(
        error.message,
        /limit: .*Callback\.timeLimit: is no duration above 0, got "ten minutes"; give seconds/
      )
    }).pipe(Effect.provide(engine))
  )
})

const lines = (file: string) => readFileSync(file, "utf8").split("\n")

describe("logs", () => {
  const learnerOf = (epochs: number, evalFreq: number) =>
    head.pipe(
      Optimizer.adam(),
      Model.classif({
        epochs,
        evalFreq,
        validation,
        callbacks: [Callback.csv("logs/net.csv"), Callback.jsonl(), Callback.tensorBoard(), Callback.checkpoint()]
      })
    )

  it.effect("have a line for each epoch, and columns also for measures that come later", () =>
    inPlace((place) =>
      Effect.gen(function* () {
        const { fitted } = yield* Learner.train(learnerOf(4, 2), task)
        const [header, ...rows] = lines(join(place, "logs/net.csv"))
        assert.strictEqual(header, "epoch,loss,seconds,learningRate,valid.auc")
        assert.deepStrictEqual(
          rows.map((row) => row.split(",")[0]),
          ["1", "2", "3", "4", ""]
        )
        assert.match(rows[0]!, /^1,[\d.]+,[\d.]+,0.001,$/)
        const history = fitted.outcome!.history
        assert.deepStrictEqual(rows[3]!.split(",").map(Number), [
          4,
          history[1]!.loss,
          history[1]!.seconds,
          0.001,
          history[1]!.valid["auc"]
        ] as ReadonlyArray<number>)
        const events = lines(join(place, "training.jsonl")).filter(Boolean)
        assert.deepStrictEqual([JSON.parse(events[1]!), JSON.parse(events[3]!)], history as Array<unknown>)
      })
    ).pipe(Effect.provide(engine))
  )

  it.effect("of a training that goes on lose what came after its checkpoint, also a line that a kill cut", () =>
    inPlace((place) =>
      Effect.gen(function* () {
        yield* Learner.train(learnerOf(3, 1), task)
        const [csv, jsonl] = [join(place, "logs/net.csv"), join(place, "training.jsonl")]
        const before = [lines(csv).slice(0, 4), lines(jsonl).slice(0, 3)]
        writeFileSync(csv, `${lines(csv).join("\n")}4,0.5,0.1,0.5\n5,0.`)
        writeFileSync(jsonl, `${lines(jsonl).join("\n")}{"epoch":4,"loss":1}\n{"epoch":5,"lo`)
        yield* Learner.train(learnerOf(6, 1), task, { resume: true })
        assert.deepStrictEqual([lines(csv).slice(0, 4), lines(jsonl).slice(0, 3)], before)
        assert.deepStrictEqual(
          lines(csv).map((row) => row.split(",")[0]),
          ["epoch", "1", "2", "3", "4", "5", "6", ""]
        )
        assert.deepStrictEqual(
          lines(jsonl).map((row) => (row === "" ? 0 : (JSON.parse(row) as { readonly epoch: number }).epoch)),
          [1, 2, 3, 4, 5, 6, 0]
        )
        assert.strictEqual(readdirSync(join(place, "tensorboard")).length, 2)
      })
    ).pipe(Effect.provide(engine))
  )

  it.effect("say which file cannot be written, and why", () =>
    inPlace((place) =>
      Effect.gen(function* () {
        writeFileSync(join(place, "logs"), "a file")
        const error = yield* Effect.flip(Learner.train(learnerOf(2, 1), task))
        assert.strictEqual(
          error.message.replaceAll(`${place}/`, ""),
          "Callback.csv: the file logs/net.csv cannot be written: a file stands in its way; give a place where you may write"
        )
      })
    ).pipe(Effect.provide(engine))
  )
})

describe("checkpoint", () => {
  const learnerOf = (options: Parameters<typeof Callback.checkpoint>[0], epochs = 10) =>
    head.pipe(
      Optimizer.adam({ learningRate: 0.05 }),
      Model.classif({ epochs, validation, callbacks: [Callback.checkpoint(options)] })
    )

  it.effect("keeps the last few, the last one and the best", () =>
    inPlace((place) =>
      Effect.gen(function* () {
        const { fitted } = yield* Learner.train(learnerOf({ every: 3, keep: 3, best: true, directory: "a/b" }), task)
        assert.deepStrictEqual(
          readdirSync(join(place, "a/b")).toSorted(),
          ["best.checkpoint", ...[6, 9, 10].map(Checkpoint.fileOf)].toSorted()
        )
        const best = yield* Checkpoint.read(join(place, "a/b/best.checkpoint"))
        assert.strictEqual(best.state.epoch, fitted.outcome?.best?.epoch)
        const last = yield* Checkpoint.read(join(place, "a/b", Checkpoint.fileOf(10)))
        const { callbacks: _, ...state } = fitted.outcome!.state
        assert.deepStrictEqual(last.state, { ...state, callbacks: last.state.callbacks })
      })
    ).pipe(Effect.provide(engine))
  )

  it.effect("or one file, which is replaced, and gone on from", () =>
    inPlace((place) =>
      Effect.gen(function* () {
        yield* Learner.train(learnerOf({ every: 4, file: "net.checkpoint" }, 6), task)
        assert.deepStrictEqual(readdirSync(place), ["net.checkpoint"])
        assert.strictEqual((yield* Checkpoint.read(join(place, "net.checkpoint"))).state.epoch, 6)
        const resumed = yield* Learner.train(learnerOf({ every: 4, file: "net.checkpoint" }, 9), task, { resume: true })
        assert.strictEqual(resumed.fitted.outcome?.epochs, 9)
        assert.strictEqual((yield* Checkpoint.read(join(place, "net.checkpoint"))).state.epoch, 9)
      })
    ).pipe(Effect.provide(engine))
  )

  it.effect("of a training in which nothing happens writes nothing", () =>
    inPlace((place) =>
      Effect.gen(function* () {
        yield* Learner.train(learnerOf({}, 0), task)
        assert.isFalse(existsSync(join(place, "checkpoints")))
      })
    ).pipe(Effect.provide(engine))
  )
})

describe("all callbacks", () => {
  it("read from JSON, and have the same form again", () => {
    const callbacks = [
      { type: "Callback.checkpoint", every: 10, keep: 3, best: true },
      { type: "Callback.csv", file: "a.csv" },
      { type: "Callback.jsonl" },
      { type: "Callback.tensorBoard" },
      { type: "Callback.freeze", paths: ["scan/**"] },
      { type: "Callback.unfreeze", paths: ["scan/**"], at: { progress: 0.5 } },
      { type: "Callback.timeLimit", limit: "10 minutes" }
    ]
    const json = [
      "Ingress.numeric",
      "Nn.head",
      "Bce.loss",
      "Optimizer.adam",
      { type: "Model.classif", epochs: 1, callbacks }
    ]
    const read = Pipeline.fromJson(json, registry)
    assert.strictEqual(read._tag, "Success")
    if (read._tag === "Success") {
      assert.deepStrictEqual(Pipeline.toJson(read.success).at(-1), { type: "Model.classif", epochs: 1, callbacks })
    }
  })
})

describe("event files", () => {
  it("have the checksums of CRC-32C", () => {
    const bytes = (text: string) => new TextEncoder().encode(text)
    // RFC 3720, B.4: 32 bytes of zeros, of ones, and 0 … 31.
    assert.strictEqual(TfEvents.crc32c(new Uint8Array(32)), 0x8a9136aa)
    assert.strictEqual(TfEvents.crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43)
    assert.strictEqual(TfEvents.crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
    assert.strictEqual(TfEvents.crc32c(bytes("123456789")), 0xe3069283)
  })

  it("are as TensorBoard writes them", () => {
    // tensorboard 2.21: event_pb2.Event(wall_time=1.5, step=300, summary=Summary(value=[Value(tag="loss", simple_value=0.25)]))
    //   .SerializeToString() in a RecordWriter.
    const expected = "1b000000000000001a0d9e1309000000000000f83f10ac022a0d0a0b0a046c6f7373150000803e9908deed"
    const scalars = TfEvents.encode(1.5, 300, { _tag: "Scalars", values: [["loss", 0.25]] })
    assert.strictEqual(Buffer.from(scalars).toString("hex"), expected)
    // Event(wall_time=2, step=7, session_log=SessionLog(status=SessionLog.START))
    const session = TfEvents.encode(2, 7, { _tag: "Session" })
    assert.strictEqual(
      Buffer.from(session).toString("hex"),
      "0f000000000000006d532b0909000000000000004010073a020801d1715dcb"
    )
  })
})
