/**
 * Numbers beyond sense: each is refused by a typed error, or does no harm. Nothing fills the memory, hangs, or wraps.
 */
import { type ChildProcess, fork } from "node:child_process"
import { expect, it } from "vitest"
import { cases } from "./support/numbers.ts"

/** Seconds that a case may take; most take a hundredth. */
const limit = 30

interface Message {
  readonly begun?: number
  readonly ended?: number
  readonly problem?: string
}

/** Runs cases in one process until one brings it down; gives what is wrong, and where to go on. */
const session = (first: number): Promise<{ readonly next: number; readonly problems: ReadonlyArray<string> }> =>
  new Promise((resolve) => {
    const problems: Array<string> = []
    let at = first
    let timer: ReturnType<typeof setTimeout> | undefined
    const child: ChildProcess = fork(new URL("support/numbers.ts", import.meta.url), [String(first)], {
      execArgv: ["--max-old-space-size=1024"],
      stdio: ["ignore", "ignore", "ignore", "ipc"]
    })
    const say = (problem: string) => problems.push(`${cases[at]!.name}: ${problem}`)
    child.on("message", ({ begun, ended, problem = "" }: Message) => {
      clearTimeout(timer)
      at = begun ?? ended ?? at
      if (problem !== "") say(problem)
      if (begun === undefined) return
      timer = setTimeout(() => {
        say(`takes longer than ${limit} s`)
        child.kill("SIGKILL")
      }, limit * 1000)
    })
    child.on("exit", (code, signal) => {
      clearTimeout(timer)
      if (code === 0) return resolve({ next: cases.length, problems })
      if (signal !== "SIGKILL") say(`ends the process, with ${signal ?? `code ${code}`}`)
      resolve({ next: at + 1, problems })
    })
  })

it("every number of every option is bounded", { timeout: 900_000 }, async () => {
  expect(cases.length).toBeGreaterThan(3000)
  const found: Array<string> = []
  for (let next = 0; next < cases.length;) {
    const { next: after, problems } = await session(next)
    found.push(...problems)
    next = after
  }
  expect(found).toEqual([])
})
