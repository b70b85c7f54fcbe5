/**
 * How it stands with a run: its state in words, its jobs by state, what runs now, what failed, what happened last.
 */
import { basename } from "node:path"
import * as Duration from "@rocflow/core/Duration"
import { integer } from "@rocflow/report/Numbers"
import { type State, states } from "@rocflow/resampling/executor/JobStates"
import { shellWord } from "@rocflow/resampling/shellWord"
import { splitText } from "../terminal/progress.ts"
import { type Html, html, table } from "./Html.ts"
import type { Brief } from "./Tally.ts"
import type { Count, Doing, Known, Snapshot } from "./Watched.ts"

/** A moment, which the page writes in the time zone of its reader. */
const moment = (at: number): Html => {
  const iso = new Date(at).toISOString()
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace("T", " ")} UTC</time>`
}

/** What is called a run: its name in the experiment, or its directory before it has one. */
export const nameOf = ({ directory, known }: Snapshot): string =>
  known?.manifest.provenance["name"] ?? basename(directory)

const plural = (count: number, noun: string): string => `${integer(count)} ${noun}${count === 1 ? "" : "s"}`

/** "open" in words of somebody who waits: of a run that goes on it will be executed. */
const wordOf = (state: State, running: boolean): string => (state === "open" && running ? "waiting" : state)

const total = (counts: ReadonlyArray<Count>, state: State): number =>
  counts.reduce((sum, { states }) => sum + (states.get(state) ?? 0), 0)

/** The state in a word, and in a sentence. */
const stateOf = ({ directory, known, phase }: Snapshot): { readonly word: string; readonly sentence: Html } => {
  const done = known?.tally.finished() ?? 0
  const again = html`The command that began it goes on from here: finished jobs are kept.`
  switch (phase._tag) {
    case "Gone":
      return {
        word: "gone",
        sentence: html`The directory ${directory} is not there any more. Below is what was in it; if it comes back, it
        is read again.`
      }
    case "Waiting":
      return {
        word: "waiting",
        sentence: html`There is no run in ${directory} yet. This page shows it as soon as
          <code>rocflow run FILE --out ${shellWord(directory)}</code> begins one.`
      }
    case "Running": {
      const pace = known?.pace
      const rate =
        pace === undefined
          ? html`${known?.doing.length === 0 ? "It is being prepared." : "No job has finished since it was started."}`
          : html`${
                pace.secondsEach < 1
                  ? `${(1 / pace.secondsEach).toPrecision(2)} jobs a second`
                  : `a job every ${Duration.toText(pace.secondsEach)}`
              },
              about <strong>${Duration.toText(pace.left)}</strong> left.`
      return { word: "running", sentence: rate }
    }
    case "Finished":
      return phase.failed === 0
        ? { word: "finished", sentence: html`All ${plural(done, "job")} are finished.` }
        : {
            word: "failed",
            sentence: html`All jobs are over, and ${integer(phase.failed)} of ${integer(done)} failed: see why below.`
          }
    case "Broken":
      return {
        word: "failed",
        sentence: html`It was ended by an error: <span class="cause">${phase.error}</span>. ${again}`
      }
    case "Stopped":
      return { word: "stopped", sentence: html`Nobody works on it. ${again}` }
    case "Abandoned":
      return {
        word: "lost",
        sentence: html`Nobody works on it since ${moment(phase.since)}: its process was killed, or its machine cannot be
        seen. ${again}`
      }
  }
}

/** Jobs by state as one bar, and as a list that says the same. */
const bar = (counts: ReadonlyArray<Count>, jobs: number, running: boolean): Html => {
  const found = states.flatMap((state) => {
    const count = total(counts, state)
    return count === 0 ? [] : [{ state, count }]
  })
  let x = 0
  const parts = found.map(({ count, state }) => {
    const width = (1000 * count) / jobs
    const part = html`<rect
      class="state ${state.replaceAll(" ", "-")}"
      x="${x.toFixed(2)}"
      width="${width.toFixed(2)}"
      height="10"
    />`
    x += width
    return part
  })
  const words = found.map(
    ({ count, state }) =>
      html`<li>
        <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
          <rect class="state ${state.replaceAll(" ", "-")}" width="10" height="10" /></svg
        ><data value="${count}" data-state="${state}">${integer(count)}</data> ${wordOf(state, running)}
      </li>`
  )
  const label = found.map(({ count, state }) => `${count} ${wordOf(state, running)}`).join(", ")
  return html`<svg
      class="bar"
      viewBox="0 0 1000 10"
      preserveAspectRatio="none"
      role="img"
      aria-label="${`Jobs: ${label}`}"
    >
      ${parts}
    </svg>
    <ul class="legend">
      ${words}
    </ul>`
}

const jobText = (job: Brief["job"], { manifest }: Known): string =>
  [
    ...(manifest.tasks.length > 1 ? [job.task] : []),
    job.learner,
    ...(manifest.resamplings.length > 1 ? [job.resampling] : []),
    splitText(job)
  ].join(", ")

const doingOf = (doing: ReadonlyArray<Doing>, known: Known): Html => {
  const rows = doing.map(({ id, job, training, where }) => {
    const { epochs, history } = training
    const epoch = history.at(-1)?.epoch ?? 0
    return html`<li>
      ${jobText(job, known)}${epochs === undefined ? "" : `, epoch ${epoch} of ${epochs}`}
      <span class="quiet">${id.slice(0, 8)} in ${where}, since ${moment(training.begun)}</span>
    </li>`
  })
  return rows.length === 0
    ? html``
    : html`<h3>Now</h3>
        <ul class="now">
          ${rows}
        </ul>`
}

/** A name that no other part of the page has. */
const labelOf = (words: string, letter: string | undefined): string =>
  letter === undefined ? words : `${words}, run ${letter}`

const countTable = (
  counts: ReadonlyArray<Count>,
  running: boolean,
  index: number,
  letter: string | undefined
): Html => {
  const found = states.filter((state) => total(counts, state) > 0)
  const columns = [
    { title: "task" },
    { title: "learner" },
    { title: "jobs", numeric: true },
    ...found.map((state) => ({ title: wordOf(state, running), numeric: true }))
  ]
  const rows = counts.map(({ jobs, learner, states, task }) => [
    task,
    learner,
    integer(jobs),
    ...found.map((state) => integer(states.get(state) ?? 0))
  ])
  return html`<details id="counts-${index}">
    <summary>Jobs by task and learner</summary>
    ${table({ id: `counts-table-${index}`, caption: labelOf("Jobs by task and learner", letter), columns, keys: 2 }, rows)}
  </details>`
}

/** The head of a run. */
export const head = (snapshot: Snapshot, index: number, letter: string | undefined): Html => {
  const { directory, known, phase, problem } = snapshot
  const { sentence, word } = stateOf(snapshot)
  const running = phase._tag === "Running"
  const name = nameOf(snapshot)
  const jobs = known?.manifest.jobs.length ?? 0
  const percent = jobs === 0 ? "" : `${Math.floor((100 * known!.tally.finished()) / jobs)} % · `
  const { command, engine, executor, started } = known?.manifest.provenance ?? {}
  const began = started === undefined ? Number.NaN : Date.parse(started)
  const made = [
    ...(Number.isNaN(began) ? [] : [html`began ${moment(began)}`]),
    ...(engine === undefined ? [] : [html`engine ${engine}`]),
    ...(executor === undefined ? [] : [html`${executor}`]),
    ...(known === undefined ? [] : [html`seed ${known.manifest.seed}`])
  ].map((words) => html`<li>${words}</li>`)
  const report =
    known?.report === undefined
      ? undefined
      : html`<p>
          <a href="report/${index}" target="_blank">Report</a> <span class="quiet">of ${moment(known.report)}</span>
        </p>`
  return html`<h2 data-title="${percent}${name}">
      ${letter === undefined ? "" : `${letter}: `}${name} <span class="pill ${word}">${word}</span>
    </h2>
    <p class="sentence" data-phase="${word}">${sentence}</p>
    ${problem === undefined ? undefined : html`<p class="alarm">${problem}. What is below is of before.</p>`}
    ${known === undefined ? undefined : bar(known.counts, jobs, running)} ${report}
    ${known === undefined || !running ? undefined : doingOf(known.doing, known)}
    ${known === undefined ? undefined : countTable(known.counts, running, index, letter)}
    <ul class="made">
      ${made}
    </ul>
    ${command === undefined ? undefined : html`<p class="quiet"><code>${command}</code> in <code>${directory}</code></p>`}`
}

/** States of jobs that somebody began, and nobody ended. */
const unexecuted = ["timed out", "out of memory", "lost", "cancelled"] as const satisfies ReadonlyArray<State>

/** Failed jobs by their cause, and jobs that nobody executes any more. */
export const failures = ({ directory, known }: Snapshot): Html => {
  const found = known?.tally.failures() ?? []
  const gone = unexecuted.flatMap((state) => {
    const count = total(known?.counts ?? [], state)
    return count === 0 ? [] : [`${integer(count)} ${state}`]
  })
  const others =
    gone.length === 0
      ? undefined
      : html`<p>${gone.join(", ")}, without a result: <code>rocflow todo ${shellWord(directory)}</code> lists them.</p>`
  if (found.length === 0) return others ?? html`<p class="quiet">None.</p>`
  const rows = found.map(
    ({ count, first: { error, fallback, id, job } }) =>
      html`<li>
        <strong>${[...(known!.manifest.tasks.length > 1 ? [job.task] : []), job.learner].join(", ")}</strong>,
        ${plural(count, "job")}:
        <span class="cause">${error?.message ?? ""}</span>
        ${fallback === undefined ? undefined : html`<span class="quiet">Scores are those of ${fallback}.</span>`}
        <span class="quiet"
          >More of the first: <code>rocflow logs ${shellWord(directory)} ${id.slice(0, 8)}</code></span
        >
      </li>`
  )
  return html`<ul class="failures">
      ${rows}
    </ul>
    ${others}
    <p class="quiet">
      If the cause lies outside of the experiment,
      <code>rocflow run FILE --out ${shellWord(directory)} --retry-failed</code> runs them again.
    </p>`
}

/** What happened, the newest first. */
export const log = ({ known }: Snapshot, index: number, letter: string | undefined): Html => {
  const last = known?.tally.last() ?? []
  if (known === undefined || last.length === 0) return html`<p class="quiet">No job has finished yet.</p>`
  const lines = last.toReversed().map(
    ({ at, error, id, job, seconds, status }) =>
      html`<li class="${status}">
        ${moment(at ?? 0)} ${status === "ok" ? "finished" : "failed"} ${jobText(job, known)}
        <span class="quiet">${id.slice(0, 8)}, ${Duration.toText(seconds)}</span
        >${error === undefined ? undefined : html` <span class="cause">${error.message}</span>`}
      </li>`
  )
  return html`<div
    class="scroll log"
    id="log-list-${index}"
    role="region"
    tabindex="0"
    aria-label="${labelOf("Log, the newest first", letter)}"
  >
    <ol reversed>
      ${lines}
    </ol>
  </div>`
}
