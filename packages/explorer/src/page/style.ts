/** The style of the page: that of reports, and what figures that one can touch need. */
import { darkColours, fontFamily, ink, palette } from "@rocflow/report/theme"

const [blue, orange, green, pink] = palette

/** The colours of one ground. */
const colours = (of: (light: string) => string): string =>
  `--text:${of(ink.text)};--muted:${of(ink.muted)};--faint:${of(ink.faint)};--grid:${of(ink.grid)};--frame:${of(ink.frame)};` +
  `--negative:${of(blue)};--positive:${of(orange)};--aum:${of(green)};--entropy:${of(pink)}`

export const style = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--band:#eef2f7;--line:#dfe3e8;--edge:#7a8592;--link:#005a9c;--on:#fff;${colours((light) => light)}}
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;background:var(--ground);color:var(--text)}
body{margin:0 auto;max-width:86rem;padding:1.6rem clamp(1rem,3vw,2.5rem) 3rem}
h1{font-size:1.8rem;line-height:1.2;margin:0 0 .3rem;letter-spacing:-.01em}
h2{font-size:1.12rem;margin:0 0 .35rem}
p{max-width:52rem;margin:.3rem 0 .7rem}
.lead,.quiet,caption{color:var(--muted)}
.lead{max-width:none}.quiet{font-size:.88rem}
.reason{fill:var(--muted);font-size:13px}
#remark{min-height:3em;border-left:3px solid var(--aum);padding-left:.8rem;margin:.7rem 0 1.1rem}
main{display:grid;grid-template:"stage figures" auto "stage side" auto "words side" 1fr/minmax(0,1fr) minmax(0,24rem);gap:1.3rem 2.5rem;align-items:start}
.figures{grid-area:figures}.stage{grid-area:stage}.words{grid-area:words}.side{grid-area:side;display:grid;gap:1.6rem}
.bar{display:flex;flex-wrap:wrap;gap:.45rem .6rem;align-items:center;margin:.4rem 0 .7rem;padding:0;border:0;min-width:0}
.bar legend{float:left;padding:0;margin-right:.25rem;color:var(--muted)}
.gap{flex:1}
label{display:inline-flex;align-items:center;gap:.4rem}
.slider{flex:1 1 12rem;max-width:24rem}.slider input{flex:1 1 6rem;min-width:0}
.side .slider{display:flex}
button,select,input[type=number]{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--edge);border-radius:5px;padding:.22rem .65rem;min-height:2rem}
button{cursor:pointer}
button:hover:not([aria-pressed=true],[aria-disabled=true]){background:var(--panel)}
button[aria-disabled=true]{color:var(--muted);border-color:var(--line);cursor:default}
button[aria-pressed=true]{background:var(--text);border-color:var(--text);color:var(--ground)}
.main{background:var(--link);border-color:var(--link);color:var(--on)}
.main:hover:not([aria-pressed=true],[aria-disabled=true]){background:var(--link);filter:brightness(1.12)}
input[type=number]{width:6.2rem}
input[type=range],input[type=radio]{accent-color:var(--link)}
output{font-variant-numeric:tabular-nums;font-weight:600;min-width:2.2em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
kbd{font:inherit;font-size:.9em;border:1px solid var(--line);border-radius:3px;padding:0 .3em;background:var(--panel)}
code{font:.9em ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
.numbers{display:grid;grid-template-columns:repeat(3,auto);gap:.3rem 1.4rem;margin:0;justify-content:space-between}
.numbers dt{color:var(--muted);font-size:.88rem}
.numbers dd{margin:0;font-size:1.65rem;line-height:1.2;font-variant-numeric:tabular-nums;letter-spacing:-.01em}
.numbers .absent{font-size:1rem;line-height:2}
#status{min-height:3em;margin:.2rem 0 0;font-size:.92rem}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;list-style:none;margin:.3rem 0 .9rem;padding:0;font-size:.88rem;color:var(--muted)}
.legend li{display:flex;align-items:center;gap:.35rem}
svg{display:block;max-width:100%;font-family:${fontFamily}}
#examples{touch-action:pan-y;user-select:none;-webkit-user-select:none}
.swatch{flex:none}
.grid{stroke:var(--grid);stroke-width:1;fill:none}
.frame{stroke:var(--frame);fill:none}
.tick{fill:var(--muted);font-size:11px}
.axis{fill:var(--text);font-size:11.5px}
.name{font-size:12px;font-weight:600;fill:var(--text);paint-order:stroke;stroke:var(--ground);stroke-width:3px;stroke-linejoin:round}
.name.negative{fill:var(--negative)}.name.positive{fill:var(--positive)}
.band{fill:var(--band)}
.mark.positive{fill:var(--positive)}.mark.negative{fill:var(--negative)}
.example .mark{stroke:var(--ground);stroke-width:1.2}
.example{cursor:ew-resize;outline:none}
.ghost .mark{fill:var(--ground);stroke-width:1.6;opacity:.75}.ghost .mark.positive{stroke:var(--positive)}.ghost .mark.negative{stroke:var(--negative)}
.ring{fill:none;stroke:none}
.example:focus-visible .ring{stroke:var(--link);stroke-width:2}
.reach{fill:none;stroke-width:1.4;opacity:.65}
.dense .reach{opacity:.3}
.reach.positive{stroke:var(--positive)}.reach.negative{stroke:var(--negative)}.reach.plain{stroke:var(--muted)}
.shaft{fill:none;stroke-width:3}.dense .shaft{stroke-width:1.8}
.shaft.aum{stroke:var(--aum)}.head.aum{fill:var(--aum)}
.shaft.entropy{stroke:var(--entropy)}.head.entropy{fill:var(--entropy)}
.curve{fill:none;stroke-width:2.2;stroke-linejoin:round}
.curve.negative{stroke:var(--negative)}.curve.positive{stroke:var(--positive)}
.curve.aum{stroke:var(--aum);stroke-width:2.6}.curve.entropy{stroke:var(--entropy)}
.curve.plain{stroke:var(--muted);stroke-width:1.8}
.area{fill:var(--aum);opacity:.32}
.under{fill:var(--panel)}
.crossing{stroke:var(--muted);stroke-width:1.2;stroke-dasharray:4 4;fill:none}
.chance{stroke:var(--grid);stroke-width:1.5;fill:none}
.point{stroke:var(--ground);stroke-width:1}.point.negative{fill:var(--negative)}.point.positive{fill:var(--positive)}
.best{fill:var(--aum);stroke:var(--ground);stroke-width:1.5}
details{margin:0 0 1.2rem}summary{cursor:pointer;font-weight:600;padding:.3rem 0}
.scroll{overflow-x:auto}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem}
caption{text-align:left;padding:0 0 .4rem}
th,td{padding:.22rem 1.3rem .22rem 0;text-align:left;white-space:nowrap}
thead th{border-bottom:1.5px solid var(--text)}tbody tr{border-bottom:1px solid var(--line)}
.num{text-align:right}
@media (max-width:60rem){
main{grid-template:"figures" "stage" "side" "words"/minmax(0,1fr)}
.figures{position:sticky;top:0;z-index:1;background:var(--ground);border-bottom:1px solid var(--line);padding:.3rem 0 .4rem}
.numbers dd{font-size:1.3rem}
}
@media (prefers-color-scheme:dark){
:root{--ground:#14181d;--panel:#1c2127;--band:#202833;--line:#2f3740;--edge:#6b7683;--link:#7cc0f5;--on:#14181d;${colours((light) => darkColours[light] ?? light)}}
}
`.trim()
