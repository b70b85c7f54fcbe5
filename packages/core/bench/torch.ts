/** PyTorch in a process of its own that is kept: a line asks for times of a network, a line answers. */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { createInterface } from "node:readline"
import { join } from "node:path"
import type { Timing } from "../../losses/bench/measure.ts"
import type { forTorch, Prepared } from "./steps.ts"

export const modes = ["eager", "compile"] as const
export type Mode = (typeof modes)[number]

type Question = ReturnType<typeof forTorch> & { readonly id: number; readonly mode: Mode; readonly seconds: number }

type Answer = Timing | { readonly absent: string }

/** A running PyTorch. */
export interface Torch {
  readonly version: string
  readonly time: (question: Question) => Promise<Answer>
}

export type { Answer, Prepared, Question }

/** Starts PyTorch on one thread; fails with what Python says. It ends with the scope. */
export const start = (python: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(python, [join(import.meta.dirname, "peers/torch_steps.py")], {
        env: { ...process.env, OMP_NUM_THREADS: "1", TORCHINDUCTOR_COMPILE_THREADS: "1" },
        stdio: ["pipe", "pipe", "pipe"]
      })
      let said = ""
      child.stderr.on("data", (text: Buffer) => (said = (said + text.toString()).slice(-4000)))
      child.stdin.on("error", () => {})
      let failure: string | undefined
      child.on("error", ({ message }) => (failure = message))
      const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
      const line = async (): Promise<string> => {
        const { done, value } = await lines.next()
        if (done !== true) return value
        throw new Error(failure ?? said.trim().split("\n").at(-1) ?? "ended without a word")
      }
      return { child, line }
    }),
    ({ child }) => Effect.sync(() => child.kill())
  ).pipe(
    Effect.flatMap(({ child, line }) =>
      Effect.tryPromise({
        try: async (): Promise<Torch> => ({
          version: await line(),
          time: async (question) => {
            child.stdin.write(`${JSON.stringify(question)}\n`)
            return JSON.parse(await line()) as Answer
          }
        }),
        catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
      })
    )
  )
