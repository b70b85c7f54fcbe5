/**
 * The writing of a report on standard error: what is written, and at the end how long it took.
 */
import * as Duration from "@rocflow/core/Duration"
import type { Step } from "@rocflow/report/Report"
import * as Effect from "effect/Effect"
import * as StatusLine from "./statusLine.ts"

/** Listens to the writing of a report; `clear` takes the animated line away. */
export interface ReportProgress {
  readonly begin: Effect.Effect<void>
  readonly onStep: (step: Step) => Effect.Effect<void>
  readonly clear: () => void
}

/** Makes a display for one report. */
export const make = (screen: StatusLine.Screen = StatusLine.stderr): ReportProgress => {
  const { clear, line, show } = StatusLine.make(screen)
  let started = 0
  return {
    clear,
    begin: Effect.map(Duration.now, (now) => {
      started = now
      if (screen.animated) show(now, "writing the report")
      else line("writing the report")
    }),
    onStep: ({ done, total, what }) =>
      Effect.map(Duration.now, (now) => {
        const after = Duration.toText(now - started)
        if (done === 0) line(`${what} after ${after}${total === 0 ? "" : `, now ${total} figures as files`}`)
        else if (done === total) line(`${total} figures as files after ${after}`)
        show(now, done === total ? "" : `${done}/${total} figures as files · ${what}`)
      })
  }
}
