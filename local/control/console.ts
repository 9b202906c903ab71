/** The console: one page that shows what the local cloud holds and what happens in it. */
import type { World } from "../core/service.ts";

/** The page. It reads the control API every two seconds; nothing is loaded from anywhere else. */
export function consolePage(world: World): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${world.project} · ${world.stack} · local cloud</title>
<style>
  :root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 18%, transparent); --soft: color-mix(in srgb, currentColor 60%, transparent); }
  body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
  h1 { font-size: 1.4rem; margin: 0; } h2 { font-size: 1rem; margin: 2rem 0 .5rem; }
  p { color: var(--soft); margin: 0; }
  table { border-collapse: collapse; width: 100%; }
  td, th { border-top: 1px solid var(--line); padding: .35rem .75rem .35rem 0; text-align: left; vertical-align: top; }
  th { font-weight: 600; color: var(--soft); } td.time { white-space: nowrap; font-variant-numeric: tabular-nums; } td.number { text-align: right; font-variant-numeric: tabular-nums; }
  pre { margin: 0; white-space: pre-wrap; font: 13px/1.45 ui-monospace, monospace; }
  .failed { color: #c0392b; }
</style>
</head>
<body>
<h1>${world.project} <small>stack ${world.stack}</small></h1>
<p>Local cloud at ${world.endpoint} · region ${world.region} · account ${world.account}</p>
<h2>Outputs</h2><table id="outputs"></table>
<h2>Captured e-mails</h2><table id="emails"></table>
<h2>Latest invocations</h2><table id="invocations"></table>
<h2>Resources</h2><table id="resources"></table>
<script type="module">
const get = async (path) => (await fetch("/_local/" + path)).json();
const cell = (text, kind = "td", name = "") => Object.assign(document.createElement(kind), { textContent: text ?? "", className: name });
const clock = (iso) => cell(iso.slice(11, 23), "td", "time");
function show(id, heads, rows) {
  const line = (cells) => { const row = document.createElement("tr"); row.append(...cells); return row; };
  document.getElementById(id).replaceChildren(line(heads.map((head) => cell(head, "th"))), ...rows.map(line));
}
async function refresh() {
  const [outputs, emails, invocations, resources] = await Promise.all(["outputs", "emails", "invocations", "resources"].map(get));
  show("outputs", ["Name", "Value"], Object.entries(outputs).map(([name, value]) => [cell(name), cell(typeof value === "string" ? value : JSON.stringify(value))]));
  show("emails", ["At", "To", "Subject", "Body"], emails.items.slice(-20).reverse().map(({ at, to, subject, body }) => {
    const text = document.createElement("pre"); text.textContent = body.slice(0, 1000);
    const holder = document.createElement("td"); holder.append(text);
    return [clock(at), cell(to), cell(subject), holder];
  }));
  show("invocations", ["At", "Function", "By", "ms", "Outcome"], invocations.items.slice(-30).reverse().map(({ at, functionName, source, duration, error }) =>
    [clock(new Date(at).toISOString()), cell(functionName), cell(source), cell(Math.round(duration), "td", "number"), cell(error ?? "ok", "td", error ? "failed" : "")]));
  show("resources", ["Type", "Name", "Id"], resources.items.map(({ type, name, id }) => [cell(type), cell(name), cell(id)]));
}
await refresh();
setInterval(refresh, 2000);
</script>
</body>
</html>
`;
}
