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
body{margin:0 auto;max-width:82rem;padding:2.2rem clamp(1rem,4vw,3rem) 4rem}
h1{font-size:1.9rem;line-height:1.2;margin:0 0 .5rem;letter-spacing:-.01em;overflow-wrap:anywhere}
h2{font-size:1.3rem;margin:2.8rem 0 .8rem;padding-top:.9rem;border-top:1px solid var(--line);overflow-wrap:anywhere}
h3{font-size:1.02rem;margin:1.6rem 0 .5rem;overflow-wrap:anywhere}
p{max-width:48rem;margin:.4rem 0 .8rem}
a{color:var(--link);text-underline-offset:.18em}
.lead,.quiet,figcaption,caption,dt{color:var(--muted)}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.3rem;list-style:none;margin:1rem 0 0;padding:0}
.alarm{background:var(--alarm);border-left:4px solid var(--alarm-line);padding:.6rem 1rem;max-width:48rem;margin:1rem 0}
.better{color:var(--better);font-weight:600}.worse{color:var(--worse);font-weight:600}
.scroll{overflow-x:auto;max-width:100%}
.scroll:focus-visible{outline:2px solid var(--link);outline-offset:3px}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9rem;margin:.6rem 0 1.2rem}
caption{text-align:left;padding:0 0 .4rem;font-size:.93rem}
th,td{padding:.28rem 1.2rem .28rem 0;text-align:left;vertical-align:baseline;white-space:nowrap}
th:last-child,td:last-child{padding-right:.4rem}
td.wrap{white-space:normal;min-width:16rem;max-width:38rem;overflow-wrap:anywhere}
thead th{border-bottom:1.5px solid var(--text);font-weight:600}
tbody th{font-weight:500}tbody tr{border-bottom:1px solid var(--line)}
.num{text-align:right}
figure{margin:1.2rem 0 2rem}
figure h3{margin-top:0}
figcaption{max-width:48rem;font-size:.9rem;margin-top:.5rem}
svg{display:block;height:auto;font-family:${fontFamily}}
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
