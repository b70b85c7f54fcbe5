import { figureStyle } from "../figureStyle.ts"
import { darkColours, fontFamily, ink } from "../theme.ts"

/** Figures are drawn for light ground; on dark ground each colour is exchanged for its counterpart. */
const darkFigures = Object.entries(darkColours)
  .map(([light, dark]) => `svg [fill="${light}"]{fill:${dark}}svg [stroke="${light}"]{stroke:${dark}}`)
  .join("\n")

/** The style of the report: one column, readable without a network, on paper and on dark ground. */
export const style = `
:root{color-scheme:light dark;--ground:#fff;--panel:#f6f7f9;--text:${ink.text};--muted:${ink.muted};--line:#dfe3e8;
--better:#00684b;--worse:#a83f00;--alarm:#fdf1e7;--alarm-line:#d55e00;--link:#005a9c}
*{box-sizing:border-box}
html{font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"DejaVu Sans",sans-serif;background:var(--ground);color:var(--text)}
body{margin:0 auto;max-width:92rem;padding:2.2rem clamp(1rem,4vw,3rem) 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:2.8rem 0 .8rem;padding-top:.9rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
h3{font-size:1.02rem;margin:1.6rem 0 .5rem;overflow-wrap:anywhere}
p{max-width:48rem;margin:.4rem 0 .8rem}
a{color:var(--link);text-underline-offset:.18em}
.lead{max-width:none}.lead,.quiet,figcaption,caption,dt{color:var(--muted)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;list-style:none;margin:1rem 0 0;padding:0}
.alarm{background:var(--alarm);border-left:4px solid var(--alarm-line);padding:.6rem 1rem;max-width:48rem;margin:1rem 0}
.better{color:var(--better);font-weight:600}.worse{color:var(--worse);font-weight:600}
.scroll{overflow-x:auto;max-width:100%;--shade:color-mix(in srgb,var(--text) 22%,transparent);
background:linear-gradient(to right,var(--ground) 30%,transparent) left/36px 100% no-repeat local,linear-gradient(to left,var(--ground) 30%,transparent) right/36px 100% no-repeat local,
linear-gradient(to right,var(--shade),transparent) left/14px 100% no-repeat scroll,linear-gradient(to left,var(--shade),transparent) right/14px 100% no-repeat scroll}
.scroll.tall{max-height:32rem;overflow-y:auto}
.sticky tbody th:first-child,.sticky thead th:first-child{position:sticky;left:0;background:var(--ground);z-index:1;padding-right:.9rem;box-shadow:1px 0 var(--line)}
.tall thead th{position:sticky;top:0;background:var(--ground);z-index:2}.tall thead th:first-child{z-index:3}
.answer{font-size:1.12rem;line-height:1.6}section>p,section>div>p{max-width:62rem}
${figureStyle}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.off{display:none!important}
.n{display:block;color:var(--muted);font-weight:400;font-size:.8rem;white-space:nowrap}
.matrix th,.matrix td{padding:.3rem .5rem .3rem 0;vertical-align:top}.matrix tbody th{white-space:normal;overflow-wrap:anywhere}
.matrix td{width:34%}.verdict svg{display:block;overflow:visible;margin:.1rem 0}
.figures{display:flex;flex-wrap:wrap;gap:0 2rem}.figures>figure{flex:1 1 100%;min-width:0}.figures>.small{flex:1 1 36rem;max-width:100%}
.head{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;flex:1 1 100%;grid-column:1/-1;margin-bottom:.4rem}.head h3{margin:0}
.panels{display:flex;flex-wrap:wrap;gap:0 2rem;align-items:flex-start}.panels .keys{flex:1 1 100%}
.panels figcaption{flex:1 1 16rem}
.lists{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,33rem),1fr));gap:.6rem 2rem;align-items:start}
.lists .cards{display:contents}.lists .keys{grid-column:1/-1}.lists figcaption{margin-top:.4rem}
.controls{display:flex;flex-wrap:wrap;gap:.5rem 1.6rem;align-items:center;background:var(--panel);padding:.7rem 1rem;border-radius:6px;margin:.6rem 0 1rem;font-size:.88rem}
.controls[hidden]{display:none}
.controls fieldset{border:0;margin:0;padding:0;display:flex;flex-wrap:wrap;gap:.1rem .9rem;min-width:0}.controls legend{float:left;color:var(--muted);padding:0;margin-right:.7rem}
.controls label{display:inline-flex;gap:.35rem;align-items:center;overflow-wrap:anywhere;min-height:24px}
.controls select,.controls input,.tools button{font:inherit;color:inherit;background:var(--ground);border:1px solid var(--muted);border-radius:4px;padding:.15rem .4rem}
.controls input[type=number]{width:5.5rem}.controls input[type=range]{width:min(22rem,60vw);padding:0}.controls input[type=checkbox]{width:1rem;height:1rem;margin:0}
@media (min-width:70rem) and (min-height:40rem){section,figure{scroll-margin-top:6rem}#controls{position:sticky;top:0;z-index:5;box-shadow:0 1px 0 var(--line)}}
.tools{display:flex;gap:.3rem;font-size:.78rem;font-weight:400}.tools button{cursor:pointer;min-height:24px;padding:.05rem .5rem;border-color:var(--line);color:var(--muted)}
.tools button:hover{color:var(--text);border-color:var(--muted)}
#tip{position:fixed;z-index:9;max-width:22rem;background:var(--text);color:var(--ground);font-size:.82rem;padding:.35rem .6rem;border-radius:4px;pointer-events:none}
#tip:empty{display:none}
.js details.others{display:contents}.js details.others>summary{display:none}.js details.others::details-content{content-visibility:visible;display:contents}
.scroll:focus-visible{outline:2px solid var(--link);outline-offset:3px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;margin:.6rem 0 1.2rem}
caption{text-align:left;padding:0 0 .4rem;font-size:.93rem}
th,td{padding:.28rem 1.2rem .28rem 0;text-align:left;vertical-align:baseline;white-space:nowrap}
th:last-child,td:last-child{padding-right:.4rem}
td.wrap{white-space:normal;min-width:16rem;max-width:38rem;overflow-wrap:anywhere}
.thresholds table{width:100%}.thresholds thead th{white-space:normal;vertical-align:bottom;line-height:1.25}.thresholds th,.thresholds td{padding-right:.9rem}
thead th{border-bottom:1.5px solid var(--text);font-weight:600}
tbody th{font-weight:500}tbody tr{border-bottom:1px solid var(--line)}
.num{text-align:right}
figure{margin:1.2rem 0 2rem}
.spec svg{height:auto}
figcaption{max-width:48rem;font-size:.9rem;margin-top:.5rem}
svg{display:block;font-family:${fontFamily}}
details{margin:.9rem 0}summary{cursor:pointer;font-weight:600;padding:.3rem 0}
pre,code{font:.86rem/1.5 ui-monospace,SFMono-Regular,Menlo,"DejaVu Sans Mono",monospace}
pre{background:var(--panel);padding:.7rem 1rem;margin:.4rem 0 1rem;overflow-x:auto;border-radius:4px}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.2rem 1.4rem;margin:.5rem 0 1.2rem}
dd{margin:0;overflow-wrap:anywhere}
@media screen and (prefers-color-scheme:dark){
:root{--ground:#14181d;--panel:#1c2127;--text:#e8ebef;--muted:#a9b3be;--line:#2f3740;--better:#4fd6ab;--worse:#ff9a5e;
--alarm:#2d2119;--alarm-line:#ff8a47;--link:#7cc0f5}
${darkFigures}
}
@media print{
:root{color-scheme:light}html{font-size:10.5pt}body{max-width:none;padding:0}nav{display:none}
.scroll{overflow:visible}svg{max-width:100%}figure,tr{break-inside:avoid}h2,h3{break-after:avoid}
details::details-content{content-visibility:visible;display:block}
}
`.trim()
