/**
 * The style of the page: colours and type as in reports, whose figures it shows.
 */
import { figureStyle } from "@rocflow/report/figureStyle"
import { darkColours, fontFamily, ink, palette } from "@rocflow/report/theme"

const [blue, orange, green, pink, , sky] = palette

/** The colours of one ground. */
const colours = (of: (light: string) => string): string =>
  `--text:${of(ink.text)};--muted:${of(ink.muted)};--frame:${of(ink.frame)};--finished:${of(green)};--failed:${of(orange)};` +
  `--running:${of(blue)};--pending:${of(sky)};--lost:${of(pink)};--open:${of(ink.frame)}`

/** Figures are drawn for light ground; on dark ground each colour is exchanged for its counterpart. */
const darkFigures = Object.entries(darkColours)
  .map(([light, dark]) => `figure svg [fill="${light}"]{fill:${dark}}figure svg [stroke="${light}"]{stroke:${dark}}`)
  .join("\n")

/** The style sheet. */
export const style = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--line:#dfe3e8;--edge:#7a8592;--link:#005a9c;
--better:#00684b;--worse:#a83f00;--alarm:#fdf1e7;${colours((light) => light)}}
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;background:var(--ground);color:var(--text)}
body{margin:0 auto;max-width:100rem;padding:1.2rem clamp(1rem,3vw,2.5rem) 3rem}
header{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;align-items:baseline;justify-content:space-between;border-bottom:1px solid var(--line);margin-bottom:1.2rem;padding-bottom:.5rem}
h1{font-size:1rem;font-weight:600;margin:0;color:var(--muted)}
h2{font-size:1.3rem;line-height:1.25;margin:0 0 .5rem;overflow-wrap:anywhere}
.run h2{font-size:1.75rem;letter-spacing:-.01em}
.parts{display:grid;gap:0 3rem;grid-template-columns:minmax(0,1fr);margin-top:1.8rem}
.parts section{border-top:1px solid var(--line);padding-top:1rem;margin-bottom:1.8rem}
@media (min-width:70rem){.parts{grid-template-columns:minmax(0,8fr) minmax(0,5fr)}}
h3{font-size:1rem;margin:1rem 0 .35rem;overflow-wrap:anywhere}
p{max-width:56rem;margin:.3rem 0 .7rem;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:.18em}
.quiet,figcaption,.made{color:var(--muted)}
.quiet{font-size:.88rem}
#connection{margin:0;font-size:.88rem;color:var(--muted)}
#connection.away{color:var(--text);background:var(--alarm);border-left:4px solid var(--failed);padding:.3rem .8rem}
.runs{display:grid;gap:1.5rem 2.5rem;grid-template-columns:minmax(0,1fr)}
.runs:has(>:nth-child(2)){grid-template-columns:repeat(auto-fit,minmax(min(30rem,100%),1fr))}
.runs>*{min-width:0}
.letter{margin-top:0}
.pill{display:inline-block;vertical-align:.2em;font-size:.85rem;font-weight:600;letter-spacing:0;padding:.05rem .6rem;border-radius:1rem;border:1.5px solid var(--edge)}
.pill.running{border-color:var(--running);color:var(--link)}
.pill.finished{border-color:var(--finished);color:var(--better)}
.pill.failed,.pill.lost,.pill.gone{border-color:var(--failed);color:var(--worse)}
.sentence{font-size:1.02rem}
.alarm{background:var(--alarm);border-left:4px solid var(--failed);padding:.5rem .9rem}
.bar{display:block;width:100%;height:.9rem;border-radius:3px;background:var(--panel)}
.state{fill:var(--pending)}
.state.finished{fill:var(--finished)}.state.failed{fill:var(--failed)}.state.running{fill:var(--running)}.state.open{fill:var(--open)}
.state.lost,.state.timed-out,.state.out-of-memory,.state.cancelled{fill:var(--lost)}
.legend,.made,.now,.failures{list-style:none;margin:.45rem 0 .7rem;padding:0}
.legend,.made{display:flex;flex-wrap:wrap;gap:.15rem 1.2rem;font-size:.92rem}
.legend li{display:flex;align-items:center;gap:.35rem}
.legend data{font-weight:600;font-variant-numeric:tabular-nums}
.swatch{width:.75rem;height:.75rem;flex:none;border-radius:2px}
.failures li{padding:.3rem 0;overflow-wrap:anywhere}.failures .quiet{display:block}
.now li{padding:.1rem 0;overflow-wrap:anywhere}
.scroll{overflow:auto;max-width:100%}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;margin:.4rem 0 .8rem}
th,td{padding:.26rem 1.3rem .26rem 0;text-align:left;vertical-align:baseline;white-space:nowrap}
thead th{border-bottom:1.5px solid var(--text);font-weight:600}
thead th{white-space:normal;vertical-align:bottom}
tbody th{font-weight:500}tbody tr{border-bottom:1px solid var(--line)}
.num{text-align:right}
@media (max-width:36rem){
.scroll table,.scroll tbody{display:block}.scroll thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.scroll tbody tr{display:flex;flex-wrap:wrap;gap:0 .8rem;padding:.35rem 0}
.scroll th,.scroll td{padding:0;white-space:normal;overflow-wrap:anywhere}
.scroll td{flex:1 0 100%;display:flex;justify-content:space-between;gap:1rem}.scroll td::before{content:attr(data-title);color:var(--muted)}
}
.cause{color:var(--worse);overflow-wrap:anywhere}
.log .cause{display:block}
code{font:.88em ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace;background:var(--panel);padding:.05em .3em;border-radius:3px;overflow-wrap:anywhere}
.log{max-height:22rem;border:1px solid var(--line);border-radius:4px}
.log ol{list-style:none;margin:0;padding:.4rem .8rem;font-size:.9rem}
.log li{padding:.08rem 0;overflow-wrap:anywhere}
.log .quiet{white-space:nowrap}
.log time{font-variant-numeric:tabular-nums;color:var(--muted)}
.log .failed{border-left:3px solid var(--failed);margin-left:-.55rem;padding-left:.4rem}
label{display:inline-flex;align-items:center;gap:.45rem;margin:.3rem 0}
select{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--edge);border-radius:5px;padding:.2rem .5rem;min-height:2rem}
details{margin:.4rem 0}summary{cursor:pointer;font-weight:600;padding:.25rem 0}
${figureStyle}
.panel{max-width:26rem}
figure{margin:.6rem 0 1.4rem}
figure h3{margin-top:.4rem}
figcaption{max-width:56rem;font-size:.88rem;margin-top:.3rem}
figure svg{display:block;font-family:${fontFamily}}
@media (prefers-color-scheme:dark){
:root{--ground:#14181d;--panel:#1c2127;--line:#2f3740;--edge:#6b7683;--link:#7cc0f5;--better:#4fd6ab;--worse:#ff9a5e;--alarm:#2d2119;${colours((light) => darkColours[light] ?? light)}}
${darkFigures}
}
`.trim()
