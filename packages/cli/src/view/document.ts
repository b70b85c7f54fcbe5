/**
 * The page as it is sent first; its sections are filled as the runs go on.
 */
import { type Html, html } from "./Html.ts"

/** A section that is replaced as a whole when it changes. */
const live = (id: string): Html => html`<div id="${id}" data-section></div>`

const each = (letters: ReadonlyArray<string | undefined>, id: string): Html =>
  html`<div class="runs">
    ${letters.map((letter, i) =>
      letter === undefined
        ? live(`${id}-${i}`)
        : html`<div>
            <h3 class="letter">${letter}</h3>
            ${live(`${id}-${i}`)}
          </div>`
    )}
  </div>`

/** Writes the page for so many runs. */
export const document = (runs: number): string => {
  const letters = Array.from({ length: runs }, (_, i) => (runs === 1 ? undefined : "AB"[i]))
  const heads = letters.map(
    (_, i) =>
      html`<section class="run" aria-label="${runs === 1 ? "The run" : `Run ${letters[i]}`}">
        ${live(`head-${i}`)}
      </section>`
  )
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>rocflow view</title>
        <link rel="icon" href="data:," />
        <link rel="stylesheet" href="style.css" />
        <script type="module" src="page.js"></script>
      </head>
      <body>
        <header>
          <h1>rocflow view</h1>
          <p id="connection" role="status">Connecting …</p>
        </header>
        <main>
          <div class="runs">${heads}</div>
          <div class="parts">
            <section aria-labelledby="scores-title">
              <h2 id="scores-title">Scores</h2>
              ${live("scores")} ${live("measures")}
              <div id="figures"></div>
            </section>
            <div>
              <section aria-labelledby="failures-title">
                <h2 id="failures-title">Failed jobs</h2>
                ${each(letters, "failures")}
              </section>
              <section aria-labelledby="curves-title">
                <h2 id="curves-title">Learning curves</h2>
                <p class="quiet">Of the jobs that are trained now; where none is, of the last ones that were.</p>
                <div id="curves"></div>
              </section>
              <section aria-labelledby="log-title">
                <h2 id="log-title">Log</h2>
                ${each(letters, "log")}
              </section>
            </div>
          </div>
        </main>
      </body>
    </html> `.html
}
