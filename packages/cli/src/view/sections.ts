/**
 * The sections of the page, and which of them change from one look to the next.
 */
import { html } from "./Html.ts"
import { failures, head, log } from "./runSection.ts"
import type { Snapshot } from "./Watched.ts"

/** What the page shows at a moment. */
export interface Page {
  readonly snapshots: ReadonlyArray<Snapshot>
  /** HTML by the ids of the elements that it stands in. */
  readonly sections: Readonly<Record<string, string>>
  /** What scores and their figures are of: others have another text here. */
  readonly figures: string
  readonly curves: string
  /** Whether nothing more will come. */
  readonly ended: boolean
}

/** A page before the first look. */
export const nothing: Page = { snapshots: [], sections: {}, figures: "", curves: "", ended: false }

/** The measures of which figures may be chosen. */
const measures = (snapshots: ReadonlyArray<Snapshot>) => {
  const found = new Map(
    snapshots.flatMap(({ known }) => known?.manifest.measures.map(({ id, label }) => [id, label] as const) ?? [])
  )
  if (found.size === 0) return html``
  const options = [...found].map(([id, label]) => html`<option value="${id}">${label}</option>`)
  return html`<label
    >Figures of
    <select id="measure">
      ${options}
    </select></label
  >`
}

/** Writes the page of what was seen. */
export const page = (snapshots: ReadonlyArray<Snapshot>): Page => {
  const own = snapshots.flatMap((snapshot, i) => {
    const letter = snapshots.length > 1 ? "AB"[i] : undefined
    return [
      [`head-${i}`, head(snapshot, i, letter)] as const,
      [`failures-${i}`, failures(snapshot)] as const,
      [`log-${i}`, log(snapshot, i, letter)] as const
    ]
  })
  const all = [...own, ["measures", measures(snapshots)] as const]
  const figures = snapshots.map(({ version }) => version).join()
  const epochs = snapshots.map(({ known }) =>
    known?.doing.map(({ id, training }) => `${id} ${training.history.length}`).join(";")
  )
  return {
    snapshots,
    sections: Object.fromEntries(all.map(([id, { html }]) => [id, html])),
    figures,
    curves: `${figures}|${epochs.join("|")}`,
    ended: false
  }
}

/** What a browser is sent that knows the first page; undefined if that is nothing. */
export const changes = (before: Page, now: Page) => {
  const sections = Object.entries(now.sections).filter(([id, html]) => before.sections[id] !== html)
  return sections.length === 0 && before.curves === now.curves
    ? undefined
    : { sections: Object.fromEntries(sections), figures: now.figures, curves: now.curves }
}
