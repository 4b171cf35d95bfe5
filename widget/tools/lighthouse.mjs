// Runs Lighthouse on an address and holds its scores against the budget: `node lighthouse.mjs URL`.
// CHROME_PATH names the browser. Exits with 1 when a score is below its hard limit.
import { launch } from "chrome-launcher";
import lighthouse from "lighthouse";

/** Target and hard limit, in hundredths, as the budget has them. */
const BUDGET = { performance: [100, 95], accessibility: [100, 100], "best-practices": [95, 95] };

const url = process.argv[2];
const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
const chrome = await launch({ chromeFlags: ["--headless=new", ...sandbox] });
try {
  const { lhr } = await lighthouse(url, { port: chrome.port, onlyCategories: Object.keys(BUDGET), logLevel: "error" });
  console.log(`${url} (Lighthouse ${lhr.lighthouseVersion}, its own slow phone)`);
  for (const [name, [target, limit]] of Object.entries(BUDGET)) {
    const { score, auditRefs } = lhr.categories[name];
    const got = Math.round(score * 100);
    console.log(`  ${name.padEnd(15)} ${got} (target ${target}, limit ${limit})${got < limit ? "  TOO LOW" : ""}`);
    for (const { id, weight } of auditRefs) {
      const audit = lhr.audits[id];
      if (weight && audit.score !== null && audit.score < 0.9) console.log(`    ${id}: ${audit.displayValue || audit.title}`);
    }
    if (got < limit) process.exitCode = 1;
  }
  for (const id of ["first-contentful-paint", "largest-contentful-paint", "total-blocking-time", "cumulative-layout-shift"]) {
    console.log(`  ${id}: ${lhr.audits[id].displayValue}`);
  }
} finally {
  chrome.kill();
}
