// What the status page needs besides itself: served from the same port, nothing from anywhere else.

export interface Asset {
  readonly contentType: string;
  readonly body: string;
}

const STYLE = `:root { color-scheme: light dark; --line: #8884; --accent: #2a7de1; --bad: #c62f2f; --good: #23863a; }
* { box-sizing: border-box; }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem; }
h1 { font-size: 1.4rem; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .5rem; }
small { opacity: .7; font-weight: normal; }
ul { list-style: none; margin: 0; padding: 0; }
.ok::before { content: "\\2713  "; color: var(--good); font-weight: bold; }
.bad::before { content: "\\2717  "; color: var(--bad); font-weight: bold; }
.figures { display: grid; gap: .75rem; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); margin: 1rem 0 0; }
.figures div { border: 1px solid var(--line); border-radius: .5rem; padding: .6rem .8rem; }
.figures dt { font-size: .85rem; opacity: .75; }
.figures dd { font-size: 1.3rem; font-variant-numeric: tabular-nums; margin: 0; }
.plots { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(17rem, 1fr)); }
figure { margin: 0; }
figcaption { font-size: .9rem; }
svg { border-bottom: 1px solid var(--line); display: block; height: 5rem; width: 100%; }
rect { fill: var(--accent); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .3rem .6rem .3rem 0; text-align: left; vertical-align: top; }
td.number, th.number { font-variant-numeric: tabular-nums; text-align: right; white-space: nowrap; }
td.jid { min-width: 9rem; overflow-wrap: anywhere; }
meter { width: 100%; min-width: 5rem; }
footer { border-top: 1px solid var(--line); font-size: .85rem; margin-top: 2rem; padding-top: .5rem; }
a { color: inherit; }
`;

/** The numbers are in the page already; this only asks for a newer one every other second. */
const SCRIPT = `const refresh = async () => {
  try {
    const response = await fetch(location.pathname, { cache: 'no-store' });
    if (!response.ok) throw new Error(response.statusText);
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    document.querySelector('main').replaceWith(page.querySelector('main'));
    document.title = page.title;
  } catch {
    document.title = 'streamhost does not answer';
  }
  setTimeout(refresh, 2000);
};
setTimeout(refresh, 2000);
`;

/** By path. */
export const assets: Readonly<Record<string, Asset>> = {
  '/status.css': { contentType: 'text/css; charset=utf-8', body: STYLE },
  '/status.js': { contentType: 'text/javascript; charset=utf-8', body: SCRIPT },
};

/** Nothing but our own style sheet, script and address. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
