/**
 * The script of the page: it puts sections into their places as the server sends them, fetches figures when they changed,
 * and says when the server is gone. The server makes all of the HTML, and escapes what others wrote.
 */

/** What the server sends: sections that changed, and the versions of what is fetched. */
interface Message {
  readonly sections: Readonly<Record<string, string>>
  readonly figures: string
  readonly curves: string
}

/** Milliseconds without a sign of life after which the server is taken for gone; it sends one every ten seconds. */
const silence = 30_000

const byId = (id: string): HTMLElement => document.getElementById(id)!

const say = (words: string, away: boolean): void => {
  const connection = byId("connection")
  if (connection.textContent !== words) connection.textContent = words
  connection.classList.toggle("away", away)
}

const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" })
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" })

/** Writes moments in the time zone of whoever reads: of today without the date. */
const writeTimes = (within: Element): void => {
  for (const time of within.querySelectorAll("time")) {
    const at = new Date(time.dateTime)
    time.textContent = (at.toDateString() === new Date().toDateString() ? clock : calendar).format(at)
  }
}

/** Replaces what is in an element. What is open, scrolled or has the focus stays so, by its id. */
const put = (target: HTMLElement, html: string): void => {
  const focused = target.contains(document.activeElement) ? document.activeElement?.closest("[id]")?.id : undefined
  const open = new Set(Array.from(target.querySelectorAll("details[open]"), ({ id }) => id))
  const scrolled = Array.from(target.querySelectorAll(".scroll"), ({ id, scrollLeft, scrollTop }) => {
    return { id, scrollLeft, scrollTop }
  })
  target.innerHTML = html
  for (const details of target.querySelectorAll("details")) details.open = open.has(details.id)
  for (const { id, scrollLeft, scrollTop } of scrolled) document.getElementById(id)?.scrollTo(scrollLeft, scrollTop)
  writeTimes(target)
  const heir = focused === undefined ? null : document.getElementById(focused)
  if (heir !== null && heir !== document.activeElement) {
    const summary = heir.querySelector<HTMLElement>(":scope > summary")
    const place = summary ?? heir
    place.focus({ preventScroll: true })
  }
}

/** Puts sections into their places. */
const putAll = (sections: Message["sections"]): void => {
  for (const [id, html] of Object.entries(sections)) put(byId(id), html)
}

/** Figures of a kind: fetched when they changed and somebody looks, and not again before four times as long as it took. */
const figures = (address: () => string) => {
  let wanted = ""
  let shown = ""
  let busy = false
  const pull = async (): Promise<void> => {
    const from = address()
    const asked = `${from} ${wanted}`
    if (busy || wanted === "" || asked === shown || document.hidden) return
    busy = true
    const begun = performance.now()
    try {
      const response = await fetch(from)
      const sections = (await response.json()) as Message["sections"]
      // Meanwhile others may have been asked for.
      if (response.ok && from === address()) {
        putAll(sections)
        shown = asked
      }
    } catch {
      // The server is gone, which the page says by itself; the next message asks again.
    }
    const rest = Math.max(500, 4 * (performance.now() - begun))
    setTimeout(() => {
      busy = false
      void pull()
    }, rest)
  }
  return {
    pull,
    want: (version: string) => {
      wanted = version
      void pull()
    },
    /** Somebody asked for others: they come at once. */
    now: () => {
      busy = false
      void pull()
    }
  }
}

const chosen = (): string => document.querySelector<HTMLSelectElement>("#measure")?.value ?? ""
const scores = figures(() => `figures?measure=${encodeURIComponent(chosen())}`)
const curves = figures(() => "curves")

/** The title tells how far it is, in the list of tabs. */
const writeTitle = (): void => {
  const words = Array.from(document.querySelectorAll<HTMLElement>("[data-title]"), ({ dataset }) => dataset["title"])
  document.title = `${words.join(" | ")} · rocflow`
}

const receive = ({ curves: newCurves, figures: newFigures, sections }: Message): void => {
  const measure = chosen()
  putAll(sections)
  const select = document.querySelector<HTMLSelectElement>("#measure")
  if (select !== null && measure !== "" && select.value !== measure) select.value = measure
  writeTitle()
  scores.want(newFigures)
  curves.want(newCurves)
}

let heard = Date.now()
let source: EventSource | undefined

const connect = (): void => {
  source?.close()
  heard = Date.now()
  source = new EventSource("events")
  source.addEventListener("message", ({ data }: MessageEvent<string>) => {
    heard = Date.now()
    say("Connected: this page follows by itself.", false)
    receive(JSON.parse(data) as Message)
  })
  source.addEventListener("beat", () => {
    heard = Date.now()
  })
  source.addEventListener("bye", () => {
    source?.close()
    source = undefined
    clearInterval(watch)
    say("rocflow view was ended: this is what it saw last.", true)
  })
  source.addEventListener("error", () => {
    say("The server does not answer: rocflow view was ended, or the connection is lost. It is tried again.", true)
  })
}

/** Browsers give up on some errors, and do not notice a connection that is silent. */
const watch = setInterval(() => {
  if (source?.readyState === EventSource.CLOSED || Date.now() - heard > silence) {
    say("The server does not answer: rocflow view was ended, or the connection is lost. It is tried again.", true)
    connect()
  }
}, 3000)

document.addEventListener("change", ({ target }) => {
  if (target instanceof HTMLSelectElement && target.id === "measure") scores.now()
})
document.addEventListener("visibilitychange", () => {
  void scores.pull()
  void curves.pull()
})
connect()
