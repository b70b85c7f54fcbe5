import * as Note from "@rocflow/core/data/Note"
import { describe, expect, it } from "vitest"
import type * as Job from "../src/Job.ts"
import * as Notes from "../src/Notes.ts"
import { row } from "./support/scores.ts"

const result = (learner: string, findings: ReadonlyArray<string>): Job.Result => {
  const { scores, status: _, ...job } = row(0, { learner })
  const notes = findings.map((finding) => Note.make({ code: "code", finding, advice: "Mend it." }))
  return { id: "id", job, status: "ok", scores, notes, seconds: 0 }
}

describe("the notes of jobs", () => {
  it("are said once for a learner, in the words of the first, with the number of jobs", () => {
    const results = [
      result("a", []),
      result("a", ["has 1 of 9"]),
      result("a", ["has 2 of 9"]),
      result("b", ["has 3 of 9"])
    ]
    expect(Notes.ofJobs(results).map(Note.message)).toEqual([
      'task "t", learner "a": has 1 of 9 (2 of 3 jobs, numbers of the first). Mend it.',
      'task "t", learner "b": has 3 of 9 (1 of 1 jobs). Mend it.'
    ])
    expect(Notes.ofJobs([result("a", [])])).toEqual([])
  })

  it("count a job once in which several members of an ensemble left the same note", () => {
    const results = [result("a", ["has 1 of 9", "has 2 of 9"]), result("a", ["has 3 of 9"])]
    expect(Notes.ofJobs(results).map(({ finding }) => finding)).toEqual([
      "has 1 of 9 (2 of 2 jobs, numbers of the first)"
    ])
  })
})
